"""The coded data of a picture file as PDF takes them over: what is decoded there is what is decoded here, bit for bit.

JPEG goes over as the file is, PNG as its compressed rows, TIFF as its one strip of Group 4 or JPEG.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

Kept = Literal["copied", "lossless", "redrawn", "lost"]
"""The file's own data bit for bit; the same pixels coded anew; pixels that were changed, by colour or JPEG; none."""

_MARKER = 0xFF
_MOST_RAW = 1 << 30
_GROUP_4, _JPEG, _YCBCR = 4, 7, 6
_ICC_HEAD, _LAST_ICC, _MOST_PROFILE = 128, 4, 1 << 20
_PNG_KEPT = (b"IHDR", b"PLTE", b"IDAT")


@dataclass(frozen=True, slots=True)
class Coded:
    """Data of an image XObject and what its dictionary says of them (ISO 32000-1, table 89)."""

    data: bytes
    width: int
    height: int
    bits: int
    space: str
    filter: str
    kept: Kept
    parameters: dict[str, int | bool] = field(default_factory=dict)
    palette: bytes = b""
    profile: bytes = b""


def as_it_is(path: Path, image: Any) -> Coded | None:
    """The coded data of the page that an open picture stands at; None where PDF, or PDF/A, has no decoder for them.

    Raises whatever Pillow raises for damaged data.
    """
    way = _WAYS.get(image.format or "")
    coded = way(path, image) if way is not None else None
    return None if coded is None else replace(coded, profile=profile_of(image, coded.space))


def profile_of(image: Any, space: str) -> bytes:
    """The ICC profile of a picture whose colours are not sRGB, so that they are shown as they were meant; else nothing.

    What PDF/A does not take is left (ISO 19005-2, 6.2.4.2): another kind, a later version, a damaged header.
    """
    profile = bytes(image.info.get("icc_profile") or b"")
    wanted = b"GRAY" if space == "/DeviceGray" else b"RGB "
    usual = any("sRGB".encode(coding) in profile for coding in ("ascii", "utf-16-be"))
    if usual or not _ICC_HEAD <= len(profile) <= _MOST_PROFILE:
        return b""
    size, version, kind = int.from_bytes(profile[:4], "big"), profile[8], profile[12:16]
    known = kind in (b"scnr", b"mntr", b"prtr", b"spac") and profile[16:20] == wanted and profile[36:40] == b"acsp"
    return profile if known and size == len(profile) and version <= _LAST_ICC else b""


def _jpeg(path: Path, image: Any) -> Coded | None:
    """The file whole, as it is: its digest is then that of the stream in the PDF."""
    layers = getattr(image, "layers", 0)
    # Baseline, extended and progressive Huffman coding of 8 bits is what DCTDecode knows.
    coding = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}.get(image.mode)
    with path.open("rb") as stream:
        if coding is None or layers not in (1, 3) or getattr(image, "bits", 8) != 8 or not _is_huffman(stream):
            return None
    return Coded(path.read_bytes(), image.width, image.height, 8, coding, "/DCTDecode", "copied")


def _is_huffman(stream: BinaryIO) -> bool:
    """Whether the first frame is one of SOF0 to SOF2 (ITU-T T.81, table B.1)."""
    stream.seek(2)
    while len(head := stream.read(2)) == 2 and head[0] == _MARKER:
        if head[1] == _MARKER:
            stream.seek(-1, 1)
        elif 0xC0 <= head[1] <= 0xCF and head[1] not in (0xC4, 0xC8, 0xCC):
            return head[1] <= 0xC2
        elif head[1] not in (0x01, *range(0xD0, 0xD8)):
            stream.seek(max(0, int.from_bytes(stream.read(2), "big") - 2), 1)
    return False


def _png(path: Path, image: Any) -> Coded | None:
    """Its compressed rows, which are those of FlateDecode with PNG predictors."""
    size, most = path.stat().st_size, _MOST_RAW
    if size > most or getattr(image, "n_frames", 1) != 1:
        return None
    header, palette, rows = b"", b"", bytearray()
    with path.open("rb") as stream:
        stream.seek(8)
        while len(head := stream.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if length > size:
                return None
            data = stream.read(length) if kind in _PNG_KEPT else b""
            stream.seek(4 if kind in _PNG_KEPT else length + 4, 1)
            if kind == b"IHDR":
                header = data
            elif kind == b"PLTE":
                palette = data
            elif kind == b"IDAT":
                rows += data
            elif kind == b"tRNS":
                return None
            elif kind == b"IEND":
                break
    if len(header) != 13:
        return None
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    colours = {0: 1, 2: 3, 3: 1}.get(colour)
    if colours is None or interlaced or bits == 16 or (colour == 3 and (len(palette) % 3 or not palette)):
        return None
    row = 1 + (width * colours * bits + 7) // 8
    if not _inflates_to(bytes(rows), row * height):
        return None
    space = {0: "/DeviceGray", 2: "/DeviceRGB", 3: "/Indexed"}[colour]
    parameters: dict[str, int | bool] = {"Predictor": 15, "Colors": colours, "BitsPerComponent": bits, "Columns": width}
    return Coded(bytes(rows), width, height, bits, space, "/FlateDecode", "copied", parameters, palette[: 3 << bits])


def _inflates_to(data: bytes, length: int) -> bool:
    """Whether these are all the rows: a stream that is cut off would make the whole PDF damaged."""
    inflating = zlib.decompressobj()
    left, data_left = length, data
    while left and data_left and not inflating.eof:
        piece = inflating.decompress(data_left, min(left, 1 << 20))
        data_left = inflating.unconsumed_tail
        left -= len(piece)
        if not piece and not data_left:
            break
    return left == 0


def _tiff(path: Path, image: Any) -> Coded | None:
    """Its Group 4 or JPEG data, where they lie in one strip that begins with the bit that comes first."""
    tags = image.tag_v2
    offsets: tuple[int, ...] = tags.get(273) or tags.get(324) or ()
    counts: tuple[int, ...] = tags.get(279) or tags.get(325) or ()
    tile = tags.get(322, image.width), tags.get(323, image.height)
    if len(offsets) != 1 or len(counts) != 1 or counts[0] > path.stat().st_size or tile != (image.width, image.height):
        return None
    with path.open("rb") as stream:
        stream.seek(offsets[0])
        data = stream.read(counts[0])
    if len(data) < counts[0]:
        return None
    meaning = tags.get(262, 0)
    if tags.get(259) == _GROUP_4 and image.mode == "1" and meaning in (0, 1):
        usual = tags.get(266, 1) == 1 and tags.get(293, 0) == 0
        return group_4(data, image.width, image.height, meaning == 1, "copied") if usual else None
    return _jpeg_of_tiff(data, bytes(tags.get(347, b"")), image, meaning) if tags.get(259) == _JPEG else None


def _jpeg_of_tiff(data: bytes, tables: bytes, image: Any, meaning: int) -> Coded | None:
    """A strip of JPEG, with the tables that TIFF keeps apart put in before its frame (TIFF Technical Note 2)."""
    from PIL import Image

    space = {1: "/DeviceGray", 2: "/DeviceRGB", 6: "/DeviceRGB"}.get(meaning)
    whole = data[:2] + tables[2:-2] + data[2:]
    with Image.open(io.BytesIO(whole), formats=("JPEG",)) as inner:
        same = inner.size == (image.width, image.height) and len(inner.getbands()) == (1 if meaning == 1 else 3)
    if space is None or not same or not _is_huffman(io.BytesIO(whole)):
        return None
    transform: dict[str, int | bool] = {} if meaning == 1 else {"ColorTransform": int(meaning == _YCBCR)}
    return Coded(whole, image.width, image.height, 8, space, "/DCTDecode", "copied", transform)


def group_4(data: bytes, width: int, height: int, black_is_one: bool, kept: Kept) -> Coded:
    """Data of CCITT Group 4 (ITU-T T.6); `black_is_one` where a black run stands for the value 1."""
    parameters: dict[str, int | bool] = {"K": -1, "Columns": width, "Rows": height, "BlackIs1": black_is_one}
    return Coded(data, width, height, 1, "/DeviceGray", "/CCITTFaxDecode", kept, parameters)


_WAYS: dict[str, Callable[[Path, Any], Coded | None]] = {"JPEG": _jpeg, "MPO": _jpeg, "PNG": _png, "TIFF": _tiff}
