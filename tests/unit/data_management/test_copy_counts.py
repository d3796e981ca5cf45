"""What lies on media, and how much of it was read back when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import copy_counts, holdings
from preserve.data_management.copy_counts import Load, ReadBack, Waiting
from preserve.data_management.holdings import CopyRow
from preserve.data_management.package_index import index_package
from tests.support.little_packages import NAME, OBJID, write_package

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECOND = f"{OBJID}_v0002"


@pytest.fixture
def held(connection: Connection, tmp_path: Path) -> Connection:
    """Two versions of 503 bytes on a drive, the first read back ten days later; half of the first on a disc."""
    for version in (1, 2):
        index_package(connection, write_package(tmp_path, version=version))
    for name, kind in (("m1", "drive"), ("m2", "optical")):
        holdings.add_medium(connection, name, kind=kind, label=name, location="", actor="z", moment=MOMENT)
    for version, name in ((1, NAME), (2, SECOND)):
        row = CopyRow(name, "m1", OBJID, version, "verified", None, None)
        holdings.set_copy(connection, row, actor="z", moment=MOMENT)
    part = CopyRow(NAME, "m2", OBJID, 1, "written", None, None, 1, 2, "S")
    holdings.set_copy(connection, part, actor="z", moment=MOMENT)
    holdings.confirm(connection, [(NAME, "m1")], MOMENT + timedelta(days=10))
    return connection


def test_a_part_counts_for_its_share(held: Connection) -> None:
    assert copy_counts.loads(held) == {"m1": Load(2, 1006), "m2": Load(1, 251)}


def test_what_was_read_back_since(held: Connection) -> None:
    since = stamp(MOMENT + timedelta(days=1))
    assert copy_counts.read_back(held, "drive", since) == [ReadBack("m1", 2, 1006, 1, 503)]
    assert copy_counts.read_back(held, "optical", since) == [ReadBack("m2", 1, 503, 0, 0)]
    holdings.change_medium(held, "m1", actor="z", moment=MOMENT, state="retired")
    assert copy_counts.read_back(held, "drive", since) == []


@pytest.mark.parametrize(
    ("before", "now", "due"),
    [
        (timedelta(days=-1), timedelta(days=20), []),
        (timedelta(days=1), timedelta(days=20), [SECOND]),
        (timedelta(days=10), timedelta(days=20), [SECOND, NAME]),
        (timedelta(days=-1), timedelta(days=5), [NAME]),  # read on a day that has not come: by a wrong clock
        (timedelta(days=1), timedelta(days=5), [NAME, SECOND]),
    ],
)
def test_what_is_due_is_counted_and_listed_alike(
    held: Connection, before: timedelta, now: timedelta, due: list[str]
) -> None:
    times = stamp(MOMENT + before), stamp(MOMENT + now)
    assert copy_counts.waiting_on(held, "m1", *times) == Waiting(2, len(due), stamp(MOMENT))
    assert [row.name for row in copy_counts.longest_unread(held, "m1", *times, 10)] == due
    assert [row.name for row in copy_counts.longest_unread(held, "m1", *times, 1)] == due[:1]


def test_nothing_waits_where_nothing_can_be_read(held: Connection) -> None:
    assert copy_counts.waiting_on(held, "m2", stamp(MOMENT), stamp(MOMENT)) == Waiting(0, 0, "")


def test_media_of_cases(held: Connection) -> None:
    assert copy_counts.media_of(held, [OBJID], ["verified", "written"]) == {OBJID: ["m1", "m2"]}
    assert copy_counts.media_of(held, [OBJID], ["lost"]) == {}
