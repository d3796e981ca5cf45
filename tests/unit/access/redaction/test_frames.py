"""What is in a recording: its streams and size as one sees them, when each frame is shown, which ones a range touches."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.access.redaction.frames import frame_times, look, touched
from preserve.errors import Refused

pytestmark = pytest.mark.xdist_group("redaction-media")


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *arguments], check=True)


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of picture and sound at 25 frames a second, of which those from 0.4 to 0.8 were left out."""
    path = tmp_path_factory.mktemp("uneven") / "uneven.mp4"
    picture, sound = "testsrc2=s=160x120:r=25:d=1", "sine=f=440:r=48000:d=1"
    keep = ["-vf", "select='not(between(t,0.41,0.79))'", "-fps_mode", "passthrough"]
    ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, *keep, "-c:v", "libx264", "-bf", "2", str(path))
    return path


def test_streams_size_and_length(uneven: Path, tmp_path: Path) -> None:
    recording = look(uneven, "x")
    assert recording.video is not None and recording.video["codec_name"] == "h264"
    assert [stream["codec_name"] for stream in recording.sound] == ["aac"]
    assert (recording.width, recording.height, recording.turn, recording.others) == (160, 120, 0, 0)
    assert recording.length == pytest.approx(1.0, abs=0.05)
    turned = tmp_path / "turned.mp4"
    ffmpeg("-i", str(uneven), "-c", "copy", "-metadata:s:v:0", "rotate=90", str(turned))
    upright = look(turned, "x")
    assert (upright.width, upright.height, upright.turn) == (120, 160, 0)
    tagged = tmp_path / "tagged.mkv"
    ffmpeg("-i", str(uneven), "-c", "copy", "-metadata:s:v:0", "DISPLAY_ROTATION=-90", str(tagged))
    ours = look(tagged, "x")
    assert (ours.width, ours.height, ours.turn) == (120, 160, 270)
    named = tmp_path / "named.mkv"
    ffmpeg("-i", str(uneven), "-c", "copy", "-metadata:s:v:0", "DISPLAY_ROTATION_CLOCKWISE=90", str(named))
    assert look(named, "x").turn == 270


def test_frames_are_those_that_are_decoded(uneven: Path) -> None:
    """One frame stands for ten, and its neighbours are 0.4 seconds apart."""
    recording = look(uneven, "x")
    times = frame_times(uneven, "x", recording, lambda seconds: None)
    shown = [number / 25 for number in range(25) if not 0.41 <= number / 25 <= 0.79]
    assert list(times) == pytest.approx(shown, abs=0.03)
    assert max(later - earlier for earlier, later in pairwise(times)) == pytest.approx(0.4, abs=0.01)


def test_a_recording_that_ends_before_its_time_is_refused(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=8", "-c:v", "libx264", "-g", "5"]
    ffmpeg(*source, "-movflags", "+faststart", str(whole))
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert look(whole, "x").length == pytest.approx(8.0)
    with pytest.raises(Refused, match=r"redaction\.truncated") as caught:
        look(cut, "02/录像.mp4")
    assert caught.value.where == "02/录像.mp4"
    assert (caught.value.values["wanted"], float(str(caught.value.values["found"])) < 7) == ("8.0", True)


@pytest.mark.parametrize("data", [b"", bytes(5000), b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"])
def test_what_cannot_be_played_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(data)
    with pytest.raises(Refused, match=r"redaction\.unreadable"):
        look(path, "x")


def test_frames_and_ranges() -> None:
    """The frame shown at the beginning counts, the one that comes at the very end does not."""
    shown = [0.0, 0.04, 0.08, 1.0, 1.04]
    for begin, end, first, last in (
        (0.0, 0.04, 0, 0),
        (0.04, 0.05, 1, 1),
        (0.5, 0.6, 2, 2),
        (0.03, 1.0, 0, 2),
        (1.02, 9.0, 3, 4),
        (5.0, 6.0, 4, 4),
    ):
        span = touched(shown, 1.08, begin, end)
        assert (span.first, span.last) == (first, last), (begin, end)
        assert [number for number, time in enumerate(shown) if span.after < time < span.before] == list(
            range(first, last + 1)
        )
        assert span.end == min(end, 1.08)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=40), st.integers(0, 9000), st.integers(1, 3000))
def test_no_frame_that_is_on_the_screen_in_a_range_is_left_out(steps: list[int], begin: int, length: int) -> None:
    shown = [sum(steps[:number]) / 1000 for number in range(len(steps))]
    first, last = begin / 1000, (begin + length) / 1000
    span = touched(shown, sum(steps) / 1000, first, last)
    for number, start in enumerate(shown):
        gone = shown[number + 1] if number + 1 < len(shown) else float("inf")
        if start < last - 1e-6 and gone > first + 1e-6:
            assert span.first <= number <= span.last
        else:
            assert not span.first <= number <= span.last
