"""Drills: drawn once a month from a seed that the ledger fixes, really restored, and on record whatever came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.archival_storage.drill import DONE, DRAWN, Drills, results, run_drills
from preserve.data_management.archive import Archive
from tests.support.kept import Kept, kept
from tests.support.sessions import entries

JANUARY, FEBRUARY = datetime(2027, 1, 5, 12, tzinfo=UTC), datetime(2027, 2, 5, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("drill")) as archive:
        yield archive


def drill(archive: Archive, moment: datetime, count: int = 2) -> Drills:
    return run_drills(archive.home, archive.catalogue, count, actor="li", now=lambda: moment)


def deeds(archive: Archive, action: str) -> list[dict[str, object]]:
    return [entry["details"] for entry in entries(archive) if entry["action"] == action]


def test_a_month_is_drawn_once_and_each_package_restored_once(whole: Kept) -> None:
    archive = whole.archive
    first = drill(archive, JANUARY)
    assert [(result.name, result.whole, result.reason) for result in first.done] == [(whole.name, True, "")]
    assert first.done[0].size > 0 and (first.before, first.waiting) == (0, ())
    again = drill(archive, JANUARY, 99)
    assert (again.done, again.before) == ((), 1)
    (drawn,) = deeds(archive, DRAWN)
    assert drawn["chosen"] == [[whole.name, whole.store.identity]] and drawn["seed"]
    (done,) = deeds(archive, DONE)
    assert (done["whole"], done["reason"]) == (True, "")
    assert not [path for path in archive.home.work.iterdir() if path.name.startswith("drill-")]
    with archive.catalogue.read() as connection:
        assert [month for month, _ in results(connection, 13, FEBRUARY)] == ["2027-01"]
        assert results(connection, 1, FEBRUARY) == []


def test_a_copy_that_does_not_come_back_whole_is_suspect(whole: Kept) -> None:
    file = next(path for path in whole.root.rglob("*.txt") if "original" in path.parts)
    before = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(before[:-1] + b"?")
    try:
        (result,) = drill(whole.archive, FEBRUARY).done
    finally:
        file.write_bytes(before)
    assert not result.whole and file.name in result.reason and Path(result.reason.split(": ")[1]).name == file.name
    assert whole.copy(whole.store.identity).state == "suspect"
    assert deeds(whole.archive, DONE)[-1]["whole"] is False


def test_what_is_suspect_is_not_drawn_and_nothing_drawn_is_no_entry(whole: Kept) -> None:
    before = len(deeds(whole.archive, DRAWN))
    assert drill(whole.archive, datetime(2027, 3, 1, tzinfo=UTC)).done == ()
    assert len(deeds(whole.archive, DRAWN)) == before
