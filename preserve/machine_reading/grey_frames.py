"""Frames of a recording in grey, one after the other, each with its second; decoded by ffmpeg.

For who runs in a bounded process: ffmpeg is its child, in its group and under its bounds.
"""

from __future__ import annotations

import queue
import re
import resource
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from preserve.programs import FFMPEG_INPUT, file_argument
from storage_adapters.programs import start

_TIME = re.compile(rb"pts_time:\s*(-?\d+(?:\.\d+)?)")
_LEAST_WORK, _DAY = 300, 86400.0
"""Seconds of processor time: decoding takes far less than the recording's length."""
_LATE = 60.0
"""Seconds that a frame's time may come after the frame; both come from the same process."""


@dataclass(frozen=True, slots=True)
class Film:
    """A recording as frames are taken from it: the file, the size of what is given, whether key frames are enough."""

    ffmpeg: str
    file: Path
    width: int
    height: int
    key_frames: bool
    length: float = 0.0
    """Of the whole recording in seconds, 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class GreyFrame:
    """A frame: its second, and its pixels as rows of one byte each (a numpy array)."""

    at: float
    pixels: Any


def frames_of(film: Film, begin: float = 0.0, length: float | None = None, every: float = 0.0) -> Iterator[GreyFrame]:
    """Frames from second `begin`, at least `every` seconds apart. What cannot be decoded is left out."""
    import numpy

    with start(_command(film, begin, length, every), session=False) as process:
        bound = int(_LEAST_WORK + 2 * (film.length or _DAY))
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (bound, bound))
        times: queue.Queue[float | None] = queue.Queue()
        listener = threading.Thread(target=_listen, args=(process.stderr, times), daemon=True)
        listener.start()
        try:
            assert process.stdout is not None
            size = film.width * film.height
            while len(data := process.stdout.read(size)) == size:
                at = times.get(timeout=_LATE)
                if at is None:
                    return
                pixels = numpy.frombuffer(data, numpy.uint8).reshape(film.height, film.width)
                yield GreyFrame(round(begin + max(at, 0.0), 3), pixels)
        finally:
            process.kill()
            process.wait()
            listener.join()


def _listen(said: IO[bytes] | None, times: queue.Queue[float | None]) -> None:
    """Hand on the time of each frame as ffmpeg says it; in the end None."""
    assert said is not None
    with said:
        for line in said:
            if match := _TIME.search(line):
                times.put(float(match[1]))
    times.put(None)


def _command(film: Film, begin: float, length: float | None, every: float) -> list[str]:
    chosen = [f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{every:.3f})'"] if every else []
    filters = [*chosen, "showinfo=checksum=0", f"scale={film.width}:{film.height}:flags=bilinear", "format=gray"]
    return [
        film.ffmpeg,
        *FFMPEG_INPUT,
        "-loglevel",
        "info",
        "-nostats",
        "-threads",
        "1",
        *(("-skip_frame", "nokey") if film.key_frames else ()),
        *(("-ss", f"{begin:.3f}") if begin else ()),
        *(("-t", f"{length:.3f}") if length is not None else ()),
        "-i",
        file_argument(film.file),
        "-map",
        "0:V:0",
        "-vf",
        ",".join(filters),
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "pipe:1",
    ]
