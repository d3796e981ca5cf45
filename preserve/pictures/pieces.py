"""Decodes large TIFF and PNG in pieces, each a small picture of its own, so that memory does not grow with the picture.

A strip or tile of TIFF is coded for itself, and so are rows of PNG once the row before them is known: put behind a
header of their own they are whole files to any decoder.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from preserve.pictures.opening import bounded

if TYPE_CHECKING:
    from PIL import Image

_BAND = 16 << 20
_KEPT = (258, 259, 262, 266, 277, 284, 292, 293, 317, 320, 338, 339, 347, 530, 532)
_WIDTH, _HEIGHT, _OFFSETS, _ROWS, _COUNTS = 256, 257, 273, 278, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_OLD_JPEG = 6


class Piece(NamedTuple):
    """A decoded part of a page and where its upper left corner lies."""

    left: int
    top: int
    picture: Image.Image


def can_be_cut(image: Any) -> bool:
    """Whether the page that `image` stands at can be decoded in pieces."""
    if image.format == "PNG":
        return not image.info.get("interlace") and image.mode in ("1", "L", "LA", "P", "RGB", "RGBA")
    if image.format != "TIFF":
        return False
    tags = image.tag_v2
    if tags.get(284, 1) != 1 or tags.get(259, 1) == _OLD_JPEG:
        return False
    return len(tags.get(_TILE_OFFSETS) or tags.get(_OFFSETS) or ()) > 1


def cut(path: Path, image: Any) -> Iterator[Piece]:
    """The pieces of the page, from the top down. Raises what Pillow raises, OSError where data are missing."""
    with path.open("rb") as stream:
        yield from _rows(stream) if image.format == "PNG" else _strips(stream, image)


def _whole(data: bytes) -> Image.Image:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        bounded(picture)
        picture.load()
        shown: Image.Image = picture.copy()
    return shown


def _strips(stream: BinaryIO, image: Any) -> Iterator[Piece]:
    tags = image.tag_v2
    width, height = int(tags[_WIDTH]), int(tags[_HEIGHT])
    tiled = _TILE_OFFSETS in tags
    offsets = tags[_TILE_OFFSETS if tiled else _OFFSETS]
    counts = tags[_TILE_COUNTS if tiled else _COUNTS]
    step = (int(tags[_TILE_WIDTH]), int(tags[_TILE_HEIGHT])) if tiled else (width, int(tags.get(_ROWS, height)))
    across = -(-width // step[0])
    for number, (offset, length) in enumerate(zip(offsets, counts, strict=True)):
        left, top = number % across * step[0], number // across * step[1]
        if top >= height:
            return
        rows = step[1] if tiled else min(step[1], height - top)
        stream.seek(offset)
        data = stream.read(length)
        if len(data) < length:
            raise OSError(f"strip or tile {number + 1} is cut off")
        picture = _whole(_small_tiff(tags, step[0], rows, data))
        if tiled:
            picture = picture.crop((0, 0, min(step[0], width - left), min(step[1], height - top)))
        yield Piece(left, top, picture)


def _small_tiff(tags: Any, width: int, rows: int, data: bytes) -> bytes:
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    little = tags.prefix == b"II"
    prefix = b"II*\0" if little else b"MM\0*"
    directory = ImageFileDirectory_v2(prefix=prefix[:2])
    for tag in _KEPT:
        if tag in tags:
            directory.tagtype[tag] = tags.tagtype[tag]
            directory[tag] = tags[tag]
    directory[_WIDTH], directory[_HEIGHT], directory[_ROWS] = width, rows, rows
    directory[_OFFSETS], directory[_COUNTS] = 0, len(data)
    return prefix + (8).to_bytes(4, "little" if little else "big") + directory.tobytes(8) + data


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


class _PngRows:
    """Reads chunks; what comes before the pixels is kept, the pixels are unpacked bit by bit."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._unpacker = zlib.decompressobj()
        self._waiting = b""
        self.head = bytearray()  # PLTE and tRNS
        stream.seek(8)
        self.header = self._next()[1]
        self._packed = b""
        while True:
            name, data = self._next()
            if name == b"IDAT":
                self._packed = data
                return
            if name in (b"PLTE", b"tRNS"):
                self.head += _chunk(name, data)
            elif name in (b"IEND", b""):
                raise OSError("PNG without pixels")

    def _next(self) -> tuple[bytes, bytes]:
        start = self._stream.read(8)
        length = int.from_bytes(start[:4], "big")
        if len(start) < 8 or length > 1 << 31:
            return b"", b""
        data = self._stream.read(length)
        self._stream.read(4)
        return start[4:], data

    def read(self, length: int) -> bytes:
        """So many unpacked bytes. Raises OSError where there are fewer."""
        out = bytearray()
        while len(out) < length:
            piece = self._unpacker.decompress(self._packed, length - len(out))
            self._packed = self._unpacker.unconsumed_tail
            out += piece
            if not piece and not self._packed:
                name, data = self._next()
                if name in (b"IEND", b""):
                    raise OSError("the pixels end too early")
                if name == b"IDAT":
                    self._packed = data
        return bytes(out)


def _rows(stream: BinaryIO) -> Iterator[Piece]:
    source = _PngRows(stream)
    width, height = (int.from_bytes(source.header[at : at + 4], "big") for at in (0, 4))
    depth, colour = source.header[8], source.header[9]
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    length = 1 + (width * bits + 7) // 8
    step = max(1, _BAND // length)
    before = b""
    for top in range(0, height, step):
        rows = min(step, height - top)
        data = before + source.read(rows * length)
        count = rows + bool(before)
        header = width.to_bytes(4, "big") + count.to_bytes(4, "big") + source.header[8:]
        packed = zlib.compress(data, 0)
        small = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + source.head + _chunk(b"IDAT", packed)
        picture = _whole(small + _chunk(b"IEND", b""))
        last = picture.crop((0, count - 1, width, count))
        before = b"\0" + last.tobytes()
        yield Piece(0, top, picture.crop((0, 1, width, count)) if count > rows else picture)
