"""The sound of a recording as samples of 16-kHz mono, as ffmpeg decodes them, each at its time.

ffmpeg tells the time of every block of samples. A hole is filled with a little silence and remembered, so that what
follows keeps its time and a hole of days costs nothing.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from preserve.machine_reading.voices import CHUNK_BYTES, RATE
from preserve.programs import FFMPEG_INPUT, file_argument, find, probe

_MOST_STREAMS = 4
_BLOCK = 2048
_TOLD = re.compile(rb"ashowinfo.* pts_time:\s*(-?[\d.]+|nan|NOPTS)\s.* nb_samples:\s*(\d+)")
_HOLE = 0.1
"""Seconds by which the time of a block may be ahead of the samples before it: rounding, and no hole."""


def sound_streams(path: Path) -> int:
    """How many sound streams can be decoded. Raises ToolFailed for what is none, ToolMissing without ffprobe."""
    streams = [
        one for one in probe(path).get("streams", []) if one.get("codec_type") == "audio" and one.get("codec_name")
    ]
    return min(len(streams), _MOST_STREAMS)


def sound_command(path: Path, stream: int, seconds: float) -> list[str]:
    """ffmpeg's arguments for the first `seconds` of a sound stream on its standard output. Raises ToolMissing.

    What it says on standard error tells the time of each block.
    """
    quiet = [argument if argument != "error" else "info" for argument in FFMPEG_INPUT]
    shape = f"aresample={RATE},aformat=sample_fmts=s16:channel_layouts=mono,asetnsamples=n={_BLOCK}:p=0,ashowinfo"
    inputs = ["-nostats", "-threads", "1", "-vn", "-sn", "-dn", "-i", file_argument(path)]
    outputs = ["-map", f"0:a:{stream}", "-af", shape, "-t", f"{seconds:.3f}", "-f", "s16le", "pipe:1"]
    return [find("ffmpeg"), *quiet, *inputs, *outputs]


class Times:
    """When in the recording it is, by the samples that were given: they lack what a hole had."""

    def __init__(self) -> None:
        self._since: list[float] = []
        self._ahead: list[float] = []

    def skip(self, given: float, seconds: float) -> None:
        """From `given` seconds of samples on, the recording is so many seconds further ahead than before."""
        self._since.append(given)
        self._ahead.append(seconds + (self._ahead[-1] if self._ahead else 0.0))

    @property
    def ahead(self) -> float:
        """How far the recording is ahead now."""
        return self._ahead[-1] if self._ahead else 0.0

    def real(self, given: float) -> float:
        """The second of the recording for one of the samples."""
        place = bisect_right(self._since, given)
        return given + self._ahead[place - 1] if place else given


def chunks(samples: IO[bytes], said: IO[bytes], times: Times, silence: float) -> Iterator[bytes]:
    """The samples in pieces of one chunk, the last filled up; of a hole at most `silence` seconds are given.

    What was skipped is told to `times` before the chunk behind it is given.
    """
    told: SimpleQueue[tuple[float, int] | None] = SimpleQueue()
    threading.Thread(target=_listen, args=(said, told), daemon=True).start()
    kept, given = bytearray(), 0
    while (block := told.get()) is not None:
        begins, count = block
        hole = begins - (given / RATE + times.ahead)
        if hole > _HOLE:
            filled = round(min(hole, silence) * RATE)
            kept += bytes(2 * filled)
            given += filled
            if hole > silence:
                times.skip(given / RATE, hole - silence)
        data = samples.read(2 * count)
        kept += data
        given += len(data) // 2
        whole = len(kept) - len(kept) % CHUNK_BYTES
        for place in range(0, whole, CHUNK_BYTES):
            yield bytes(kept[place : place + CHUNK_BYTES])
        del kept[:whole]
    if kept:
        yield bytes(kept) + bytes(CHUNK_BYTES - len(kept))


def _listen(said: IO[bytes], told: SimpleQueue[tuple[float, int] | None]) -> None:
    """Blocks by their beginning, as far as it is known, and their number of samples; None when no more come."""
    for line in said:
        if found := _TOLD.search(line):
            begins = found[1]
            told.put((float(begins) if begins[-1:].isdigit() else float("-inf"), int(found[2])))
    told.put(None)
