"""The ledger from its segments alone: the same entries and checkpoints, or a refusal that says which segment."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger, ledger_from_segments
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.errors import NotIntact
from preserve.home import Home
from tests.support.catalogues import new_catalogue
from tests.support.ledgers import add_entries, export_segments, founded_home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A ledger of three segments."""
    home = founded_home(tmp_path)
    catalogue = open_catalogue(home)
    for count in (1, 4):
        add_entries(catalogue, count)
        with catalogue.begin() as connection:
            export_segments(connection, home.store / "ledger")
    catalogue.close()
    return home


def texts(catalogue: Catalogue) -> list[str]:
    with catalogue.read() as connection:
        return [entry.text for entry in ledger.entries(connection)]


def test_what_the_segments_tell_is_entered(home: Home, tmp_path: Path) -> None:
    old, made = open_catalogue(home), new_catalogue(tmp_path / "made.sqlite")
    findings: list[Finding] = []
    with made.begin() as connection:
        ledger_from_segments.enter(connection, home.store / "ledger", findings)
        newest = checkpoints.newest(connection)
    assert texts(made) == texts(old)
    with old.read() as connection:
        signed = checkpoints.newest(connection)
    assert newest is not None and signed is not None
    assert newest.text().split("— ")[0] == signed.text().split("— ")[0]
    assert [(finding.code, finding.values["count"]) for finding in findings] == [
        ("catalogue.ledger-from-segments", len(texts(old)))
    ]
    for catalogue in (old, made):
        catalogue.close()


@pytest.mark.parametrize("fault", ["hole", "cut", "foreign"])
def test_a_segment_that_is_not_whole_makes_no_ledger(fault: str, home: Home, tmp_path: Path) -> None:
    _, _, path = checkpoints.segments(home.store / "ledger")[-2]
    if fault == "hole":
        path.unlink()
    else:
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:-1]) if fault == "cut" else b'{"number": 1}\n' * len(lines))
    made = new_catalogue(tmp_path / "made.sqlite")
    with pytest.raises(NotIntact) as refusal, made.begin() as connection:
        ledger_from_segments.enter(connection, home.store / "ledger", [])
    assert refusal.value.code == "ledger.segment-broken"
    made.close()
