"""A catalogue that was put back to an earlier moment writes nothing, and is made whole again from what the store has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.administration.founding import found
from preserve.archival_storage.media import server_store
from preserve.data_management import ledger, reader_notes, sealing
from preserve.data_management.database import open_catalogue
from preserve.data_management.rebuild import rebuild
from preserve.errors import NotIntact
from preserve.home import Home

pytestmark = pytest.mark.sqlite


def _note(home: Home, *actions: str, close: bool = False) -> None:
    catalogue = open_catalogue(home)
    for action in actions:
        with catalogue.begin() as connection:
            ledger.note(home, connection, action, {})
    if close:
        sealing.close_segment(home, catalogue)
    catalogue.close()
    sealing.seal(home)


def _actions(home: Home) -> list[str]:
    catalogue = open_catalogue(home)
    with catalogue.read() as connection:
        said = [entry.action for entry in ledger.entries(connection)]
        marks = connection.execute(text("SELECT count(*) FROM marks")).scalar_one()
    catalogue.close()
    assert marks == 1
    return said


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = found(tmp_path / "home", institution="局", policy="compact", store=None, digests=["sha256"], language="zh")
    catalogue = open_catalogue(made.home)
    with catalogue.begin() as connection:
        reader_notes.add_mark(connection, "li", "id-1", 12.5, "", "2026-11-28T08:00:00Z")
    catalogue.close()
    return made.home


@pytest.mark.parametrize("closed_before", [True, False], ids=["within a segment", "after the last segment"])
def test_it_is_topped_up_with_what_the_store_knows(home: Home, tmp_path: Path, closed_before: bool) -> None:
    _note(home, "a", "b", close=not closed_before)
    _note(home, "c")
    shutil.copy(home.catalogue, tmp_path / "earlier")
    _note(home, "d", "e", close=closed_before)
    shutil.copy(tmp_path / "earlier", home.catalogue)
    with pytest.raises(NotIntact, match=r"ledger\.rolled-back"):
        _note(home, "f")
    codes = {finding.code for finding in rebuild(home, [server_store(home)]).findings}
    said = _actions(home)
    if closed_before:
        assert "catalogue.topped-up" in codes and said[-5:][:5] and {"a", "b", "c", "d", "e"} <= set(said)
    else:
        assert {"a", "b", "c", sealing.TAIL_LOST} <= set(said) and "d" not in said
    _note(home, "g")
    assert _actions(home)[-1] == "g"


def test_who_works_with_it_meanwhile_writes_nothing_either(home: Home, tmp_path: Path) -> None:
    _note(home, "a")
    shutil.copy(home.catalogue, tmp_path / "earlier")
    catalogue = open_catalogue(home)
    for action in ("b", "c"):
        with catalogue.begin() as connection:
            ledger.note(home, connection, action, {})
    sealing.seal_grown(home, catalogue)
    for path in home.path.glob("catalogue.sqlite-*"):
        path.unlink()
    shutil.copy(tmp_path / "earlier", home.path / "put-back")
    (home.path / "put-back").rename(home.catalogue)
    with pytest.raises(NotIntact, match=r"ledger\.rolled-back"), catalogue.begin() as connection:
        ledger.note(home, connection, "d", {})
    catalogue.close()
