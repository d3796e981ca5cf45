"""What lies in a file beside its streams is named, for no other container takes it over."""

from __future__ import annotations

import struct
from pathlib import Path

from preserve.ingest.transcoders.av_beside import beside
from preserve.ingest.transcoders.av_streams import read_streams
from tests.support.material.corpus import ffmpeg, make_media


def _beside(path: Path, *, copied: bool = True) -> list[str]:
    return list(beside(path, read_streams(path), copied=copied))


def test_an_ordinary_recording_has_nothing(tmp_path: Path) -> None:
    for name, path in make_media(tmp_path, "h264.mp4", "h264.mov", "stream.ts", "mpeg4.avi").items():
        assert _beside(path, copied=False) == [], name


def test_bytes_behind_the_last_box_and_boxes_of_a_maker_are_named(tmp_path: Path) -> None:
    path = make_media(tmp_path, "h264.mp4")["h264.mp4"]
    whole = path.read_bytes()
    path.write_bytes(whole + struct.pack(">I4s", 12, b"sefd") + b"abcd")
    assert _beside(path) == ["box “sefd”"]
    path.write_bytes(whole + b"\0\0\1\2SEFH" + b"x" * 8 + b"SEFT")
    assert _beside(path) == ["20 bytes behind the last box (Samsung SEF trailer)"]
    path.write_bytes(whole + b"\0")
    assert _beside(path) == ["1 bytes behind the last box (not a box)"]


def test_pictures_that_no_decoder_gives_are_named_where_it_is_decoded(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    codec = ("-c:v", "libx264", "-bf", "0", "-g", "10")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=d=2:s=64x48:r=10", *codec, str(whole))
    ffmpeg("-i", str(whole), "-ss", "0.4", "-c", "copy", "-copyinkf", str(cut))
    early = "6 pictures of stream 0 before the first that stands alone, as far as they cannot be decoded"
    assert early in _beside(cut, copied=False)
    assert _beside(cut) == _beside(whole) == _beside(whole, copied=False) == []


def test_data_in_the_frames_is_named_where_they_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=d=0.4:s=64x48:r=25", "-c:v", "mpeg2video", "-a53cc", "1", str(path))
    assert _beside(path, copied=False) == []
    dolby = read_streams(path)
    dolby.video[0]["side_data_list"] = [{"side_data_type": "DOVI configuration record"}]
    assert list(beside(path, dolby, copied=False)) == ["Dolby Vision metadata (RPU) in the frames of stream 0"]
    assert list(beside(path, dolby, copied=True)) == []
