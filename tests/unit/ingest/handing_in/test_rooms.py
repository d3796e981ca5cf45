"""Rooms: found by identifiers that the server made and by nothing else; records written whole; gone whole."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.clock import now
from preserve.errors import Busy, NotFound, NotIntact
from preserve.home import Home
from preserve.ingest.handing_in.rooms import DAYS, Record, Room, room_of, rooms
from preserve.settings import Settings

ID = "up-01arz3ndektsv4rrffq69g5fav"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, Settings(archive_id="x", institution="某局"))


def made(home: Home) -> Room:
    room = room_of(home, ID)
    room.write(Record(id=ID, kind="upload", name="案", state="uploading", opened="2026-01-01T00:00:00Z"))
    return room


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "up-", "up-../../../../etc/passwd00", "UP-" + ID[3:], ID + "/a"]
)
def test_what_is_no_identifier_is_no_room(home: Home, name: str) -> None:
    with pytest.raises(NotFound):
        room_of(home, name)


def test_a_record_is_replaced_whole(home: Home) -> None:
    room = made(home)
    room.write(room.read().model_copy(update={"state": "draft"}))
    assert room.read().state == "draft"
    assert [path.name for path in room.path.iterdir()] == ["record.json"]
    assert [one.id for one, _ in rooms(home)] == [ID]


def test_a_record_that_cannot_be_read_is_told_and_not_listed(home: Home) -> None:
    room = made(home)
    (room.path / "record.json").write_text('{"id": 1}', encoding="utf-8")
    with pytest.raises(NotIntact):
        room.read()
    assert list(rooms(home)) == []


def test_it_ends_days_after_the_last_byte(home: Home) -> None:
    room = made(home)
    room.parts.mkdir()
    part = room.parts / "1"
    part.touch()
    assert abs(room.ends() - now() - timedelta(days=DAYS)) < timedelta(minutes=1)
    for path in (part, room.parts, room.path):
        os.utime(path, (0, 0))
    assert room.ends() < now()


def test_only_one_changes_it_at_a_time(home: Home) -> None:
    room = made(home)
    with room.held(), pytest.raises(Busy), room.held():
        pass


def test_it_goes_whole(home: Home) -> None:
    room = made(home)
    room.discard()
    assert not room.path.exists()
    with pytest.raises(NotFound):
        room.read()
