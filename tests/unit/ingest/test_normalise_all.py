"""Seconds of media, added up over programs that run at once and begin again from nothing."""

from __future__ import annotations

import threading

import pytest

from metadata.findings import Value
from preserve.errors import Stopped
from preserve.ingest.facts import Character, Copied, Identification
from preserve.ingest.normalise import Plan, seconds_of_media
from preserve.ingest.normalise_all import Meter, Pulse
from preserve.ingest.provenance import TakenFile
from preserve.progress import Unit, ask_to_stop, stoppable
from preserve.work import threads


class Counted:
    """A progress that only adds up."""

    def __init__(self) -> None:
        self.moved = self.files = 0

    def begin(
        self, code: str, total: int | None = None, files: int = 0, *, unit: Unit = "bytes", **values: Value
    ) -> None:
        """Nothing is shown."""

    def __call__(self, moved: int, files: int = 0) -> None:
        self.moved += moved
        self.files += files


def recording(seconds: float | None, kind: str = "video") -> TakenFile:
    """A file of that length."""
    known = Identification(None, "x", "", "", "none", ())
    character = Character(kind, "", duration=seconds)  # type: ignore[arg-type]
    return TakenFile("a", "a", Copied(1, {}), known, character, None)


def test_a_recording_is_gone_through_once_for_each_program() -> None:
    assert seconds_of_media(recording(10), Plan("", "ffv1", "mp4")) == 30
    assert seconds_of_media(recording(10), Plan("", "flac", "none")) == 20
    assert seconds_of_media(recording(10, "sound"), Plan("", "keep", "m4a")) == 10
    assert seconds_of_media(recording(None), Plan("", "ffv1", "mp4")) == 0
    assert seconds_of_media(recording(10, "image"), Plan("", "raster", "jpeg")) == 0


def test_each_program_begins_anew_and_the_sum_never_goes_back() -> None:
    counted = Counted()
    pulse = Pulse(Meter(counted), 30.0, threading.Event())
    seen = []
    for seconds in (0.0, 4.5, 9.9, 0.0, 5.2, 10.0, 0.3, 2.0):
        pulse(seconds)
        seen.append(counted.moved)
    assert seen == [0, 4, 9, 9, 15, 19, 20, 21]
    pulse.finish()
    assert (counted.moved, counted.files) == (30, 1)


def test_more_passes_than_expected_count_no_more_than_expected() -> None:
    counted = Counted()
    pulse = Pulse(Meter(counted), 20.0, threading.Event())
    for seconds in (10.0, 3.0, 10.0, 1.0, 10.0, 9.0):
        pulse(seconds)
    pulse.finish()
    assert (counted.moved, counted.files) == (20, 1)


def test_several_at_once_add_up_to_the_whole() -> None:
    counted = Counted()
    meter = Meter(counted)

    def go_through(length: float) -> None:
        pulse = Pulse(meter, length, threading.Event())
        for part in range(101):
            pulse(length * part / 100)
        pulse.finish()

    with threads(4) as pool:
        list(pool.map(go_through, [7.5] * 8))
    assert (counted.moved, counted.files) == (60, 8)


def test_it_is_where_a_wish_to_stop_is_heard_and_where_another_files_error_ends_the_work() -> None:
    ended = threading.Event()
    pulse = Pulse(Meter(Counted()), 1.0, ended)
    with stoppable():
        ask_to_stop()
        with pytest.raises(Stopped):
            pulse(0.5)
    ended.set()
    with pytest.raises(RuntimeError):
        pulse(0.6)
