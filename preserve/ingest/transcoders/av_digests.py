"""The digests by which a recording and what was made of it are compared: frame by frame, sample by sample."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def stream_digests(text: str) -> dict[str, str]:
    """`0,v,SHA256=…` lines as digests by stream."""
    digests = {}
    for line in text.splitlines():
        parts = line.strip().split(",")
        if len(parts) == 3 and "=" in parts[2]:
            digests[f"stream {parts[0]} {parts[1]} sha256"] = parts[2].partition("=")[2]
    return digests


def _frames(path: Path) -> Iterator[tuple[str, float, str]]:
    """Stream, time in seconds and MD5 of each frame in a framemd5 file."""
    base: dict[str, float] = {}
    with path.open(encoding="ascii", errors="replace") as stream:
        for line in stream:
            if line.startswith("#tb "):
                number, _, fraction = line[4:].partition(":")
                top, _, bottom = fraction.strip().partition("/")
                base[number.strip()] = int(top) / int(bottom)
            elif not line.startswith("#"):
                parts = [part.strip() for part in line.split(",")]
                if len(parts) >= 6:
                    yield parts[0], int(parts[2]) * base.get(parts[0], 0.001), parts[5]


def digests_of(frames: Path | None, sound: Path | None) -> tuple[dict[str, str], list[float]]:
    """Digests by stream, and the times of the first video stream's frames."""
    digests: dict[str, str] = {}
    times: list[float] = []
    if frames is not None:
        running: dict[str, Any] = {}
        counts: dict[str, int] = {}
        for stream, moment, digest in _frames(frames):
            running.setdefault(stream, hashlib.sha256()).update(digest.encode() + b"\n")
            counts[stream] = counts.get(stream, 0) + 1
            if stream == "0":
                times.append(moment)
        for stream, digest_of_all in running.items():
            digests[f"video {stream} frames"] = str(counts[stream])
            digests[f"video {stream} sha256 of frame md5 list"] = digest_of_all.hexdigest()
    if sound is not None and os.path.exists(sound):
        for number, value in enumerate(stream_digests(sound.read_text()).values()):
            digests[f"sound {number} sha256 of samples"] = value
    return digests, times


def largest_drift(before: list[float], after: list[float]) -> float:
    """The largest difference between the frames' distances from the first one, in seconds."""
    if not before or len(before) != len(after):
        return 0.0
    return max(abs((a - before[0]) - (b - after[0])) for a, b in zip(before, after, strict=True))
