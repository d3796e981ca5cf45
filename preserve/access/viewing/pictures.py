"""Makes the frame sheet and the wave form of a recording within a bounded time, whatever its length.

A frame is fetched by seeking to it, so that eight hours cost what a minute costs; the sound is decoded once, without
the picture, and its loudest sample in each stretch is kept. What cannot be decoded is left empty and told.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from preserve.access.viewing.drawing import About, draw_sheet, draw_wave, time_code
from preserve.access.viewing.profile import LookingProfile
from preserve.messages import say
from preserve.programs import FFMPEG_INPUT, ToolFailed, file_argument, find, probe, run
from preserve.progress import check_stop
from preserve.work import processors, threads

_STRETCHES = 1200
_SILENT = -120.0
_PEAK = re.compile(r"Peak_level=(\S+)")


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was made of one recording, and what a person should know of it."""

    frames: Path | None
    wave: Path | None
    missing: int  # frames that could not be decoded
    cut: bool  # the sound was not read to its end


class Late(Exception):
    """The time that was given is over."""


def make_pictures(source: Path, about: About, folder: Path, stem: str, wanted: LookingProfile) -> Pictures:
    """Make `<stem>.frames.jpg` and `<stem>.wave.png` in `folder`, of what there is. Raises ToolFailed."""
    said = probe(source)
    video, sound = streams_of(said)
    if not video and not sound:
        raise ToolFailed("no video and no sound stream")
    length = length_of(said, about.length)
    about = replace(about, length=length)
    pulse = until(wanted.seconds)
    frames = wave = None
    missing, cut = 0, False
    if video:
        frames = folder / f"{stem}.frames.jpg"
        missing = _sheet(source, about, frames, wanted, pulse)
    if sound:
        wave = folder / f"{stem}.wave.png"
        cut = _wave(source, about, wave, int(sound[0].get("sample_rate") or 48000), pulse)
    return Pictures(frames, wave, missing, cut)


def streams_of(said: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The streams of moving pictures and of sound, as ffprobe says."""
    known = [one for one in said.get("streams", []) if one.get("codec_name")]
    video = [
        one for one in known if one.get("codec_type") == "video" and not one.get("disposition", {}).get("attached_pic")
    ]
    return video, [one for one in known if one.get("codec_type") == "audio"]


def until(seconds: float) -> Callable[[float], None]:
    """What a running program is watched with: it raises Late when so many seconds are over, Stopped when told to."""
    ends = time.monotonic() + seconds

    def pulse(elapsed: float) -> None:
        check_stop()
        if time.monotonic() > ends:
            raise Late

    return pulse


def length_of(said: dict[str, Any], known: float) -> float:
    """Seconds of a recording as ffprobe says, else what was known."""
    given = [said.get("format", {}).get("duration"), *(one.get("duration") for one in said.get("streams", []))]
    for value in given:
        try:
            if (seconds := float(value)) > 0 and math.isfinite(seconds):
                return seconds
        except (TypeError, ValueError):
            continue
    return known


def _sheet(source: Path, about: About, target: Path, wanted: LookingProfile, pulse: Callable[[float], None]) -> int:
    count = max(1, min(wanted.frames, int(about.length / wanted.frame_every) + 1))
    moments = moments_of(about.length, count)
    pictures = fetch_frames(source, moments, wanted.frame_width, target.with_suffix(""), pulse)
    missing = sum(picture is None for picture in pictures)
    try:
        note = say("look.frames-missing", count=missing) if missing else ""
        draw_sheet(target, about, list(zip(moments, pictures, strict=True)), wanted.columns, wanted.frame_width, note)
    finally:
        for one in pictures:
            if one is not None:
                one.unlink(missing_ok=True)
    return missing


def moments_of(length: float, count: int) -> list[float]:
    """The seconds at which `count` frames are taken, evenly; where there are several, the first is how it begins."""
    moments = [length * (number + 0.5) / count for number in range(count)]
    return [0.0, *moments[1:]] if count > 1 else moments


def fetch_frames(
    source: Path, moments: Sequence[float], width: int, stem: Path, pulse: Callable[[float], None]
) -> list[Path | None]:
    """A picture beside `stem` for each of these seconds, each fetched by seeking; None for what cannot be decoded."""

    def fetch(number: int) -> Path | None:
        picture = stem.with_name(f"{stem.name}.{number}.bmp")
        command = [
            find("ffmpeg"),
            *FFMPEG_INPUT,
            "-ss",
            f"{moments[number]:.3f}",
            "-i",
            file_argument(source),
            "-map",
            "0:V:0",
            "-frames:v",
            "1",
            "-vf",
            f"scale={width}:-2",
            "-threads",
            "1",
            "-f",
            "image2",
            "-update",
            "1",
            "-y",
            file_argument(picture),
        ]
        try:
            run(command, pulse, stalled=20)
        except (ToolFailed, Late):
            return None
        return picture if picture.is_file() else None

    with threads(processors()) as pool:
        return list(pool.map(fetch, range(len(moments))))


def _wave(source: Path, about: About, target: Path, rate: int, pulse: Callable[[float], None]) -> bool:
    levels, expected, samples = read_levels(source, about.length, rate, target, pulse)
    cut = len(levels) < expected
    read = time_code(min(about.length, len(levels) * samples / rate))
    note = say("look.sound-cut", read=read) if cut else ""
    draw_wave(target, about, [*levels, *[None] * (expected - len(levels))], note)
    return cut


def read_levels(
    source: Path, length: float, rate: int, beside: Path, pulse: Callable[[float], None]
) -> tuple[list[float], int, int]:
    """The peak (dBFS) of each stretch of the sound, how many stretches there should be, and samples in one.

    Fewer than there should be: the sound was not read to its end.
    """
    samples = max(1, math.ceil(length * rate / _STRETCHES))
    levels_file = beside.with_name(f"{beside.stem}.levels")
    measured = (
        f"asetnsamples=n={samples}:p=0,astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level,"
        f"ametadata=mode=print:key=lavfi.astats.Overall.Peak_level:direct=1:file={_escaped(str(levels_file))}"
    )
    command = [
        find("ffmpeg"),
        *FFMPEG_INPUT,
        "-vn",
        "-i",
        file_argument(source),
        "-map",
        "0:a:0",
        "-af",
        measured,
        "-f",
        "null",
        "-",
    ]
    cut = False
    try:
        try:
            run(command, pulse, stalled=60)
        except (ToolFailed, Late):
            cut = True
        said = levels_file.read_text(encoding="ascii", errors="replace") if levels_file.is_file() else ""
    finally:
        levels_file.unlink(missing_ok=True)
    levels = [_level(value) for value in _PEAK.findall(said)]
    expected = max(1, round(length * rate / samples))
    whole = not cut and len(levels) >= 0.98 * expected - 2
    return levels, len(levels) if whole else max(expected, len(levels) + 1), samples


def _level(value: str) -> float:
    try:
        level = float(value)
    except ValueError:
        return _SILENT
    return level if math.isfinite(level) else _SILENT


def _escaped(path: str) -> str:
    """A path inside a filter graph: once for the option's value, once for the graph (ffmpeg-filters, quoting)."""
    value = re.sub(r"([\\':])", r"\\\1", path)
    return re.sub(r"([\\'\[\],;])", r"\\\1", value)
