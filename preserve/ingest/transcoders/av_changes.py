"""What changes inside a stream: recorders switch the size of the picture or the channels of the sound half-way."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

from preserve.ingest.transcoders.av_streams import Streams
from preserve.programs import FFMPEG_INPUT, Pulse, ToolFailed, file_argument, find, run

_PICTURE = re.compile(r"\[graph \d+ input from stream 0:(\d+) @ \S+\] w:(\d+) h:(\d+) pixfmt:(\S+)")
_SOUND = re.compile(
    r"\[graph_\d+_in_0_(\d+) @ \S+\] tb:\S+ samplefmt:(\S+) samplerate:(\d+) "
    r"(?:channels:\d+ )?chlayout:(\S+)"
)
_MOST = 8
_KEY_FRAMES_TELL = {"h264", "hevc", "vp8"}  # only before one does the picture change; the decoders give each of them


@dataclass(frozen=True, slots=True)
class Change:
    """One stream that changes; `shapes` are what it is, one after the other; `size_only` for a picture of two sizes."""

    index: int
    kind: str
    shapes: tuple[str, ...]
    size_only: bool

    def __str__(self) -> str:
        return f"{self.kind} of stream {self.index} changes: {', then '.join(self.shapes)}"


class Changing(ToolFailed):
    """No copy can hold these streams as they are: nothing is scaled or mixed, the original is kept as it is."""

    def __init__(self, changing: tuple[Change, ...]) -> None:
        self.what = "; ".join(str(change) for change in changing)
        self.size_only = all(change.size_only for change in changing)
        super().__init__(f"not proven, because {self.what}; nothing is scaled or mixed, the original is kept as it is")


def changes(source: Path, known: Streams, pulse: Pulse) -> tuple[Change, ...]:
    """Streams whose size, pixel format, sample rate or channels change, seen where ffmpeg sets up its filters anew.

    Of pictures only key frames are decoded, where those tell. A source that cannot be decoded to its end is looked at
    as far as it can. Raises what `pulse` raises.
    """
    shapes: dict[int, list[tuple[str, ...]]] = {}

    def heard(line: str) -> None:
        if (match := _PICTURE.search(line)) or (match := _SOUND.search(line)):
            index, *shape = match.groups(default="")
            seen = shapes.setdefault(int(index), [])
            if tuple(shape) not in seen and len(seen) < _MOST:
                seen.append(tuple(shape))

    skip = ("-skip_frame:v", "nokey") if {s["codec_name"] for s in known.video} <= _KEY_FRAMES_TELL else ()
    command = [find("ffmpeg"), *FFMPEG_INPUT, *skip, "-i", file_argument(source)]
    for stream in (*known.video, *known.sound):
        command += ["-map", f"0:{stream['index']}"]
    with contextlib.suppress(ToolFailed):
        run([*command, "-loglevel", "verbose", "-f", "null", "-"], pulse, heard=heard)
    video = {stream["index"] for stream in known.video}
    return tuple(
        Change(
            index,
            "picture" if index in video else "sound",
            tuple(_words(shape) for shape in seen),
            index in video and len({shape[2] for shape in seen}) == 1,
        )
        for index, seen in sorted(shapes.items())
        if len(seen) > 1
    )


def _words(shape: tuple[str, ...]) -> str:
    if shape[0].isdigit():
        return f"{shape[0]}x{shape[1]} {shape[2]}"
    return f"{shape[1]} Hz {shape[2]} {shape[0]}"
