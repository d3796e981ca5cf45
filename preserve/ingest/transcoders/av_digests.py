"""The digests by which a recording and what was made of it are compared: frame by frame, sample by sample."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Frames:
    """What a framemd5 file says: digests by stream, what its head says of each, and the times of the frames."""

    digests: dict[str, str] = field(default_factory=dict)
    heads: dict[str, dict[str, str]] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)


def read_frames(path: Path, *, ends: bool = False) -> Frames:
    """Read one. With `ends` the times are those of beginnings and ends in turn."""
    frames = Frames()
    running: dict[str, Any] = {}
    for stream, moment, length, digest in _lines(path, frames.heads):
        running.setdefault(stream, hashlib.sha256()).update(digest.encode() + b"\n")
        frames.times.setdefault(stream, []).extend((moment, moment + length) if ends else (moment,))
    frames.digests = {stream: digest.hexdigest() for stream, digest in running.items()}
    return frames


def _lines(path: Path, heads: dict[str, dict[str, str]]) -> Iterator[tuple[str, float, float, str]]:
    """Stream, time and length in seconds, bytes and MD5 of each frame."""
    base: dict[str, float] = {}
    with path.open(encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("#"):
                words, _, value = line[1:].partition(":")
                name, _, number = words.strip().partition(" ")
                if number.isdigit():
                    heads.setdefault(number, {})[name] = value.strip()
                if name == "tb":
                    top, _, bottom = value.strip().partition("/")
                    base[number] = int(top) / int(bottom)
            else:
                parts = [part.strip() for part in line.split(",")]
                if len(parts) >= 6:
                    unit = base.get(parts[0], 0.001)
                    yield parts[0], int(parts[2]) * unit, int(parts[3]) * unit, f"{parts[4]} {parts[5]}"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: digests by name, times of frames and of words by stream, when each stream begins."""

    digests: dict[str, str]
    times: tuple[list[float], ...]
    begins: tuple[float, ...]


def side(frames: Path | None, sound: Path | None, heads: Sequence[Path], text: Path | None) -> Side:
    """What ffmpeg wrote of one side; `heads` are the first frames of the streams, one file each."""
    video = read_frames(frames) if frames else Frames()
    digests: dict[str, str] = {}
    for number, (stream, digest) in enumerate(sorted(video.digests.items(), key=lambda item: int(item[0]))):
        digests[f"video {number} size"] = video.heads.get(stream, {}).get("dimensions", "")
        digests[f"video {number} frames"] = str(len(video.times[stream]))
        digests[f"video {number} sha256 of frame md5 list"] = digest
    first = [read_frames(head) for head in heads]
    if sound is not None:
        for number, value in enumerate(stream_digests(sound.read_text()).values()):
            head = first[number].heads.get("0", {}) if number < len(first) else {}
            digests[f"sound {number} samples a second"] = head.get("sample_rate", "")
            digests[f"sound {number} sha256 of samples"] = value
    words = read_frames(text, ends=True) if text else Frames()
    for number, (_, digest) in enumerate(sorted(words.digests.items(), key=lambda item: int(item[0]))):
        digests[f"subtitles {number} sha256"] = digest
    times = [*_by_stream(video), *_by_stream(words)]
    beginnings = [*_by_stream(video), *(moments for head in first for moments in _by_stream(head)), *_by_stream(words)]
    return Side(digests, tuple(times), tuple(moments[0] for moments in beginnings))


def _by_stream(frames: Frames) -> list[list[float]]:
    return [moments for _, moments in sorted(frames.times.items(), key=lambda item: int(item[0]))]


def largest_drift(before: Side, after: Side) -> float:
    """The largest difference between the frames' distances from the first one, in seconds, over all streams."""
    drift = 0.0
    for had, has in zip(before.times, after.times, strict=False):
        if had and len(had) == len(has):
            drift = max(drift, *(abs((a - had[0]) - (b - has[0])) for a, b in zip(had, has, strict=True)))
    return drift


def largest_shift(before: Side, after: Side) -> float:
    """The largest difference between the distances of the streams' beginnings from the earliest one, in seconds."""
    if len(before.begins) != len(after.begins) or not before.begins:
        return 0.0
    had, has = min(before.begins), min(after.begins)
    return max(abs((a - had) - (b - has)) for a, b in zip(before.begins, after.begins, strict=True))
