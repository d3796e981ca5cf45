"""A deposit of many files finds its workers ready; they end with the taking in, or with whoever gave it up."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from preserve.administration.duties import Role
from preserve.errors import Refused
from preserve.ingest import early_workers
from preserve.ingest.early_workers import workers_for
from preserve.ingest.handed import Handed
from preserve.services import deposits
from preserve.work import answer
from tests.support.people import entries, session, staffed
from tests.support.tiny_case import write_whole_case


def _workers() -> int:
    return sum("spawn_main" in " ".join(child.cmdline()) for child in psutil.Process(os.getpid()).children())


@pytest.fixture
def deposit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A case of which each file counts as many."""
    case = write_whole_case(tmp_path / "deposit" / "case")
    monkeypatch.setattr(early_workers, "_MANY", sum(path.is_file() for path in case.rglob("*")))
    return case


def test_they_are_there_before_anybody_asks(deposit: Path) -> None:
    before = _workers()
    with workers_for(Handed(deposit.parent), 2) as pool:
        assert pool is not None
        assert answer(pool, os.getpid) != os.getpid()  # it has begun both by then
        assert _workers() == before + 2
    assert _workers() == before


@pytest.mark.parametrize(
    "of", [lambda case: case / "case.json", lambda case: case / "nowhere", lambda case: case.parent / "little"]
)
def test_what_is_no_folder_of_many_files_has_none(deposit: Path, of: Callable[[Path], Path]) -> None:
    (deposit.parent / "little").mkdir()
    (deposit.parent / "little" / "round").symlink_to(deposit)
    with workers_for(Handed(of(deposit)), 2) as pool:
        assert pool is None


def test_a_case_is_taken_in_by_them(deposit: Path, tmp_path: Path) -> None:
    archive, before = staffed(tmp_path / "home", wu=Role.ARCHIVIST), _workers()
    assert deposits.ingest(session(archive, "wu"), deposit, jobs=1).ok
    assert _workers() == before
    (deposit / "case.json").write_text("{}")
    with pytest.raises(Refused):
        deposits.ingest(session(archive, "wu"), deposit, jobs=1)
    assert _workers() == before and len(entries(archive, "case.registered")) == 1
    archive.close()
