"""Stored frames are all decoded, and sound and picture keep their distance, whatever an edit list says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from preserve.ingest.transcoders import av, av_rewrap
from preserve.ingest.transcoders.av_streams import read_streams
from preserve.ingest.transcoders.av_times import timing
from tests.support.material.corpus import ffmpeg

_PICTURE = ("-f", "lavfi", "-i", "testsrc2=d=2:s=64x48:r=25")
_TONE = ("-f", "lavfi", "-i", "sine=d=2:r=48000")
_H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "50")


def _silent(seconds: float) -> None:
    """Nobody watches."""


def _starts(path: Path) -> tuple[float, float]:
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type,start_time", "-of", "csv=p=0", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    starts = dict(line.strip().split(",")[:2] for line in said.splitlines() if line.strip())
    return float(starts["video"]), float(starts["audio"])


def _frames(path: Path) -> int:
    command = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0"]
    command += ["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", str(path)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As a telephone trims: every frame is still there, and an edit list hides the first ones."""
    folder = tmp_path_factory.mktemp("trimmed")
    whole, cut = folder / "whole.mp4", folder / "cut.mp4"
    ffmpeg(*_PICTURE, *_TONE, *_H264, "-c:a", "aac", str(whole))
    ffmpeg("-ss", "0.53", "-i", str(whole), "-c", "copy", str(cut))
    assert _frames(cut) < 50
    return cut


@pytest.mark.parametrize("policy", ["lossless", "compact"])
def test_frames_that_an_edit_list_hides_are_in_the_copy_and_the_list_is_named(
    policy: str, trimmed: Path, tmp_path: Path
) -> None:
    if policy == "lossless":
        result = av.to_lossless(trimmed, tmp_path, "x", _silent, 1, "cut.mp4")
    else:
        result = av_rewrap.rewrap(trimmed, tmp_path, "x", _silent, "cut.mp4")
    assert result.proof.holds, result.proof.why
    assert _frames(result.path) == 50
    if policy == "lossless":
        assert result.proof.source["video 0 frames"] == "50"
    assert any(what.startswith("edit list of stream 0: a player shows 0.") for what in result.lost)
    assert all("-ignore_editlist" in command for command in result.proof.commands[::2])


def test_an_ordinary_edit_list_hides_nothing_and_sound_without_its_filling_stays_in_place(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    ffmpeg(*_PICTURE, *_TONE, *_H264, "-bf", "2", "-c:a", "aac", str(source))
    result = av.to_lossless(source, tmp_path, "x", _silent, 1, "a.mp4")
    assert result.proof.holds
    assert not [what for what in result.lost if "edit list" in what]
    assert "is without 21 ms of filling" in result.proof.note
    assert _starts(result.path) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("early.mts", ("-itsoffset", "-0.08", *_TONE, *_H264, "-c:a", "ac3")),
        ("late.mp4", ("-itsoffset", "0.188", *_TONE, *_H264, "-c:a", "aac")),
        ("reordered.avi", (*_TONE, "-c:v", "mpeg4", "-bf", "2", "-c:a", "libmp3lame")),
        ("late.mkv", ("-itsoffset", "0.3", *_TONE, *_H264, "-c:a", "pcm_s16le")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("policy", ["lossless", "compact"])
def test_sound_and_picture_keep_their_distance(
    name: str, options: tuple[str, ...], policy: str, tmp_path: Path
) -> None:
    source = tmp_path / name
    ffmpeg(*_PICTURE, *options, "-map", "0", "-map", "1", "-metadata", "x=y", str(source))
    make = av_rewrap.rewrap if policy == "compact" else None
    if make is not None:
        result = make(source, tmp_path, "x", _silent, name)
    else:
        result = av.to_lossless(source, tmp_path, "x", _silent, 1, name)
    assert result.proof.holds, result.proof.why
    (picture, sound), (later_picture, later_sound) = _starts(source), _starts(result.path)
    assert later_sound - later_picture == pytest.approx(sound - picture, abs=0.0021)


def test_what_needs_no_care_is_read_once(tmp_path: Path) -> None:
    source = tmp_path / "a.mkv"
    ffmpeg(*_PICTURE, *_TONE, *_H264, "-c:a", "flac", str(source))
    known = read_streams(source)
    timed = timing(source, known, copied=False)
    assert timed.readings == ((),) and not timed.hidden
    assert timed.maps(known.video) == ["-map", "0:0"]
