"""The process that reads clocks, asked as its caller asks: a clock that moves is found again, and hostile wishes end."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from preserve.machine_reading.bounded import Broken, Limits, run_bounded
from preserve.machine_reading.clock_judging import judge, reads_of
from preserve.machine_reading.clock_profile import clock_profile
from preserve.machine_reading.records import ClockShown
from tests.support.made_recordings import NINE, iso_at_top, make_recording, two_lines

PROFILE = clock_profile(None)
CHILD = "preserve.machine_reading.clock_child"


def request(path: Path, scratch: Path, **changes: Any) -> dict[str, Any]:
    return {
        "file": str(path),
        "name": "a.mp4",
        "ffmpeg": shutil.which("ffmpeg"),
        "width": 480,
        "height": 270,
        "length": 44.0,
        "key_frames": True,
        "profile": PROFILE.model_dump(mode="json"),
        "engine": {"tool": "test"},
        "scratch": str(scratch),
        **changes,
    }


def moves(moment: datetime) -> list[tuple[str, tuple[float, float]]]:
    """A clock that is drawn elsewhere and in another way after twenty seconds, as in a file joined of two."""
    return list(iso_at_top(moment) if (moment - NINE).total_seconds() < 20 else two_lines(moment))


def test_a_clock_that_moves_is_found_again(tmp_path: Path) -> None:
    path = make_recording(tmp_path / "a.mp4", moves, 44)
    shown = [ClockShown.model_validate(one) for one in run_bounded(CHILD, request(path, tmp_path))]
    assert {one.box[1] < 500 for one in shown if one.shows} == {True, False}
    assert shown[-1].shows != ""
    assert judge(reads_of(shown, PROFILE.least_score), PROFILE) == []


def test_a_file_without_a_picture_ends_with_its_code(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"\0" * 100)
    with pytest.raises(Broken) as broken:
        list(run_bounded(CHILD, request(tmp_path / "a.mp4", tmp_path)))
    assert broken.value.code == "reading.clock-no-picture"


def test_a_process_that_is_killed_is_told_as_crashed(tmp_path: Path) -> None:
    """Too little memory for the models."""
    with pytest.raises(Broken) as broken:
        list(run_bounded(CHILD, request(tmp_path / "a.mp4", tmp_path), Limits(memory=200 << 20)))
    assert broken.value.code in ("reading.crashed", "reading.too-large")


def test_a_recording_whose_second_half_is_lost_is_told_as_read_in_part(tmp_path: Path) -> None:
    path = make_recording(tmp_path / "a.mp4", iso_at_top, 12)
    shown = []
    with pytest.raises(Broken) as broken:
        for one in run_bounded(CHILD, request(path, tmp_path, length=60.0)):
            shown.append(one)
    assert broken.value.code == "reading.clock-cut-short"
    assert len(shown) == 6
