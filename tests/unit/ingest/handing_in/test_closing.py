"""Closing: what is missing is named, what was altered is dropped, pieces of before a restart are compared."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from preserve.errors import NotIntact, Refused
from preserve.ingest.handing_in import parts
from preserve.ingest.handing_in.arrivals import arrived
from preserve.ingest.handing_in.closing import close, digests, missing, unread
from preserve.ingest.handing_in.manifest import Offered
from preserve.ingest.handing_in.received import Received
from preserve.ingest.handing_in.rooms import Room

DATA = bytes(range(256)) * 40


def quiet(_: int) -> None:
    """Nobody watches."""


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path / "up-x")
    made.parts.mkdir(parents=True)
    made.files.mkdir()
    return made


def sent(room: Room, file: Offered, *, restart: bool = False) -> None:
    parts.append(room, 1, file, 0, Received.of(DATA[:5000]), "")
    if restart:
        parts._hashing.clear()
    parts.append(room, 1, file, 5000, Received.of(DATA[5000:]), "")


def test_what_is_missing_is_named_with_what_is_there(room: Room) -> None:
    files = (Offered("a", len(DATA), 0), Offered("b", 3, 0))
    parts.append(room, 1, files[0], 0, Received.of(DATA[:100]), "")
    assert missing(room, files) == {1: 100, 2: 0}
    with pytest.raises(Refused) as told:
        close(room, files, quiet)
    assert [(one.where, one.values["have"]) for one in told.value.findings] == [("a", 100), ("b", 0)]


@pytest.mark.parametrize("restart", [False, True])
def test_a_whole_file_has_the_digest_of_its_bytes(room: Room, restart: bool) -> None:
    file = Offered("ordner/a", len(DATA), 5)
    sent(room, file, restart=restart)
    assert unread(room, (file,)) == (len(DATA) if restart else 0)
    close(room, (file,), quiet)
    assert digests(room, (file,)) == {"ordner/a": hashlib.sha256(DATA).hexdigest()}
    assert unread(room, (file,)) == 0


def test_a_piece_that_was_altered_before_a_restart_is_found(room: Room) -> None:
    file = Offered("a", len(DATA), 5)
    sent(room, file, restart=True)
    (room.files / "a").write_bytes(b"x" + DATA[1:])
    with pytest.raises(NotIntact):
        close(room, (file,), quiet)
    assert missing(room, (file,)) == {1: 0}
    assert arrived(room) == {}


def test_bytes_that_are_not_those_the_sender_named_are_not_taken(room: Room) -> None:
    file = Offered("a", len(DATA), 5, "0" * 64)
    with pytest.raises(NotIntact):
        sent(room, file)
    assert missing(room, (file,)) == {1: 0}


def test_a_crash_before_the_last_line_costs_nothing(room: Room) -> None:
    file = Offered("a", len(DATA), 5)
    sent(room, file)
    room.arrivals.write_text('[1, "', encoding="ascii")  # cut in the middle; the sums of the pieces are gone too
    assert missing(room, (file,)) == {1: 0}
    sent(room, file)
    close(room, (file,), quiet)


def test_a_file_that_had_all_pieces_and_no_name_yet_gets_it(room: Room) -> None:
    file = Offered("a", len(DATA), 5)
    sent(room, file, restart=True)
    (room.files / "a").rename(room.parts / "1")
    room.arrivals.unlink()
    assert missing(room, (file,)) == {}
    close(room, (file,), quiet)
    assert (room.files / "a").read_bytes() == DATA
