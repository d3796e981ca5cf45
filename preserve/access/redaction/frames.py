"""When each frame of a recording is shown, and which frames a range of seconds touches."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from preserve.errors import Refused
from preserve.programs import FFMPEG_INPUT, Pulse, ToolFailed, file_argument, find, probe, run

_TRUNCATED = 1.0  # seconds that a file may fall short of the length it declares


@dataclass(frozen=True, slots=True)
class Recording:
    """What can be cut: streams as ffprobe numbers them, upright size, seconds, and the frames' times from the start."""

    video: dict[str, Any] | None
    sound: list[dict[str, Any]]
    width: int
    height: int
    length: float
    start: float  # the time stamp that ffmpeg takes for zero
    turn: int  # degrees that a preservation copy is yet to be turned by, as its tag says; else ffmpeg turns by itself
    others: int


@dataclass(frozen=True, slots=True)
class Span:
    """Frames `first` to `last` (both in it, counted from 0) that are on the screen from `begin` to `end`.

    `after` and `before` lie midway to the neighbours, so that comparing with them does not depend on rounding.
    """

    first: int
    last: int
    begin: float
    end: float
    after: float
    before: float


def look(path: Path, name: str) -> Recording:
    """What is in a recording. Raises Refused where nothing can be played, or it ends before the length it declares."""
    try:
        said = probe(path)
    except ToolFailed as error:
        raise Refused("redaction.unreadable", name, reason=error.words.strip()[-300:]) from error
    streams = said.get("streams", [])
    video = [
        stream
        for stream in streams
        if stream.get("codec_type") == "video"
        and stream.get("codec_name")
        and not stream.get("disposition", {}).get("attached_pic")
    ]
    sound = [stream for stream in streams if stream.get("codec_type") == "audio" and stream.get("codec_name")]
    about = said.get("format", {})
    length = float(about.get("duration") or 0)
    if not (video or sound) or length <= 0:
        raise Refused("redaction.unreadable", name, reason="ffprobe")
    width, height = (int(video[0].get("width", 0)), int(video[0].get("height", 0))) if video else (0, 0)
    turn = _left_to_turn(video[0]) if video else 0
    if video and (_turned(video[0]) or turn % 180 == 90):
        width, height = height, width
    used = (1 if video else 0) + len(sound)
    recording = Recording(
        video[0] if video else None,
        sound,
        width,
        height,
        length,
        float(about.get("start_time") or 0),
        turn,
        len(streams) - used,
    )
    _require_whole(path, name, recording)
    return recording


def _turned(stream: dict[str, Any]) -> bool:
    for data in stream.get("side_data_list", []):
        if "rotation" in data:
            return round(float(data["rotation"])) % 180 == 90
    return False


def _left_to_turn(stream: dict[str, Any]) -> int:
    """Our preservation copies keep the pixels as they were and the angle in a tag (Matroska has no display matrix)."""
    tags = stream.get("tags", {})
    clockwise = str(tags.get("DISPLAY_ROTATION_CLOCKWISE", ""))
    if clockwise.isdigit():
        return -int(clockwise) % 360
    text = str(tags.get("DISPLAY_ROTATION", "0"))  # of copies made earlier, which count anticlockwise
    return int(text) % 360 if text.lstrip("-").isdigit() else 0


def frame_times(path: Path, name: str, recording: Recording, pulse: Pulse) -> array[float]:
    """Seconds from the start at which each frame is shown, as the decoder gives them. Raises Refused.

    Frames are decoded, not read off the container: packets may hold half a frame, several or none.
    """
    assert recording.video is not None
    command = [
        find("ffprobe"),
        *FFMPEG_INPUT[1:],
        "-select_streams",
        str(recording.video["index"]),
        "-show_entries",
        "frame=best_effort_timestamp_time",
        "-print_format",
        "csv=p=0",
        file_argument(path),
    ]
    complaints: list[str] = []
    try:
        said = run(command, pulse, complaints=complaints)
    except ToolFailed as error:
        raise Refused("redaction.unreadable", name, reason=error.words.strip()[-300:]) from error
    times = array("d")
    stamps = [line.strip().strip(",") for line in said.splitlines()]
    if "N/A" in stamps:
        raise Refused("redaction.unreadable", name, reason="pts")
    times.extend(float(value) - recording.start for value in stamps if value)
    if not times or any(later <= earlier for earlier, later in pairwise(times)):
        raise Refused("redaction.unreadable", name, reason="pts")
    return times


def _require_whole(path: Path, name: str, recording: Recording) -> None:
    """Raise Refused where a stream's packets end well before the length that the file declares for it."""
    command = [
        find("ffprobe"),
        *FFMPEG_INPUT[1:],
        "-show_entries",
        "packet=stream_index,pts_time,dts_time",
        "-print_format",
        "csv=p=0",
        file_argument(path),
    ]
    last: dict[int, float] = {}
    try:
        said = run(command)
    except ToolFailed as error:
        raise Refused("redaction.unreadable", name, reason=error.words.strip()[-300:]) from error
    for line in said.splitlines():
        number, *stamps = line.strip().split(",")
        for value in stamps:
            if number.isdigit() and value not in ("", "N/A"):
                last[int(number)] = max(last.get(int(number), 0.0), float(value) - recording.start)
    for stream in (recording.video, *recording.sound):
        if stream is None:
            continue
        reached, declared = last.get(int(stream["index"]), 0.0), _declared(stream)
        if declared and reached < declared - _TRUNCATED:
            raise Refused("redaction.truncated", name, wanted=f"{declared:.1f}", found=f"{reached:.1f}")
    if max(last.values(), default=0.0) < recording.length - _TRUNCATED:
        raise Refused(
            "redaction.truncated",
            name,
            wanted=f"{recording.length:.1f}",
            found=f"{max(last.values(), default=0.0):.1f}",
        )


def _declared(stream: dict[str, Any]) -> float:
    if stream.get("duration"):
        return float(stream["duration"])
    text = str(stream.get("tags", {}).get("DURATION", ""))
    parts = text.split(":")
    return int(parts[0]) * 3600 + int(parts[1]) * 60 + float(parts[2]) if len(parts) == 3 else 0.0


def touched(times: Sequence[float], length: float, begin: float, end: float) -> Span:
    """The frames of which any part is on the screen between `begin` and `end`: from the one shown at `begin`.

    The first may have come long before: a recording with a variable frame rate shows one frame until the next comes.
    """
    tiny = 1e-6
    first = max(bisect_right(times, begin + tiny) - 1, 0)
    last = max(bisect_left(times, end - tiny) - 1, first)
    after = (times[first - 1] + times[first]) / 2 if first else times[first] - 1.0
    before = (times[last] + times[last + 1]) / 2 if last + 1 < len(times) else times[last] + 1.0
    return Span(first, last, begin, min(end, length), after, before)
