"""The boxes of MP4 and QuickTime files (ISO/IEC 14496-12 §4.2) as far as they lie, without trusting any of them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MOST = 100_000  # boxes looked at in one file: more is made to keep a reader busy
_LARGEST = 16 << 20  # bytes of one table that are read
_INSIDE = frozenset((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"))


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box lies; `end` as its header says, which may be behind the end of the file."""

    kind: bytes
    start: int
    head: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """One entry of an edit list, in seconds; `begins` is None where nothing is shown for a while."""

    length: float
    begins: float | None
    rate: float


@dataclass(frozen=True, slots=True)
class Track:
    """A track's number, its stored length in seconds and its edit list; `last_chunk` is where its last bytes begin.

    `held` is how many bytes its frames have together.
    """

    number: int
    length: float
    edits: tuple[Edit, ...] = ()
    last_chunk: int = 0
    held: int = 0


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes that follow each other from `start`; ends at the first that cannot be one."""
    while start + 8 <= end:
        file.seek(start)
        head = file.read(16)
        if len(head) < 8:
            return
        size, kind = struct.unpack(">I4s", head[:8])
        length = 8
        if size == 1 and len(head) == 16:
            size, length = struct.unpack(">Q", head[8:])[0], 16
        elif size == 0:
            size = end - start
        if size < length or not all(32 <= letter < 127 or letter == 0xA9 for letter in kind):
            return
        yield Box(kind, start, length, start + size)
        start += size


def top_level(path: Path) -> list[Box]:
    """The boxes of the file itself, none where it is no such file. Raises OSError."""
    with path.open("rb") as file:
        size = path.stat().st_size
        found: list[Box] = []
        for box in boxes(file, 0, size):
            found.append(box)
            if len(found) >= _MOST:
                break
    known = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"moof", b"styp", b"pnot"}
    return found if found and found[0].kind in known else []


def tracks(path: Path) -> list[Track]:
    """The tracks that the file's index describes. Raises OSError."""
    found: list[Track] = []
    with path.open("rb") as file:
        size = path.stat().st_size
        for box in top_level(path):
            if box.kind == b"moov":
                found += _tracks(file, box, min(box.end, size))
    return found


def _tracks(file: BinaryIO, moov: Box, end: int) -> Iterator[Track]:
    scale = 0
    for box in boxes(file, moov.start + moov.head, end):
        if box.kind == b"mvhd":
            scale, _ = _header(_body(file, box))
        elif box.kind == b"trak":
            tables = dict(_tables(file, box.start + box.head, min(box.end, end)))
            own, length = _header(tables.get(b"mdhd", b""))
            edits = _edits(tables.get(b"elst", b""), scale, own)
            number = _number(tables.get(b"tkhd", b""))
            yield Track(
                number, length / own if own else 0.0, edits, _last_chunk(tables), _held(tables.get(b"stsz", b""))
            )


def _tables(file: BinaryIO, start: int, end: int, depth: int = 0) -> Iterator[tuple[bytes, bytes]]:
    for box in boxes(file, start, end):
        if box.kind in _INSIDE and depth < 6:
            yield from _tables(file, box.start + box.head, min(box.end, end), depth + 1)
        elif box.kind in (b"tkhd", b"mdhd", b"elst", b"stco", b"co64", b"stsz"):
            yield box.kind, _body(file, box)


def _body(file: BinaryIO, box: Box) -> bytes:
    file.seek(box.start + box.head)
    return file.read(min(box.end - box.start - box.head, _LARGEST))


def _header(body: bytes) -> tuple[int, int]:
    """Time scale and length of `mvhd` and `mdhd`."""
    try:
        return struct.unpack_from(">IQ", body, 20) if body[:1] == b"\1" else struct.unpack_from(">II", body, 12)
    except struct.error:
        return 0, 0


def _number(body: bytes) -> int:
    try:
        return int(struct.unpack_from(">I", body, 20 if body[:1] == b"\1" else 12)[0])
    except struct.error:
        return 0


def _edits(body: bytes, movie: int, own: int) -> tuple[Edit, ...]:
    if len(body) < 8 or not movie or not own:
        return ()
    form = ">QqhH" if body[0] == 1 else ">IihH"
    step = struct.calcsize(form)
    count = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // step, _MOST)
    edits = []
    for number in range(count):
        length, begins, whole, part = struct.unpack_from(form, body, 8 + number * step)
        edits.append(Edit(length / movie, None if begins < 0 else begins / own, whole + part / 65536))
    return tuple(edits)


def _held(body: bytes) -> int:
    """The bytes of all frames, as far as the table of their sizes was read."""
    if len(body) < 12:
        return 0
    each, count = struct.unpack_from(">II", body, 4)
    if each:
        return int(each * count)
    count = min(count, (len(body) - 12) // 4)
    return sum(struct.unpack_from(f">{count}I", body, 12))


def _last_chunk(tables: dict[bytes, bytes]) -> int:
    for kind, form in ((b"co64", ">Q"), (b"stco", ">I")):
        body = tables.get(kind, b"")
        step = struct.calcsize(form)
        if len(body) >= 8 + step:
            count = min(struct.unpack_from(">I", body, 4)[0], (len(body) - 8) // step)
            return max((struct.unpack_from(form, body, 8 + place * step)[0] for place in range(count)), default=0)
    return 0
