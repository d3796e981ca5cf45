"""How many bytes a recording's copy will take: parts of it are encoded as the whole would be, and thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from preserve.ingest.transcoders.av_access import PICTURE, SOUND
from preserve.ingest.transcoders.av_streams import Streams, read_streams, slices
from preserve.programs import FFMPEG_INPUT, Pulse, ToolFailed, file_argument, find, run

Copy = Literal["ffv1", "flac", "mp4", "m4a"]

_PIXELS = {"ffv1": 50e6, "mp4": 150e6}
"""Of how many pixels in all frames together the sample is: a second's work for FFV1, as much for H.264."""
_SOUND_SECONDS = 60.0
_BARE = ("h264", "hevc")  # ffmpeg's names of picture streams without a container
_PLACES = {"ffv1": (0.1, 0.5, 0.9), "flac": (0.1, 0.5, 0.9), "mp4": (0.2, 0.7), "m4a": (0.5,)}
"""Where the parts lie. Those of H.264 are few and long, since each begins with a whole picture."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a recording, in seconds; None to its end."""

    begin: float
    length: float | None


def parts(copy: Copy, duration: float, rate: float) -> list[Part]:
    """What to encode of a recording of so many seconds with so many pixels a second; all of it where it is short."""
    length = min(_PIXELS.get(copy, duration * rate) / rate, duration) if rate else min(_SOUND_SECONDS, duration)
    if length >= duration * 0.8:
        # No further than it says to go: what says that it lasts a second may go on for hours.
        return [Part(0.0, duration * 1.1 + 1)]
    share = max(length / len(_PLACES[copy]), 0.1)
    return [Part(min(duration * place, max(0.0, duration - share)), share) for place in _PLACES[copy]]


def sample(source: Path, copy: Copy, scratch: Path, duration: float, rate: float, pulse: Pulse) -> int:
    """Bytes that the copy will take, about. Raises ToolFailed where nothing can be decoded."""
    known = read_streams(source)
    chosen = parts(copy, duration, rate)
    size = 0
    result = scratch / ("sample.mp4" if copy in ("mp4", "m4a") else "sample.mkv")
    for part in chosen:
        try:
            begin = _from(source, known, part, duration)
            run(_command(source, result, copy, known, (*begin, *_up_to(part))), pulse)
            size += result.stat().st_size
        finally:
            result.unlink(missing_ok=True)
    if len(chosen) == 1 and not chosen[0].begin:
        return size
    return int(size * duration / sum(part.length or duration for part in chosen))


def _from(source: Path, known: Streams, part: Part, duration: float) -> tuple[str, ...]:
    """Where to begin; in a bare picture stream, which has no times, by its bytes."""
    if not part.begin:
        return ()
    if known.said.get("format", {}).get("format_name") in _BARE:
        return ("-skip_initial_bytes", str(int(source.stat().st_size * part.begin / duration)))
    return ("-ss", f"{part.begin:.3f}")


def _up_to(part: Part) -> tuple[str, ...]:
    return ("-t", f"{part.length:.3f}") if part.length else ()


def _command(source: Path, result: Path, copy: Copy, known: Streams, stretch: tuple[str, ...]) -> list[str]:
    picture, sound = PICTURE, SOUND
    if copy in ("ffv1", "flac"):
        picture = ("-c:v", "ffv1", "-level", "3", "-g", "1", "-slices", str(slices(known)), "-slicecrc", "1")
        sound = ("-c:a", "flac")
    streams = known.sound if copy in ("flac", "m4a") else (*known.video, *known.sound)
    maps = [option for stream in streams for option in ("-map", f"0:{stream['index']}")]
    coded = (*(picture if copy in ("ffv1", "mp4") else ()), *sound)
    if not maps:
        raise ToolFailed("no video and no sound stream")
    return [find("ffmpeg"), *FFMPEG_INPUT, *stretch, "-i", file_argument(source), *maps, *coded, "-y", str(result)]
