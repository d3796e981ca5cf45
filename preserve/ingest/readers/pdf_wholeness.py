"""Whether a PDF is whole: its end, its objects and its streams. What was added to it later belongs to it.

Readers mend what they find: a scan of which a third is left opens with one empty page.
"""

from __future__ import annotations

import io
import mmap
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.pictures import structure

SECONDS = 60.0
"""For reading all streams of one file; what is left then is told."""

NO_HEAD = "no %PDF"
_OBJECT = re.compile(rb"[\r\n ]\d{1,10} \d{1,5} obj\b")
_END = re.compile(rb"startxref\s+(\d{1,20})\s+(?:%[^\r\n]*\s+)?$")
_LINEARIZED = re.compile(rb"/Linearized\b[^>]{0,200}?/L (\d{1,20})|/L (\d{1,20})[^>]{0,200}/Linearized\b")
_WORDS_BEFORE_END = 2048
_AT = re.compile(r"object (\d+) \d+")
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class End:
    """Where the last end of the file is. `fault`: why it is none; `behind`: bytes of something else that follow it."""

    size: int
    fault: str = ""
    behind: int = 0


def look_at_end(path: Path) -> End:
    """Search the file for its last `startxref` and `%%EOF` (ISO 32000-1 §7.5.5). Raises OSError, ValueError."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        size = len(data)
        if data.find(b"%PDF-", 0, 1 << 16) < 0:
            return End(size, NO_HEAD)
        linear = _LINEARIZED.search(data[: 1 << 12])
        if linear and int(linear[1] or linear[2]) > size:
            return End(size, f"{int(linear[1] or linear[2])} > {size}")
        place = data.rfind(b"%%EOF")
        if place < 0:
            return End(size, "no %%EOF")
        if not _END.search(data[max(0, place - _WORDS_BEFORE_END) : place]):
            return End(size, "no startxref")
        ends = place + 5
        # An update that was cut off, or the greater part of a file that begins with what is shown first.
        if _OBJECT.search(data, ends):
            return End(size, "no %%EOF after the last objects")
        left = size - ends
        if left <= 1 << 20 and not data[ends:].strip(b"\0\t\n\x0c\r "):
            left = 0  # padding, as discs and old transfers add it
        return End(ends, behind=left)


class Window(io.RawIOBase):
    """The first `size` bytes of a file, as if there were no more."""

    def __init__(self, path: Path, size: int) -> None:
        super().__init__()
        self._file, self._size = path.open("rb", buffering=0), size

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place in the file."""
        return self._file.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the window's own end where that is asked."""
        return self._file.seek(offset + self._size if whence == io.SEEK_END else offset, 0 if whence == 2 else whence)

    def readinto(self, buffer: Any) -> int:
        """The next bytes, none behind the end."""
        left = max(0, self._size - self._file.tell())
        return self._file.readinto(memoryview(buffer)[: min(len(buffer), left)]) or 0

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()


@dataclass(frozen=True, slots=True)
class Inside:
    """What of the objects is missing or does not decode, in few words; whether they were all read.

    `mended`: the list of objects was wrong and was made again, with nothing missing.
    """

    faults: tuple[str, ...]
    mended: bool
    read: bool


def look_inside(document: Any, declared: int) -> Inside:
    """Read every stream of an open PDF; `declared` is the number of pages that it says it has.

    Pictures are not decoded and what swells is not held: it is a matter of a second where it can be.
    """
    import pikepdf

    ends = time.monotonic() + SECONDS
    faults: list[str] = []
    read = True
    for item in document.objects:
        if time.monotonic() > ends:
            read = False
            break
        if isinstance(item, pikepdf.Stream):
            try:
                fault = _stream_fault(item)
            except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as error:
                fault = type(error).__name__
            if fault:
                faults.append(f"object {item.objgen[0]} {fault}")
    words = [str(warning) for warning in document.get_warnings()]
    faults += _missing(document, words)
    if declared > len(document.pages):
        faults.insert(0, f"{len(document.pages)}/{declared} pages")
    mended = any("reconstruct" in word for word in words) and not faults
    return Inside(tuple(dict.fromkeys(faults)), mended, read)


def _missing(document: Any, words: list[str]) -> Iterator[str]:
    """The objects that are not where they should be, and the streams without an end."""
    for word in words:
        match = _AT.search(word)
        number = int(match[1]) if match else 0
        if "expected n n obj" in word and number and document.get_object((number, 0)) is None:
            yield f"object {number} absent"
        elif "unable to recover stream data" in word:
            yield f"object {number} endstream" if number else "endstream"


def _stream_fault(stream: Any) -> str:
    """What is wrong with the bytes of a stream, by its filter; empty where nothing is."""
    import pikepdf

    filters = stream.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if names == ["/DCTDecode"]:
        return structure.jpeg(bytes(stream.read_raw_bytes())).fault
    if names == ["/FlateDecode"]:
        return _deflate_fault(bytes(stream.read_raw_bytes()))
    return ""


def _deflate_fault(data: bytes) -> str:
    """Unpacked piece by piece and let go, so that a stream that swells costs time and no memory."""
    if not data:
        return ""
    unpacker, place, check = zlib.decompressobj(-15), 2, 1
    waiting = b""
    while not unpacker.eof:
        if not waiting:
            waiting = data[place : place + _PIECE]
            place += len(waiting)
            if not waiting:
                return "deflate"
        try:
            check = zlib.adler32(unpacker.decompress(waiting, 16 * _PIECE), check)
        except zlib.error:
            return "deflate"
        waiting = unpacker.unconsumed_tail
    rest = unpacker.unused_data + data[place : place + 4]
    # Some writers count one byte too few and so lose the end of the sum.
    return "deflate" if len(rest) >= 4 and int.from_bytes(rest[:4], "big") != check else ""
