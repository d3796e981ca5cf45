"""Makes the frame sheet and the wave form of a recording within a bounded time, whatever its length.

A frame is fetched by seeking to it, so that eight hours cost what a minute costs; the sound is decoded once, without
the picture, and its loudest sample in each stretch is kept. What cannot be decoded is left empty and told.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
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


class _Late(Exception):
    """The time that was given is over."""


def make_pictures(source: Path, about: About, folder: Path, stem: str, wanted: LookingProfile) -> Pictures:
    """Make `<stem>.frames.jpg` and `<stem>.wave.png` in `folder`, of what there is. Raises ToolFailed."""
    said = probe(source)
    video = [
        one
        for one in said.get("streams", [])
        if one.get("codec_type") == "video"
        and one.get("codec_name")
        and not one.get("disposition", {}).get("attached_pic")
    ]
    sound = [one for one in said.get("streams", []) if one.get("codec_type") == "audio" and one.get("codec_name")]
    if not video and not sound:
        raise ToolFailed("no video and no sound stream")
    length = _length(said, about.length)
    about = replace(about, length=length)
    ends = time.monotonic() + wanted.seconds

    def pulse(seconds: float) -> None:
        check_stop()
        if time.monotonic() > ends:
            raise _Late

    frames = wave = None
    missing, cut = 0, False
    if video:
        frames = folder / f"{stem}.frames.jpg"
        missing = _sheet(source, about, frames, wanted, pulse)
    if sound:
        wave = folder / f"{stem}.wave.png"
        cut = _wave(source, about, wave, int(sound[0].get("sample_rate") or 48000), pulse)
    return Pictures(frames, wave, missing, cut)


def _length(said: dict[str, Any], known: float) -> float:
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
    moments = [about.length * (number + 0.5) / count for number in range(count)]
    if count > 1:
        moments[0] = 0.0  # how it begins

    def fetch(number: int) -> Path | None:
        picture = target.with_name(f"{target.stem}.{number}.bmp")
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
            f"scale={wanted.frame_width}:-2",
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
        except (ToolFailed, _Late):
            return None
        return picture if picture.is_file() else None

    with threads(processors()) as pool:
        pictures = list(pool.map(fetch, range(count)))
    missing = sum(picture is None for picture in pictures)
    try:
        note = say("look.frames-missing", count=missing) if missing else ""
        draw_sheet(target, about, list(zip(moments, pictures, strict=True)), wanted.columns, wanted.frame_width, note)
    finally:
        for one in pictures:
            if one is not None:
                one.unlink(missing_ok=True)
    return missing


def _wave(source: Path, about: About, target: Path, rate: int, pulse: Callable[[float], None]) -> bool:
    samples = max(1, math.ceil(about.length * rate / _STRETCHES))
    levels_file = target.with_name(f"{target.stem}.levels")
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
        except (ToolFailed, _Late):
            cut = True
        said = levels_file.read_text(encoding="ascii", errors="replace") if levels_file.is_file() else ""
        levels = [_level(value) for value in _PEAK.findall(said)]
        expected = max(1, round(about.length * rate / samples))
        cut = cut or len(levels) < 0.98 * expected - 2
        read = time_code(min(about.length, len(levels) * samples / rate))
        note = say("look.sound-cut", read=read) if cut else ""
        draw_wave(target, about, [*levels, *[None] * (expected - len(levels))], note)
    finally:
        levels_file.unlink(missing_ok=True)
    return cut


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
