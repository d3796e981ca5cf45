"""The clock that a device draws into its picture, read in a recording by a machine; never a proof of the time.

Found once in whole frames, then read in a frame every two seconds. What decodes and reads the hostile file is a process
with bounds (`clock_child`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from preserve.machine_reading.bounded import Broken, Limits, run_bounded
from preserve.machine_reading.clock_profile import ClockProfile
from preserve.machine_reading.models import engine_of, model_for
from preserve.machine_reading.recordings import tracks_of
from preserve.machine_reading.records import ClockShown, Engine, Unread
from preserve.programs import ToolFailed, find

_CHILD = "preserve.machine_reading.clock_child"
_PATIENCE = 300.0
"""Seconds within which a clock is found, and after that each read is done: a long group of frames must be decoded."""


def clock_engine(own: Path | None = None) -> Engine:
    """What reads clocks here; `own` is the home's folder of profiles. Raises ToolMissing."""
    find("ffmpeg")
    return engine_of(model_for("ocr", own), "rapidocr", "onnxruntime")


def read_clock(
    file: Path, name: str, profile: ClockProfile, engine: Engine, pulse: Callable[[], None] | None = None
) -> Iterator[ClockShown | Unread]:
    """Every read of the clock of a recording, as it goes; then those that bound a jump more closely.

    `name` is the file's name in the case. What stops it is told by an Unread at the end; raises only what `pulse` does.
    """
    try:
        tracks = tracks_of(file, (lambda _: pulse()) if pulse is not None else None)
    except ToolFailed:
        tracks = None
    if tracks is None or not tracks.width:
        yield Unread(file=name, engine=engine, what="clock", code="reading.clock-no-picture")
        return
    width, height = tracks.size()
    with tempfile.TemporaryDirectory(prefix="preserve-clock-") as scratch:
        request = {
            "file": str(file),
            "name": name,
            "ffmpeg": find("ffmpeg"),
            "width": width,
            "height": height,
            "length": tracks.length,
            "key_frames": tracks.key_frames,
            "profile": profile.model_dump(mode="json"),
            "engine": engine.model_dump(mode="json"),
            "scratch": scratch,
        }
        try:
            for answer in run_bounded(_CHILD, request, Limits(seconds=_PATIENCE), pulse):
                yield ClockShown.model_validate(answer)
        except Broken as error:
            yield Unread(file=name, engine=engine, what="clock", code=error.code)
