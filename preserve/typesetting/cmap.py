"""Which characters a font file has, from its `cmap` table (OpenType 1.9)."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

_UNICODE = {(3, 10): 0, (0, 6): 1, (0, 4): 2, (3, 1): 3, (0, 3): 4}
"""Platform and encoding of tables that map Unicode, the fullest first."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Code points in runs: where each begins, and where it ends (with it)."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __contains__(self, code: int) -> bool:
        place = bisect_right(self.starts, code) - 1
        return place >= 0 and code <= self.ends[place]


def read_coverage(path: Path, face: int = 0) -> Coverage:
    """The characters that the font has a glyph for; `face` counts in a collection.

    Raises ValueError where it is no font that maps Unicode, OSError where it cannot be read.
    """
    with path.open("rb") as font:
        try:
            return _coverage(_table(font, face))
        except (struct.error, IndexError) as error:
            raise ValueError(f"{path}: {error}") from error


def _table(font: BinaryIO, face: int) -> bytes:
    start = 0
    if font.read(4) == b"ttcf":
        font.seek(12 + 4 * face)
        (start,) = struct.unpack(">I", font.read(4))
    font.seek(start + 4)
    (count,) = struct.unpack(">H", font.read(2))
    font.seek(start + 12)
    for _ in range(count):
        tag, _, offset, length = struct.unpack(">4sIII", font.read(16))
        if tag == b"cmap":
            font.seek(offset)
            return font.read(length)
    raise ValueError("no cmap")


def _coverage(table: bytes) -> Coverage:
    (count,) = struct.unpack_from(">H", table, 2)
    known = [struct.unpack_from(">HHI", table, 4 + 8 * number) for number in range(count)]
    for platform, encoding, offset in sorted(known, key=lambda one: _UNICODE.get(one[:2], 99)):
        (form,) = struct.unpack_from(">H", table, offset)
        if (platform, encoding) in _UNICODE and form in (4, 12):
            return _merged(sorted(_groups(table, offset) if form == 12 else _segments(table, offset)))
    raise ValueError("no map of Unicode")


def _groups(table: bytes, offset: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", table, offset + 12)
    for first, last, glyph in struct.iter_unpack(">III", table[offset + 16 : offset + 16 + 12 * count]):
        # Glyph 0 is the sign for what is missing.
        if first + (glyph == 0) <= last:
            yield first + (glyph == 0), last


def _segments(table: bytes, offset: int) -> Iterator[tuple[int, int]]:
    count = struct.unpack_from(">H", table, offset + 6)[0] // 2
    ends, _, starts, deltas, places = (
        struct.unpack_from(f">{size}H", table, offset + 14 + begin)
        for begin, size in (
            (0, count),
            (2 * count, 1),
            (2 * count + 2, count),
            (4 * count + 2, count),
            (6 * count + 2, count),
        )
    )
    ranges = offset + 16 + 6 * count
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if places[number]:
                where = ranges + 2 * number + places[number] + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", table, where) if where + 2 <= len(table) else (0,)
            if glyph and (glyph + deltas[number]) & 0xFFFF and code != 0xFFFF:
                yield code, code


def _merged(runs: list[tuple[int, int]]) -> Coverage:
    if not runs:
        return Coverage((), ())
    breaks = [(before, after) for before, after in pairwise(runs) if after[0] > before[1] + 1]
    starts = (runs[0][0], *(after[0] for _, after in breaks))
    return Coverage(starts, (*(before[1] for before, _ in breaks), runs[-1][1]))
