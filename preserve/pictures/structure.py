"""Whether a picture's file is whole by its own structure, before a single pixel is decoded.

Decoders fill up what is missing and say nothing: a JPEG whose rest is zeros is shown with a grey half.
"""

from __future__ import annotations

import mmap
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_MOST_DIRECTORIES = 100_000
_ZEROS = 1024
_TYPE_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)


@dataclass(frozen=True, slots=True)
class Structure:
    """`fault`: what is missing, empty where nothing is; `behind`: bytes that lie behind the end of the picture."""

    fault: str = ""
    behind: int = 0


_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def jpeg(data: mmap.mmap | bytes) -> Structure:
    """ITU-T T.81 Annex B: segments with their lengths, entropy-coded data up to the next marker, EOI at the end."""
    place, size = 2, len(data)
    while place + 2 <= size:
        if data[place] != 0xFF:
            return Structure(f"JPEG marker at byte {place}")
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker == 0xD9:
            return Structure(behind=size - place - 2)
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            place += 2
        else:
            if place + 4 > size:
                break
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
            if marker == 0xDA:
                following = _MARKER.search(data, place)
                if following is None:
                    break
                place = following.start()
    return Structure("JPEG without its end (EOI)")


def _png(data: mmap.mmap) -> Structure:
    """ISO/IEC 15948 §5.3: every chunk with its CRC, IEND at the end."""
    place, size = 8, len(data)
    while place + 12 <= size:
        length = int.from_bytes(data[place : place + 4], "big")
        name = bytes(data[place + 4 : place + 8])
        ends = place + 12 + length
        if ends > size:
            break
        crc = 0
        for start in range(place + 4, ends - 4, 1 << 20):
            crc = zlib.crc32(data[start : min(start + (1 << 20), ends - 4)], crc)
        if crc != int.from_bytes(data[ends - 4 : ends], "big"):
            return Structure(f"PNG CRC {name.decode('ascii', 'replace')} at byte {place}")
        if name == b"IEND":
            return Structure(behind=size - ends)
        place = ends
    return Structure("PNG without its end (IEND)")


def _sub_blocks(data: mmap.mmap, place: int) -> int:
    while place < len(data) and data[place]:
        place += 1 + data[place]
    return place + 1


def _gif(data: mmap.mmap) -> Structure:
    """GIF89a: blocks up to the trailer."""
    size = len(data)
    if size < 13:
        return Structure("GIF header")
    place = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while place < size:
        kind = data[place]
        if kind == 0x3B:
            return Structure(behind=size - place - 1)
        if kind == 0x2C and place + 10 < size:
            flags = data[place + 9]
            place = _sub_blocks(data, place + 11 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0))
        elif kind == 0x21:
            place = _sub_blocks(data, place + 2)
        else:
            return Structure(f"GIF block at byte {place}")
    return Structure("GIF without its end (trailer)")


def _webp(data: mmap.mmap) -> Structure:
    """RIFF: the size it names, and no zeros where the compressed picture should go on."""
    ends = 8 + int.from_bytes(data[4:8], "little")
    if ends > len(data):
        return Structure(f"RIFF of {ends} bytes, {len(data)} are there")
    return Structure(_hollow(data, ends), len(data) - ends)


def _hollow(data: mmap.mmap, ends: int) -> str:
    """Compressed data have no long run of zeros at their end."""
    if ends > 4 * _ZEROS and not any(data[ends - _ZEROS : ends]):
        return "zeros at the end"
    return ""


def _boxes(data: mmap.mmap) -> Structure:
    """ISO/IEC 14496-12 §4.2: boxes that follow each other to the end of the file."""
    place, size, name = 0, len(data), b""
    while place + 8 <= size:
        length, name = int.from_bytes(data[place : place + 4], "big"), bytes(data[place + 4 : place + 8])
        if length == 1 and place + 16 <= size:
            length = int.from_bytes(data[place + 8 : place + 16], "big")
        elif length == 0:
            length = size - place
        if length < 8:
            return Structure(behind=size - place)
        if place + length > size:
            return Structure(f"box {name.decode('ascii', 'replace')} of {length} bytes, {size - place} are there")
        place += length
    return Structure(_hollow(data, size) if name == b"mdat" else "")


def _tiff(data: mmap.mmap) -> Structure:
    """TIFF 6.0 and BigTIFF: every directory, every value outside of it, and every strip and tile lie in the file."""
    order = "<" if data[:2] == b"II" else ">"
    (version,) = struct.unpack_from(order + "H", data, 2)
    big = version == 43
    head = ("Q", 8, 20, 8) if big else ("H", 2, 12, 4)
    pointer, page, seen = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)[0], 0, set[int]()
    while pointer and pointer not in seen and len(seen) < _MOST_DIRECTORIES:
        seen.add(pointer)
        page += 1
        try:
            (count,) = struct.unpack_from(order + head[0], data, pointer)
            entries = pointer + head[1]
            fault = next(_outside(data, order, [entries + head[2] * n for n in range(count)], big=big), "")
            (pointer,) = struct.unpack_from(order + ("Q" if big else "I"), data, entries + head[2] * count)
        except struct.error:
            fault = "broken IFD"
        if fault:
            return Structure(f"p. {page}: {fault}")
    return Structure()


def _outside(data: mmap.mmap, order: str, entries: list[int], *, big: bool) -> Iterator[str]:
    """What of a directory lies beyond the end of the file."""
    known: dict[int, tuple[int, ...]] = {}
    for entry in entries:
        tag, kind, count = struct.unpack_from(order + ("HHQ" if big else "HHI"), data, entry)
        inline, place = (8, entry + 12) if big else (4, entry + 8)
        length = count * (_TYPE_SIZES[kind] if kind < len(_TYPE_SIZES) else 0)
        if length > inline:
            (place,) = struct.unpack_from(order + ("Q" if big else "I"), data, place)
        if place + length > len(data):
            yield f"tag {tag}"
        letter = {3: "H", 4: "I", 16: "Q"}.get(kind)
        if tag in (273, 279, 324, 325) and letter and count <= 1 << 24:
            known[tag] = struct.unpack_from(f"{order}{count}{letter}", data, place)
    for offsets, counts, what in ((273, 279, "strip"), (324, 325, "tile")):
        for number, (start, length) in enumerate(zip(known.get(offsets, ()), known.get(counts, ()), strict=False)):
            if start + length > len(data):
                yield f"{what} {number + 1}"


_WALKS: dict[str, Callable[[mmap.mmap], Structure]] = {
    "JPEG": jpeg,
    "MPO": jpeg,
    "PNG": _png,
    "GIF": _gif,
    "WEBP": _webp,
    "HEIF": _boxes,
    "AVIF": _boxes,
    "TIFF": _tiff,
}


def walk(path: Path, form: str) -> Structure:
    """Walk through the file, held to be of `form` (Pillow's name for it). What has no walk here counts as whole."""
    if form not in _WALKS:
        return Structure()
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _WALKS[form](data)
        except (struct.error, IndexError, ValueError, OverflowError) as error:
            return Structure(f"{form}: {type(error).__name__}")
