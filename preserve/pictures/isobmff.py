"""What HEIC and AVIF files say of their pictures: how they are turned, which is the primary one, what lies beside it.

ISO/IEC 23008-12: `irot` and `imir` are how a picture is turned, and what EXIF says of it is to be passed over where
they are there. Decoders differ: libheif turns, Pillow's AVIF reader says it as EXIF and forgets what EXIF said.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

_MOST = 16 << 20  # bytes of descriptions that are read
_PICTURES = {"hvc1", "av01", "grid", "iden", "iovl", "jpeg", "avc1", "vvc1", "unci", "j2k1", "tmap"}
_TURNING = ("irot", "imir")
# What a reader has to do to see the picture upright, as EXIF numbers it (CIPA DC-008 §4.6.4, orientation).
_BY_MIRROR = {None: 1, 0: 4, 1: 2}  # imir axis 0: top and bottom change places; 1: left and right
_BY_TURN = {0: 1, 1: 8, 2: 3, 3: 6}  # irot: quarter turns against the clock


@dataclass(slots=True)
class Items:
    """The items of a file. `turned` by item: what the container says of its turning, empty where it says nothing."""

    kinds: dict[int, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    primary: int = 0
    turned: dict[int, tuple[str, ...]] = field(default_factory=dict)
    auxiliary: dict[int, str] = field(default_factory=dict)  # URN by item
    references: list[tuple[str, int, tuple[int, ...]]] = field(default_factory=list)
    places: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def pictures(self) -> list[int]:
        """The items that are pictures of their own, in the order of the file."""
        beside = {item for kind, item, _ in self.references if kind in ("thmb", "auxl")}
        return [
            item
            for item, kind in self.kinds.items()
            if kind in _PICTURES - {"tmap"} and item not in self.hidden and item not in beside
        ]

    def exif_of(self, picture: int) -> int:
        """The item with the EXIF of a picture, 0 where it has none."""
        return next(
            (
                item
                for kind, item, targets in self.references
                if kind == "cdsc" and self.kinds.get(item) == "Exif" and picture in targets
            ),
            0,
        )


def _inner(data: bytes, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Name, beginning of the content and end of each box. Raises struct.error."""
    place = start
    while place + 8 <= end:
        length, name = struct.unpack_from(">I4s", data, place)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, place + 8)
            head = 16
        elif length == 0:
            length = end - place
        if length < head:
            return
        yield name.decode("latin-1"), place + head, min(end, place + length)
        place += length


def _number(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(data[place : place + size], "big")


def _names(data: bytes, start: int, end: int, items: Items) -> None:
    begin = start + (6 if data[start] == 0 else 8)
    for name, at, _ in _inner(data, begin, end):
        version = data[at]
        if name == "infe" and version >= 2:
            width = 2 if version == 2 else 4
            item = _number(data, at + 4, width)
            items.kinds[item] = data[at + 6 + width : at + 10 + width].decode("latin-1")
            if data[at + 3] & 1:
                items.hidden.add(item)


def _referred(data: bytes, start: int, end: int, items: Items) -> None:
    width = 2 if data[start] == 0 else 4
    for name, at, _ in _inner(data, start + 4, end):
        count = _number(data, at + width, 2)
        first = at + width + 2
        targets = tuple(_number(data, first + width * n, width) for n in range(count))
        items.references.append((name, _number(data, at, width), targets))


def _located(data: bytes, start: int, end: int, items: Items) -> None:
    """ISO/IEC 14496-12 §8.11.3; only what lies in the file itself (construction method 0)."""
    version = data[start]
    sizes = (data[start + 4] >> 4, data[start + 4] & 15, data[start + 5] >> 4, data[start + 5] & 15)
    wide = 2 if version < 2 else 4
    place = start + 6 + wide
    for _ in range(_number(data, start + 6, wide)):
        item = _number(data, place, wide)
        place += wide
        method = _number(data, place, 2) & 15 if version else 0
        place += 2 if version else 0
        base = _number(data, place + 2, sizes[2])
        count = _number(data, place + 2 + sizes[2], 2)
        place += 4 + sizes[2]
        extents = []
        for _ in range(count):
            place += sizes[3] if version else 0
            extents.append((base + _number(data, place, sizes[0]), _number(data, place + sizes[0], sizes[1])))
            place += sizes[0] + sizes[1]
        if place > end:
            return
        if method == 0:
            items.places[item] = tuple(extents)


def _properties(data: bytes, start: int, end: int, items: Items) -> None:
    known: list[tuple[str, str]] = []
    for name, at, to in _inner(data, start, end):
        if name == "ipco":
            for kind, begin, stop in _inner(data, at, to):
                value = ""
                if kind in _TURNING:
                    value = f"{kind} {data[begin] & (3 if kind == 'irot' else 1)}"
                elif kind == "auxC":
                    value = data[begin + 4 : stop].split(b"\0")[0].decode("latin-1")
                known.append((kind, value))
        elif name == "ipma":
            _associated(data, at, known, items)


def _associated(data: bytes, start: int, known: list[tuple[str, str]], items: Items) -> None:
    wide, far = (2 if data[start] == 0 else 4), data[start + 3] & 1
    place = start + 8
    for _ in range(_number(data, start + 4, 4)):
        item, count = _number(data, place, wide), data[place + wide]
        place += wide + 1
        turned = []
        for _ in range(count):
            index = _number(data, place, 1 + far) & (0x7FFF if far else 0x7F)
            place += 1 + far
            if not 0 < index <= len(known):
                continue
            kind, value = known[index - 1]
            if kind in _TURNING:
                turned.append(value)
            elif kind == "auxC":
                items.auxiliary[item] = value
        if turned:
            items.turned[item] = tuple(turned)


def read_items(path: Path) -> Items:
    """What the file says; nothing where it says it in no way that is understood here."""
    items = Items()
    with path.open("rb") as stream:
        data = stream.read(_MOST)
    try:
        for name, start, end in _inner(data, 0, len(data)):
            if name != "meta":
                continue
            for kind, at, to in _inner(data, start + 4, end):
                if kind == "pitm":
                    items.primary = _number(data, at + 4, 2 if data[at] == 0 else 4)
                elif kind == "iinf":
                    _names(data, at, to, items)
                elif kind == "iref":
                    _referred(data, at, to, items)
                elif kind == "iloc":
                    _located(data, at, to, items)
                elif kind == "iprp":
                    _properties(data, at, to, items)
            break
    except (struct.error, IndexError):
        return items
    return items


def turned_as(words: tuple[str, ...]) -> int:
    """Turnings of the container, applied in their order, as one EXIF orientation."""
    orientation = 1
    for word in words:
        kind, _, value = word.partition(" ")
        step = _BY_TURN[int(value)] if kind == "irot" else _BY_MIRROR[int(value)]
        orientation = _after(orientation, step)
    return orientation


# Each orientation as what becomes of the axes: (x, y) of the stored picture in terms of the shown one.
_AXES = {
    1: ((1, 0), (0, 1)),
    2: ((-1, 0), (0, 1)),
    3: ((-1, 0), (0, -1)),
    4: ((1, 0), (0, -1)),
    5: ((0, 1), (1, 0)),
    6: ((0, -1), (1, 0)),
    7: ((0, -1), (-1, 0)),
    8: ((0, 1), (-1, 0)),
}


def _after(first: int, second: int) -> int:
    a, b = _AXES[first], _AXES[second]
    product = tuple(tuple(sum(b[row][k] * a[k][column] for k in range(2)) for column in range(2)) for row in range(2))
    return next(number for number, axes in _AXES.items() if axes == product)


def exif_orientation(path: Path, items: Items, picture: int) -> int:
    """What the EXIF of a picture says, untouched by any decoder; 1 where it says nothing."""
    extents = items.places.get(items.exif_of(picture), ())
    if len(extents) != 1:
        return 1
    start, length = extents[0]
    with path.open("rb") as stream:
        stream.seek(start)
        block = stream.read(min(length, 1 << 20))
    body = block[4 + int.from_bytes(block[:4], "big") :]
    match = re.match(rb"(Exif\0\0)?(II\*\0|MM\0\*)", body)
    return orientation_of(body[match.start(2) :]) if match else 1


def orientation_of(tiff: bytes) -> int:
    """The orientation in a block of EXIF, 1 where there is none that is valid."""
    place, order = orientation_place(tiff)
    value = int.from_bytes(tiff[place : place + 2], order) if place else 1
    return value if 1 <= value <= 8 else 1


def orientation_place(tiff: bytes) -> tuple[int, Literal["little", "big"]]:
    """Where the orientation's two bytes stand, 0 where there are none, and in which order."""
    order: Literal["little", "big"] = "little" if tiff[:2] == b"II" else "big"
    first = int.from_bytes(tiff[4:8], order)
    for number in range(int.from_bytes(tiff[first : first + 2], order)):
        entry = first + 2 + 12 * number
        if tiff[entry : entry + 2] == (0x0112).to_bytes(2, order) and entry + 12 <= len(tiff):
            return entry + 8, order
    return 0, order
