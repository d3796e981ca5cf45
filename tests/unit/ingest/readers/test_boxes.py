"""Boxes of MP4 as they lie, none of them trusted."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.ingest.readers.boxes import Edit, top_level, tracks
from tests.support.material.corpus import make_media


def _box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def test_boxes_and_tracks_of_a_recording(tmp_path: Path) -> None:
    path = make_media(tmp_path, "h264.mp4")["h264.mp4"]
    kinds = [box.kind for box in top_level(path)]
    assert kinds[0] == b"ftyp" and {b"moov", b"mdat"} <= set(kinds)
    assert top_level(path)[-1].end == path.stat().st_size
    picture, sound = tracks(path)
    assert (picture.number, sound.number) == (1, 2)
    assert picture.length == pytest.approx(1.0, abs=0.05)
    assert 0 < picture.last_chunk < path.stat().st_size


def test_edit_lists_of_both_versions(tmp_path: Path) -> None:
    heads = _box(b"mvhd", b"\0" * 12 + struct.pack(">II", 1000, 5000))
    own = _box(b"mdia", _box(b"mdhd", b"\0" * 12 + struct.pack(">II", 100, 500)))
    short = struct.pack(">II", 0, 2) + struct.pack(">IihH", 250, -1, 1, 0) + struct.pack(">IihH", 2000, 50, 1, 0)
    long = struct.pack(">BxxxI", 1, 1) + struct.pack(">QqhH", 2000, 0, 0, 32768)
    number = _box(b"tkhd", b"\0" * 12 + struct.pack(">I", 7))
    for table, edits in (
        (short, (Edit(0.25, None, 1.0), Edit(2.0, 0.5, 1.0))),
        (long, (Edit(2.0, 0.0, 0.5),)),
        (struct.pack(">II", 0, 1 << 30), ()),
        (b"", ()),
    ):
        track = _box(b"trak", number + _box(b"edts", _box(b"elst", table)) + own)
        path = tmp_path / "a.mp4"
        path.write_bytes(_box(b"ftyp", b"isom") + _box(b"moov", heads + track))
        (one,) = tracks(path)
        assert (one.number, one.length, one.edits) == (7, 5.0, edits)


def test_a_box_that_is_longer_than_the_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(_box(b"ftyp", b"isom") + struct.pack(">I4s", 1000, b"mdat") + b"x" * 10)
    assert top_level(path)[-1].end == 12 + 1000
    path.write_bytes(_box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", 1 << 40))
    assert top_level(path)[-1].end == 12 + (1 << 40)


@given(st.binary(max_size=300))
def test_anything_is_read_to_its_end(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("boxes") / "a"
    path.write_bytes(_box(b"ftyp") + _box(b"moov", data))
    tracks(path)
    path.write_bytes(data)
    top_level(path)
