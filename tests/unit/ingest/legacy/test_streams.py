"""A file on a carrier as a stream."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from preserve.errors import Refused
from preserve.ingest.legacy.records import BadRange
from preserve.ingest.legacy.streams import CarrierStream, Extents, OnDisc


def on_disc(folder: Path, size: int) -> OnDisc:
    disc = folder / "disc.img"
    disc.write_bytes(b"0123456789")
    return OnDisc(disc, "a", Extents(size, ((4, 3), (0, size - 3))))


def test_the_parts_of_a_file_come_in_their_order(tmp_path: Path) -> None:
    assert io.BufferedReader(CarrierStream(on_disc(tmp_path, 7), 7)).read() == b"4560123"


def test_what_lies_beyond_the_end_is_never_passed_off_as_read(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"imports\.file-unreadable"):
        io.BufferedReader(CarrierStream(on_disc(tmp_path, 20), 20)).read()


def test_only_the_gaps_that_somebody_let_stand_are_zeros(tmp_path: Path) -> None:
    gaps = (BadRange("a", 13, 7),)
    read = io.BufferedReader(CarrierStream(on_disc(tmp_path, 20), 20, gaps)).read()
    assert read == b"4560123456789" + bytes(7)


def test_a_file_of_another_size_is_not_what_was_planned(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"imports\.file-changed"):
        CarrierStream(on_disc(tmp_path, 7), 8)
