"""The clock of made recordings, read through the whole path: a cut without a trace is found, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from preserve.machine_reading.clock import clock_engine, read_clock
from preserve.machine_reading.clock_judging import Break, begins, judge, reads_of
from preserve.machine_reading.clock_profile import ClockProfile, clock_profile
from preserve.machine_reading.records import ClockShown, Unread
from tests.support.made_recordings import LAYOUTS, NINE, cut_out, iso_at_top, make_recording

PROFILE = clock_profile(None)


def read(path: Path, profile: ClockProfile = PROFILE) -> tuple[list[ClockShown], list[str]]:
    """The reads of a recording, and the codes of what could not be read."""
    shown, codes = [], []
    for record in read_clock(path, "名.mp4", profile, clock_engine()):
        if isinstance(record, Unread):
            codes.append(record.code)
        else:
            shown.append(record)
    return shown, codes


def breaks(shown: list[ClockShown]) -> list[Break]:
    return judge(reads_of(shown, PROFILE.least_score), PROFILE)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_cut_that_leaves_no_trace_in_the_container_is_found(layout: str, tmp_path: Path) -> None:
    whole = make_recording(tmp_path / "whole.mp4", LAYOUTS[layout], 40)
    cut = cut_out(whole, 16, 27, tmp_path / "cut.mp4")
    _assert_no_gap(cut)
    shown, codes = read(cut)
    assert codes == []
    assert all(one.file == "名.mp4" for one in shown)
    (found,) = breaks(shown)
    assert found.what == "jump"
    assert abs(found.seconds - 11) <= 1
    # Single frames were read until the two on both sides of the cut were known.
    assert found.before.at < 16 <= found.after.at
    assert found.after.at - found.before.at < 0.5
    assert abs((begins(reads_of(shown, 0.5)) or NINE + timedelta(1)) - NINE) <= timedelta(seconds=1)


def _assert_no_gap(path: Path) -> None:
    said = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            "v",
            "-show_entries",
            "packet=pts_time",
            "-of",
            "json",
            str(path),
        ],
        check=True,
        capture_output=True,
    ).stdout
    times = [float(one["pts_time"]) for one in json.loads(said)["packets"]]
    assert max(later - earlier for earlier, later in pairwise(times)) < 0.25


def test_a_clock_that_runs_has_no_break_with_key_frames_far_apart(tmp_path: Path) -> None:
    shown, codes = read(make_recording(tmp_path / "a.mp4", iso_at_top, 30, keys=100))
    assert codes == []
    assert len(shown) >= 13
    assert breaks(shown) == []


def test_a_recording_without_a_clock_is_told_as_unread(tmp_path: Path) -> None:
    few = PROFILE.model_copy(update={"tries": 2})
    assert read(make_recording(tmp_path / "a.mp4", None, 6), few) == ([], ["reading.clock-none"])


def test_files_that_are_no_recording_are_told_as_unread(tmp_path: Path) -> None:
    nothing = tmp_path / "a.mp4"
    nothing.write_bytes(b"")
    assert read(nothing) == ([], ["reading.clock-no-picture"])
    nothing.write_bytes(os.urandom(50_000))
    assert read(nothing) == ([], ["reading.clock-no-picture"])


def test_whoever_stops_ends_the_process_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    recording = make_recording(tmp_path / "a.mp4", iso_at_top, 20)
    reading = read_clock(recording, "a.mp4", PROFILE, clock_engine())
    assert isinstance(next(reading), ClockShown)
    reading.close()  # type: ignore[attr-defined]
    assert list((tmp_path / "scratch").iterdir()) == []
