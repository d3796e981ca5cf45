"""Pages as a PDF, one JPEG a page, written as they come, so that a thousand pages need the memory of one."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self


class PagesWriter:
    """Use as a context; `add` a page for each picture. The file is whole when the context ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[int, int] = {}
        self._pages: list[int] = []
        self._number = 2  # 1 is the catalogue, 2 the list of pages

    def __enter__(self) -> Self:
        self._out: BinaryIO = self._path.open("wb")
        self._out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        return self

    def _object(self, number: int, body: bytes) -> None:
        self._places[number] = self._out.tell()
        self._out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def _stream(self, words: bytes, data: bytes) -> int:
        self._number += 1
        self._object(self._number, b"<<%s/Length %d>>stream\n%s\nendstream" % (words, len(data), data))
        return self._number

    def add(self, jpeg: bytes, size: tuple[int, int], paper: tuple[float, float], *, grey: bool) -> None:
        """One page of `paper` (points) filled by a JPEG of `size` pixels."""
        space = b"/DeviceGray" if grey else b"/DeviceRGB"
        words = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%s/BitsPerComponent 8/Filter/DCTDecode"
        picture = self._stream(words % (*size, space), jpeg)
        shown = self._stream(b"", b"q %.2f 0 0 %.2f 0 0 cm /P Do Q" % paper)
        self._number += 1
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Resources<</XObject<</P %d 0 R>>>>/Contents %d 0 R>>"
        self._object(self._number, page % (*paper, picture, shown))
        self._pages.append(self._number)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._out:
            if kind is not None:
                return
            self._object(1, b"<</Type/Catalog/Pages 2 0 R>>")
            kids = b" ".join(b"%d 0 R" % page for page in self._pages)
            self._object(2, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(self._pages)))
            start = self._out.tell()
            rows = b"".join(b"%010d 00000 n \n" % self._places[number] for number in range(1, self._number + 1))
            self._out.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (self._number + 1, rows))
            words = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
            self._out.write(words % (self._number + 1, start))
