"""The readers of recordings: the clock in the picture, and stretches in which nothing is seen or heard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from preserve.data_management.object_index import ObjectRow
from preserve.errors import ToolMissing
from preserve.home import Home
from preserve.machine_reading.clock_profile import clock_profile
from preserve.machine_reading.records import Engine, Record
from preserve.progress import check_stop
from preserve.services.machine_readers import Reader

_STREAM = re.compile(r"stream \d+")


def open_clock_reader(home: Home) -> Reader | None:
    """Reads clocks in moving pictures; None without the models for text, or without ffmpeg."""
    from preserve.machine_reading.clock import clock_engine, read_clock

    try:
        engine = clock_engine(home.profiles)
    except ToolMissing:
        return None
    profile = clock_profile(home.profiles)

    def read(path: Path, name: str) -> Iterator[Record]:
        yield from read_clock(path, name, profile, engine, check_stop)

    return Reader("clock", engine, lambda row: _has(row, "video"), read)


def open_stretch_reader(home: Home) -> Reader | None:
    """Measures recordings; None without ffmpeg."""
    from preserve.machine_reading.stretches import read_stretches
    from preserve.programs import version

    try:
        engine = Engine(tool=version("ffmpeg"))
    except ToolMissing:
        return None
    wanted = clock_profile(home.profiles).stretches

    def read(path: Path, name: str) -> Iterator[Record]:
        yield from read_stretches(path, name, wanted, lambda _: check_stop())

    return Reader("stretch", engine, lambda row: _has(row, "video", "sound"), read)


def _has(row: ObjectRow, *kinds: str) -> bool:
    return any(_STREAM.fullmatch(key) and value.startswith(kinds) for key, value in row.significant.items())
