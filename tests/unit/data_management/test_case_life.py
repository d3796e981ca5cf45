"""A case with everything the catalogue knows of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from metadata.entities import Event
from preserve.data_management import case_life
from preserve.data_management.case_life import FormatCount, read_life
from preserve.data_management.package_index import index_package
from tests.support.little_packages import OBJID, ORIGINALS, write_package

EVENTS = (Event("e1", "ingestion start", "2026-11-23T08:00:00Z"), Event("e2", "migration", "2027-01-01T00:00:00Z"))


@pytest.fixture
def entered(connection: Connection, tmp_path: Path) -> Connection:
    """A case in two versions; the second has an event more and a file less."""
    index_package(connection, write_package(tmp_path, events=EVENTS[:1]))
    index_package(connection, write_package(tmp_path, version=2, originals=ORIGINALS[:1], events=EVENTS))
    return connection


def test_each_event_is_told_once_the_newest_first(entered: Connection) -> None:
    life = read_life(entered, OBJID)
    assert [(event.identifier, event.version) for event in life.events] == [("e2", 2), ("e1", 2)]
    assert life.earlier_events == 0


def test_earlier_events_are_counted(entered: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_life, "MOST_EVENTS", 1)
    life = read_life(entered, OBJID)
    assert [event.identifier for event in life.events] == ["e2"] and life.earlier_events == 1


def test_versions_and_their_formats(entered: Connection) -> None:
    life = read_life(entered, OBJID)
    assert [version.version for version in life.versions] == [1, 2] and life.newest == 2
    assert life.formats[-1] == FormatCount(2, "original", "x-fmt/111", "Plain text", 1, 3)
    assert sum(count.files for count in life.formats if count.version == 1) == 2
    assert life.description["title"] == life.case.title
