"""Which way up a picture is shown: one direction for every source, and mirrors are seen."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

from preserve.ingest.transcoders import av
from preserve.ingest.transcoders.av_orientation import Orientation, orientation, orientation_tags
from preserve.ingest.transcoders.av_streams import read_streams, sort_streams
from tests.support.material.corpus import ffmpeg


def _matrix(a: int, b: int, c: int, d: int) -> dict[str, Any]:
    one = 65536
    rows = f"\n00000000: {a * one} {b * one} 0\n00000001: {c * one} {d * one} 0\n00000002: 0 0 1073741824\n"
    return {"side_data_list": [{"side_data_type": "Display Matrix", "displaymatrix": rows, "rotation": -90}]}


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ({}, Orientation()),
        (_matrix(1, 0, 0, 1), Orientation()),
        (_matrix(0, 1, -1, 0), Orientation(90)),
        (_matrix(-1, 0, 0, -1), Orientation(180)),
        (_matrix(0, -1, 1, 0), Orientation(270)),
        (_matrix(-1, 0, 0, 1), Orientation(0, True)),
        (_matrix(1, 0, 0, -1), Orientation(180, True)),
        ({"side_data_list": [{"rotation": -90}]}, Orientation(90)),
        ({"tags": {"rotate": "90"}}, Orientation(90)),
        ({"tags": {"rotate": "sideways"}}, Orientation()),
        ({"tags": {"DISPLAY_ROTATION_CLOCKWISE": "270", "DISPLAY_MIRRORED": "horizontal"}}, Orientation(270, True)),
    ],
    ids=str,
)
def test_degrees_are_clockwise(stream: dict[str, Any], expected: Orientation) -> None:
    assert orientation(stream) == expected


def test_the_words_name_the_direction() -> None:
    assert str(Orientation(90)) == "turned clockwise by 90 degrees"
    assert str(Orientation(180, True)) == "mirrored left to right, then turned clockwise by 180 degrees"
    assert not Orientation()


def test_every_track_has_its_own_tag() -> None:
    video = [{"codec_type": "video", "codec_name": "x", **_matrix(*m)} for m in ((1, 0, 0, 1), (-1, 0, 0, 1))]
    assert orientation_tags(sort_streams({"streams": video})) == ["-metadata:s:v:1", "DISPLAY_MIRRORED=horizontal"]


def _turned(path: Path, *matrices: tuple[int, int, int, int]) -> None:
    """Write these matrices into the heads of the tracks (`tkhd`, ISO/IEC 14496-12 §8.3.2)."""
    data = bytearray(path.read_bytes())
    place = 0
    for a, b, c, d in matrices:
        place = data.index(b"tkhd", place) + 4
        one = 65536
        struct.pack_into(">9i", data, place + 40, a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def test_two_tracks_of_a_file_keep_what_each_is_turned_by(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    pictures = ("-f", "lavfi", "-i", "testsrc2=d=0.4:s=64x48:r=10", "-f", "lavfi", "-i", "testsrc=d=0.4:s=64x48:r=10")
    ffmpeg(*pictures, "-map", "0", "-map", "1", "-c:v", "libx264", "-pix_fmt", "yuv420p", str(source))
    _turned(source, (0, 1, -1, 0), (-1, 0, 0, 1))
    result = av.to_lossless(source, tmp_path, "x", lambda seconds: None, 1, "a.mp4")
    assert result.proof.holds
    assert [orientation(stream) for stream in read_streams(result.path).video] == [
        Orientation(90),
        Orientation(0, True),
    ]
    assert [what for what in result.lost if "display matrix" in what] == [
        "display matrix of stream 0: turned clockwise by 90 degrees; it is kept in the track's tags",
        "display matrix of stream 1: mirrored left to right; it is kept in the track's tags",
    ]
