"""Stretches in which nothing is seen or heard, measured in made recordings."""

from __future__ import annotations

from pathlib import Path

from preserve.machine_reading.clock_profile import clock_profile
from preserve.machine_reading.records import Stretch, Unread
from preserve.machine_reading.stretches import read_stretches
from tests.support.made_recordings import ffmpeg, iso_at_top, make_recording

SHORT = clock_profile(None).stretches.model_copy(update={"frozen_seconds": 6.0, "silent_seconds": 5.0})


def found(path: Path) -> list[tuple[str, float, float]]:
    """Stretches, to whole seconds."""
    records = list(read_stretches(path, "a.mp4", SHORT))
    assert all(isinstance(one, Stretch) for one in records)
    return [(one.what, round(one.start), round(one.end)) for one in records if isinstance(one, Stretch)]


def dark(at: float) -> tuple[int, int, int] | None:
    """Black for six seconds, then what lives, then a hand over the lens for eight."""
    if 4 <= at < 10:
        return (0, 0, 0)
    return (46, 30, 28) if 16 <= at < 24 else None


def test_black_and_covered_pictures_under_a_clock_that_runs(tmp_path: Path) -> None:
    path = make_recording(tmp_path / "a.mp4", iso_at_top, 30, scene=dark)
    assert found(path) == [("black", 4, 10), ("covered", 16, 24)]


def test_the_same_where_key_frames_are_far_apart(tmp_path: Path) -> None:
    path = make_recording(tmp_path / "a.mp4", iso_at_top, 30, scene=dark, keys=150)
    assert [(what, start, end) for what, start, end in found(path) if what == "black"] == [("black", 4, 10)]


def test_a_picture_that_stands_still_and_one_that_lives(tmp_path: Path) -> None:
    path = make_recording(tmp_path / "a.mp4", None, 30, scene=lambda at: (120, 140, 160) if 8 <= at < 20 else None)
    ((what, start, end),) = found(path)
    assert (what, start) == ("frozen", 8)
    assert abs(end - 20) <= 1


def test_silence_is_told_and_soft_speech_is_not(tmp_path: Path) -> None:
    sounds = "aevalsrc='if(between(t,6,14),0,0.05*sin(2*PI*330*t))':s=16000"
    path = make_recording(tmp_path / "a.mp4", None, 20, sound=sounds)
    assert found(path) == [("silent", 6, 14)]


def test_a_recording_of_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    ffmpeg(["-f", "lavfi", "-t", "9", "-i", "anullsrc=r=16000"], path)
    ((what, start, end),) = found(path)
    assert (what, start) == ("silent", 0)
    assert abs(end - 9) <= 1


def test_what_cannot_be_decoded_is_told_as_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0" * 1000)
    (record,) = read_stretches(path, "a.mp4", SHORT)
    assert isinstance(record, Unread)
    assert record.code == "reading.dead-not-decoded"
