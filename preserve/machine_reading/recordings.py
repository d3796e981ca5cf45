"""What must be known of a recording before it is read: its length, the size of its picture, how far its key frames."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from preserve.programs import FFMPEG_INPUT, file_argument, find, probe, run

_ENDINGS = "mp4 m4v mov avi mkv ts mts m2ts mpg mpeg vob 3gp flv wmv asf dav webm"
MOVING = frozenset(_ENDINGS.split())
"""Endings of the names of moving pictures; what a file really is shows when it is opened."""

_MOST_WIDE = 1920
"""Pixels: a larger picture is made smaller, in which a clock is still larger than print."""
_MOST_SIDE = 16384
_FAR_APART = 3.5
"""Seconds between key frames from which every frame is decoded."""
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Tracks:
    """Length in seconds (0: unknown), upright size of the picture (0: none), whether there is sound, and whether key
    frames alone are near enough to each other."""

    length: float
    width: int
    height: int
    sound: bool
    key_frames: bool

    def size(self) -> tuple[int, int]:
        """In which the picture is looked at: even, and at most 1920 pixels wide."""
        scale = min(1.0, _MOST_WIDE / max(self.width, self.height))
        return max(2, round(self.width * scale) & ~1), max(2, round(self.height * scale) & ~1)


def tracks_of(file: Path, pulse: Callable[[float], None] | None = None) -> Tracks:
    """Read by ffprobe; of moving pictures the first track that is no cover picture. Raises ToolFailed."""
    said = probe(file)
    streams = [one for one in said.get("streams", []) if one.get("codec_name")]
    video = [
        one
        for one in streams
        if one.get("codec_type") == "video" and not one.get("disposition", {}).get("attached_pic")
    ]
    length = _length(said)
    sound = any(one.get("codec_type") == "audio" for one in streams)
    if not video:
        return Tracks(length, 0, 0, sound, key_frames=True)
    width, height = (int(video[0].get(side) or 0) for side in ("width", "height"))
    if not (0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE):
        return Tracks(length, 0, 0, sound, key_frames=True)
    if _turn(video[0]) in (90, 270):
        width, height = height, width
    return Tracks(length, width, height, sound, _key_frames_near(file, pulse))


def _length(said: dict[str, Any]) -> float:
    for value in (said.get("format", {}).get("duration"), *(one.get("duration") for one in said.get("streams", []))):
        try:
            if (seconds := float(value)) > 0 and math.isfinite(seconds):
                return seconds
        except (TypeError, ValueError):
            continue
    return 0.0


def _turn(stream: dict[str, Any]) -> int:
    for data in stream.get("side_data_list", []):
        if "rotation" in data:
            return round(float(data["rotation"])) % 360
    return 0


def _key_frames_near(file: Path, pulse: Callable[[float], None] | None) -> bool:
    """Whether the key frames of the first minute are near enough to each other to be read alone."""
    said = run(
        [
            find("ffprobe"),
            *FFMPEG_INPUT[1:],
            "-select_streams",
            "V:0",
            "-read_intervals",
            f"%+{_LOOKED_AT}",
            "-show_entries",
            "packet=pts_time,flags",
            "-of",
            "csv=p=0",
            file_argument(file),
        ],
        pulse,
    )
    times, keys = [], []
    for line in said.splitlines():
        moment, _, flags = line.partition(",")
        try:
            times.append(float(moment))
        except ValueError:
            continue
        if flags.startswith("K"):
            keys.append(times[-1])
    if len(keys) < 2:
        return False
    edges = [*sorted(keys), max(times)]
    return max(later - earlier for earlier, later in pairwise(edges)) <= _FAR_APART
