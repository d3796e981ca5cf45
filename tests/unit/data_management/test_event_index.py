"""Events as the packages tell them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from metadata.entities import Event
from preserve.data_management import event_index
from preserve.data_management.package_index import index_package
from tests.support.little_packages import OBJID, write_package

EVENTS = (
    Event("e2", "virus check", "2026-11-23T09:00:00Z", "clamd 1.4"),
    Event("e1", "migration", "2026-11-23T08:00:00Z", "FFmpeg 7.1\nffmpeg -i a b"),
    Event("e3", "normalization", "2026-11-23T10:00:00Z", "FFmpeg 7.1"),
    Event("e4", "migration", "2026-11-23T10:00:00Z", "soffice 24.2", "fail"),
)


def test_in_the_order_of_time(connection: Connection, tmp_path: Path) -> None:
    index_package(connection, write_package(tmp_path, events=EVENTS))
    rows = event_index.of_version(connection, OBJID, 1)
    assert [row.identifier for row in rows] == ["e1", "e2", "e3", "e4"]
    assert rows[3].outcome == "fail"
    assert event_index.outcomes(connection, OBJID, "virus check") == ["success"]


def test_programs_are_counted_in_newest_versions_and_where_they_did_it(connection: Connection, tmp_path: Path) -> None:
    index_package(connection, write_package(tmp_path, events=EVENTS))
    assert event_index.programs(connection) == [("FFmpeg 7.1", 2)]
    index_package(connection, write_package(tmp_path, version=2, events=EVENTS[2:3]))
    assert event_index.programs(connection) == [("FFmpeg 7.1", 1)]
