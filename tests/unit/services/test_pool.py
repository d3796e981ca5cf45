"""The pool as people look at it: lists by officer, device and day, one recording, and the commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from preserve.administration.duties import Role
from preserve.clock import CHINA
from preserve.data_management import pool as rows
from preserve.data_management.archive import Archive
from preserve.errors import NotFound, NotIntact, NotPermitted
from preserve.services.pages import Page
from preserve.services.pool import PoolWish, list_pool, overdue, show
from preserve.services.pool_collecting import collect
from preserve.services.tables import pool as tables
from tests.support.people import entries, session, staffed
from tests.support.stations import NAMES, write_station


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive with four recordings in its pool."""
    folder = tmp_path_factory.mktemp("pool")
    opened = staffed(folder / "home", zhou=Role.DEPOSITOR)
    collect(session(opened), write_station(folder / "station"), settled=0)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        (PoolWish(officer="054321"), NAMES[2:3]),
        (PoolWish(device="gma000124"), NAMES[1:2]),
        (PoolWish(since=date(2026, 3, 2)), NAMES[3:]),
        (PoolWish(until=date(2026, 3, 1)), (NAMES[0], NAMES[2], NAMES[1])),
        (PoolWish(since=date(2026, 3, 1), until=date(2026, 3, 1), officer="012345"), NAMES[:2]),
        (PoolWish(station="no such"), ()),
        (PoolWish(state="claimed"), ()),
    ],
)
def test_recordings_are_found_by_officer_device_and_day(
    archive: Archive, wish: PoolWish, names: tuple[str, ...]
) -> None:
    found = list_pool(session(archive), wish)
    assert (tuple(row.name for row in found.recordings), found.count) == (tuple(names), len(names))


def test_pages_follow_each_other(archive: Archive) -> None:
    seen, after = [], ""
    while True:
        page = list_pool(session(archive), PoolWish(), Page(after, 1))
        seen += [row.name for row in page.recordings]
        after = page.next
        if not after:
            break
    assert seen == [NAMES[0], NAMES[2], NAMES[1], NAMES[3]]


def test_one_recording_is_shown_by_number_or_digest_and_every_look_is_recorded(archive: Archive) -> None:
    row = list_pool(session(archive)).recordings[0]
    shown = show(session(archive), row.sha256)
    assert (shown.recording, shown.station_time) == (row, "2026-03-01T10:00:00Z")
    assert {one.subject for one in _looks(archive)} >= {row.id}
    with pytest.raises(NotFound):
        show(session(archive), "rec-none")
    words = " ".join(cell for table in tables.one(shown, CHINA) for line in table.rows for cell in line)
    assert "2026-03-01 09:30:00" in words and row.sha256 in words and "20260301180000" in words


def _looks(archive: Archive) -> list[rows.Entry]:
    from preserve.data_management import both_logs

    with archive.catalogue.read() as connection:
        return [entry for entry in both_logs.entries(connection) if entry.action == "pool.viewed"]


def test_who_hands_in_sees_nothing_of_it(archive: Archive) -> None:
    for operation in (list_pool, overdue):
        with pytest.raises(NotPermitted):
            operation(session(archive, "zhou"))


def test_a_record_that_is_not_the_ledgers_is_not_shown(archive: Archive) -> None:
    row = list_pool(session(archive)).recordings[-1]
    path = archive.home.store / "pool" / row.id / "record.json"
    before = path.read_bytes()
    told = json.loads(before) | {"officer": "999999"}
    path.chmod(0o600)
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(NotIntact):
        show(session(archive), row.id)
    path.write_bytes(before)
    assert show(session(archive), row.id).recording == row
    assert len(entries(archive, "pool.collected")) == len(NAMES)
