"""Stretches of a recording in which nothing is to be seen or heard, as ffmpeg's filters measure it.

Black, frozen and covered pictures are measured on key frames where those are near enough to each other: a still scene
that is coded well does not change between them, but key frames of a living picture always differ a little. Silence says
nothing of whether somebody spoke.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from preserve.machine_reading.clock_profile import StretchProfile
from preserve.machine_reading.recordings import Tracks, tracks_of
from preserve.machine_reading.records import Engine, Stretch, Unread
from preserve.programs import FFMPEG_INPUT, ToolFailed, file_argument, find, run, version

What = Literal["black", "frozen", "covered", "silent"]

_AT = re.compile(r"pts_time:\s*(-?\d+(?:\.\d+)?)")
_BLACK = re.compile(r"black_start:(\d+(?:\.\d+)?) black_end:(\d+(?:\.\d+)?)")
_FROZEN = re.compile(r"freeze_(start|end): (\d+(?:\.\d+)?)")
_SILENT = re.compile(r"silence_(start|end): (-?\d+(?:\.\d+)?)")
_LIGHT = re.compile(r"lavfi\.signalstats\.(YLOW|YHIGH|YAVG)=(\d+(?:\.\d+)?)")
_A_SECOND = 2
"""Frames measured in a second of a recording whose key frames are far apart."""
_TO_THE_NEXT = 4.0
"""Seconds that the last frame that was decoded may stand."""
_MEMORY, _LEAST_WORK, _DAY = 4 << 30, 300, 86400.0
_MOST = 2000
"""Stretches of one recording and kind that are kept."""


def read_stretches(
    file: Path, name: str, profile: StretchProfile, pulse: Callable[[float], None] | None = None
) -> Iterator[Stretch | Unread]:
    """The stretches of a recording, by kind and time; an Unread for what could not be measured.

    `pulse` is called about once a second with seconds of media done and may raise to stop.
    """
    engine = Engine(tool=version("ffmpeg"))
    try:
        tracks = tracks_of(file, pulse)
    except ToolFailed:
        yield Unread(file=name, engine=engine, what="stretch", code="reading.dead-not-decoded")
        return
    measured = [measure for there, measure in ((tracks.width, _picture), (tracks.sound, _sound)) if there]
    if not measured:
        yield Unread(file=name, engine=engine, what="stretch", code="reading.dead-not-decoded")
    for measure in measured:
        try:
            for what, start, end in measure(file, tracks, profile, pulse):
                yield Stretch(file=name, engine=engine, what=what, start=round(start, 3), end=round(end, 3))
        except ToolFailed:
            yield Unread(file=name, engine=engine, what="stretch", code="reading.dead-not-decoded")


def _picture(
    file: Path, tracks: Tracks, profile: StretchProfile, pulse: Callable[[float], None] | None
) -> list[tuple[What, float, float]]:
    heard = _Picture(profile)
    filters = [
        f"scale={min(320, tracks.width)}:-2:flags=area",
        f"blackdetect=d={profile.black_seconds}:pic_th={profile.black_share}:pix_th={profile.black_light}",
        f"freezedetect=n={profile.frozen_noise}:d={profile.frozen_seconds}",
        "signalstats",
        "metadata=mode=print",
    ]
    if not tracks.key_frames:
        filters.insert(0, f"fps={_A_SECOND}")
    skipped = ("-skip_frame", "nokey") if tracks.key_frames else ()
    _run(file, tracks.length, [*skipped], ["-map", "0:V:0", "-vf", ",".join(filters)], heard.line, pulse)
    return heard.stretches(tracks.length)


def _sound(
    file: Path, tracks: Tracks, profile: StretchProfile, pulse: Callable[[float], None] | None
) -> list[tuple[What, float, float]]:
    silent = _Pairs(_SILENT)
    wanted = ["-map", "0:a:0", "-af", f"silencedetect=n={profile.silent_decibels}dB:d={profile.silent_seconds}"]
    _run(file, tracks.length, ["-vn"], wanted, silent.line, pulse)
    return [("silent", start, end) for start, end in silent.until(tracks.length)]


def _run(
    file: Path,
    length: float,
    before: list[str],
    after: list[str],
    heard: Callable[[str], None],
    pulse: Callable[[float], None] | None,
) -> None:
    start = [*_bounds(length), find("ffmpeg"), "-progress", "pipe:1", *FFMPEG_INPUT, "-loglevel", "info", "-nostats"]
    run([*start, "-threads", "1", *before, "-i", file_argument(file), *after, "-f", "null", "-"], pulse, heard=heard)


def _bounds(length: float) -> list[str]:
    """What bounds the decoder of a hostile file: address space, and seconds of processor time."""
    bounding = shutil.which("prlimit")
    return [bounding, f"--as={_MEMORY}", f"--cpu={int(_LEAST_WORK + 2 * (length or _DAY))}"] if bounding else []


class _Pairs:
    """Starts and ends as a filter tells them."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._open: float | None = None
        self._found: list[tuple[float, float]] = []

    def line(self, line: str) -> None:
        """One line of what ffmpeg says."""
        if (match := self._pattern.search(line)) is None:
            return
        at = max(0.0, float(match[2]))
        if match[1] == "start":
            self._open = at
        elif self._open is not None:
            self._add(self._open, at)
            self._open = None

    def until(self, length: float) -> list[tuple[float, float]]:
        """All of them; what did not end lasts as long as the recording."""
        if self._open is not None and length > self._open:
            self._add(self._open, length)
        return self._found

    def _add(self, start: float, end: float) -> None:
        if end > start and len(self._found) < _MOST:
            self._found.append((start, end))


@dataclass(slots=True)
class _Measured:
    at: float = -1.0
    low: float = 0.0
    high: float = 255.0
    average: float = 255.0


class _Picture:
    """Gathers what the filters say of each frame and at the ends of stretches."""

    def __init__(self, profile: StretchProfile) -> None:
        self._profile = profile
        self._frozen = _Pairs(_FROZEN)
        self._black: list[tuple[float, float]] = []
        self._covered: list[tuple[float, float]] = []
        self._now = _Measured()
        self._since: float | None = None

    def line(self, line: str) -> None:
        """One line of what ffmpeg says."""
        if match := _BLACK.search(line):
            if len(self._black) < _MOST:
                self._black.append((float(match[1]), float(match[2])))
        elif "lavfi.signalstats" not in line and "freezedetect" in line:
            self._frozen.line(line)
        elif match := _AT.search(line):
            self._judge()
            self._now = _Measured(at=float(match[1]))
        elif match := _LIGHT.search(line):
            value = float(match[2])
            if match[1] == "YLOW":
                self._now.low = value
            elif match[1] == "YHIGH":
                self._now.high = value
            else:
                self._now.average = value

    def _judge(self) -> None:
        """Whether the frame that was told is covered: dark, and the same all over."""
        now, wanted = self._now, self._profile
        if now.at < 0:
            return
        dark = now.average < wanted.covered_light and now.high - now.low < wanted.covered_spread
        if dark and self._since is None:
            self._since = now.at
        elif not dark and self._since is not None:
            self._end(now.at)

    def _end(self, at: float) -> None:
        assert self._since is not None
        if at - self._since >= self._profile.covered_seconds and len(self._covered) < _MOST:
            self._covered.append((self._since, at))
        self._since = None

    def stretches(self, length: float) -> list[tuple[What, float, float]]:
        """Everything, by kind and time; each is told once: as black, else as covered, else as frozen."""
        self._judge()
        end = max(self._now.at, min(length, self._now.at + _TO_THE_NEXT))  # what cannot be decoded is not frozen
        if self._since is not None:
            self._end(end)
        covered = _without(self._covered, self._black)
        frozen = _without(self._frozen.until(end), [*self._black, *covered])
        found: list[tuple[What, list[tuple[float, float]]]] = [
            ("black", self._black),
            ("frozen", frozen),
            ("covered", covered),
        ]
        return [(what, start, end) for what, spans in found for start, end in spans]


def _without(spans: Iterable[tuple[float, float]], others: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Those of which the others do not take half."""
    kept = []
    for start, end in spans:
        taken = sum(max(0.0, min(end, its_end) - max(start, its)) for its, its_end in others)
        if taken * 2 < end - start:
            kept.append((start, end))
    return kept
