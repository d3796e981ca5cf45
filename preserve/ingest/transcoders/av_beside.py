"""What lies in a source beside its streams, which no other container takes over: named, since it cannot be kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from preserve.ingest.readers.boxes import Box, boxes, top_level
from preserve.ingest.transcoders.av_streams import Streams
from preserve.programs import FFMPEG_INPUT, ToolFailed, file_argument, find, run

_OF_THE_FORMAT = frozenset(
    b"ftyp moov mdat free skip wide moof mfra sidx ssix styp pnot pdin emsg prft mvhd trak udta iods mvex".split()
)
_TEXTS = frozenset(b"meta loci name titl auth cprt date desc dscp gnre perf yrrc albm keyw".split())
_LOOKED_AT = 2000  # pictures
_DOLBY = ("dvh1", "dvhe", "dvav", "dva1")


def beside(source: Path, known: Streams, *, copied: bool) -> Iterator[str]:
    """One sentence each. `copied`: the streams go over as they are, with all that lies in their frames."""
    yield from _boxes(source)
    if copied:
        return
    for stream in known.video:
        data = {str(entry.get("side_data_type")) for entry in stream.get("side_data_list", [])}
        if stream.get("codec_tag_string") in _DOLBY or any("DOVI" in kind for kind in data):
            yield f"Dolby Vision metadata (RPU) in the frames of stream {stream['index']}"
        for kind in sorted(_in_frames(source, stream) - data):
            yield f"data in the frames of stream {stream['index']}: {kind}"
        if early := _before_first(source, stream):
            where = f"stream {stream['index']} before the first that stands alone"
            yield f"{early} of {where}, as far as they cannot be decoded"


def _before_first(source: Path, stream: dict[str, Any]) -> str:
    """How many pictures come before the first that can be decoded by itself; empty where it is the first."""
    command = [find("ffprobe"), *FFMPEG_INPUT[1:], "-select_streams", str(stream["index"])]
    command += ["-show_entries", "packet=flags", "-read_intervals", f"%+#{_LOOKED_AT}", "-of", "csv=p=0"]
    try:
        flags = run([*command, file_argument(source)]).split()
    except ToolFailed:
        return ""
    count = next((number for number, flag in enumerate(flags) if flag.startswith("K")), len(flags))
    return f"{count}{' and more' if count == _LOOKED_AT else ''} pictures" if count else ""


def _in_frames(source: Path, stream: dict[str, Any]) -> set[str]:
    """What lies beside the pixels in the first frame: captions, dynamic HDR metadata, messages of the camera."""
    command = [find("ffprobe"), *FFMPEG_INPUT[1:], "-select_streams", str(stream["index"]), "-show_frames"]
    command += ["-show_entries", "frame=pts:frame_side_data=side_data_type", "-read_intervals", "%+#4"]
    try:
        said = json.loads(run([*command, "-print_format", "json", file_argument(source)]))
    except (ToolFailed, ValueError):
        return set()
    kinds = {str(d.get("side_data_type")) for f in said.get("frames", []) for d in f.get("side_data_list", [])}
    return {kind for kind in kinds if not kind.startswith(_KEPT)}


_KEPT = (
    *("3x3 displaymatrix", "Display Matrix", "Mastering display", "Content light", "GOP timecode", "AVPanScan"),
    *("Spherical", "Stereo 3D", "H.26[45] User Data", "ICC profile"),
)
"""Kept with the track, compared by itself, or of no meaning for one picture."""


def _boxes(source: Path) -> Iterator[str]:
    outer = top_level(source)
    size = source.stat().st_size
    while outer and outer[-1].end > size and outer[-1].kind not in _OF_THE_FORMAT:
        outer.pop()  # bytes that only look like the head of a box
    for kind in sorted({box.kind for box in outer} - _OF_THE_FORMAT):
        yield f"box “{_name(kind)}”"
    with source.open("rb") as file:
        for box in outer:
            if box.kind == b"moov":
                inner = list(boxes(file, box.start + box.head, min(box.end, size)))
                for kind in sorted({child.kind for child in inner} - _OF_THE_FORMAT - {b"meta"}):
                    yield f"box “moov/{_name(kind)}”"
                for kind in sorted({kind for child in inner for kind in _user(file, child, size)}):
                    yield f"box “moov/udta/{_name(kind)}”"
        behind = size - outer[-1].end if outer else 0
        if behind > 0:
            file.seek(-min(4, behind), 2)
            trailer = "Samsung SEF trailer" if file.read() == b"SEFT" else "not a box"
            yield f"{behind} bytes behind the last box ({trailer})"


def _user(file: Any, box: Box, size: int) -> Iterator[bytes]:
    """User data that is no text: texts are compared as tags."""
    if box.kind == b"udta":
        for child in boxes(file, box.start + box.head, min(box.end, size)):
            if child.kind not in _TEXTS and child.kind[:1] != b"\xa9":
                yield child.kind


def _name(kind: bytes) -> str:
    return kind.decode("latin-1").strip()
