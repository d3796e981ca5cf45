"""Where the pages of a searchable copy come from: picture files and PDFs, each page as what places its pictures."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from preserve.machine_reading import ofd_pages, pdf_scans
from preserve.machine_reading.pdf_codings import Coded, Kept
from preserve.machine_reading.pdf_pictures import LARGEST_SIDE, SMALLEST_SIDE, code_pixels, count_pages, read_picture
from preserve.machine_reading.records import Line
from preserve.pictures.opening import HOSTILE, TooLarge


@dataclass(frozen=True, slots=True)
class Page:
    """A page without a reading's text: operators that place pictures, these by name, and what text its file has.

    `of_stranger`: the operators, or the colours of the pictures, are those of a PDF that somebody brought.
    """

    width: float
    height: float
    content: bytes
    pictures: Any
    kept: Kept
    own: Callable[[], tuple[Line, ...]] = tuple
    of_stranger: bool = False


def failures() -> tuple[type[Exception], ...]:
    """What opening or decoding such a file raises."""
    import pikepdf
    import pypdfium2 as pdfium

    return (pikepdf.PdfError, pikepdf.PasswordError, pdfium.PdfiumError, zipfile.BadZipFile, TooLarge, *HOSTILE)


class PageSource(Protocol):
    """An open file whose pages are asked for by number."""

    @property
    def count(self) -> int:
        """Pages that there are."""

    def page(self, number: int, target: Any) -> Page:
        """One of them, its pictures made in `target`. Raises one of `failures`."""


@dataclass(frozen=True, slots=True)
class _Pictures:
    """A picture file; `drawn` where its colours are shown without its profile."""

    path: Path
    count: int
    drawn: bool

    def page(self, number: int, target: Any) -> Page:
        coded, paper = read_picture(self.path, number)
        coded = replace(coded, profile=b"") if self.drawn else coded
        return _of_coded(target, coded, (paper.width, paper.height), paper.matrix)


@dataclass(frozen=True, slots=True)
class _Document:
    """A PDF; `drawn` where none of its own data are taken over."""

    source: pdf_scans.Source
    drawn: bool

    @property
    def count(self) -> int:
        return self.source.count

    def page(self, number: int, target: Any) -> Page:
        own = partial(self.source.own_lines, number)
        if not self.drawn:
            try:
                size = self.source.size(number)
                return Page(*size, *self.source.take(number, target), "copied", own, of_stranger=True)
            except pdf_scans.NotAScan:
                pass
        picture, size = self.source.draw(number)
        page = _of_coded(target, code_pixels(picture, lossy=True), size, (size[0], 0, 0, size[1], 0, 0))
        return replace(page, own=own)


@dataclass(frozen=True, slots=True)
class _Ofd:
    """An OFD whose pages are scans; nothing else of it can be shown here."""

    archive: zipfile.ZipFile
    pages: tuple[ofd_pages.ScannedPage, ...]
    drawn: bool

    @property
    def count(self) -> int:
        return len(self.pages)

    def page(self, number: int, target: Any) -> Page:
        found = self.pages[number - 1].picture()
        if found is None:
            raise ValueError("the page is no scan")
        with tempfile.NamedTemporaryFile(suffix=PurePosixPath(found.part).suffix) as part:
            part.write(ofd_pages.bytes_of(self.archive, found.part))
            part.flush()
            coded, paper = read_picture(Path(part.name), upright=False)
        coded = replace(coded, profile=b"") if self.drawn else coded
        left, top, wide, high = found.on_page
        width = found.millimetres / 25.4 * 72 / wide
        height = width * wide * paper.height / paper.width / high
        scale = min(1.0, LARGEST_SIDE / max(width, height))
        width, height = max(SMALLEST_SIDE, width * scale), max(SMALLEST_SIDE, height * scale)
        place = (wide * width, 0, 0, high * height, left * width, (1 - top - high) * height)
        return _of_coded(target, coded, (width, height), place)


@contextmanager
def open_source(path: Path, drawn: bool) -> Iterator[PageSource]:
    """The pages of a file; of a PDF as pictures of what they show where `drawn`. Raises one of `failures`."""
    with path.open("rb") as stream:
        head = stream.read(1024)
    if b"%PDF-" in head:
        with pdf_scans.opened(path) as source:
            yield _Document(source, drawn)
    elif head.startswith(b"PK\3\4") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield _Ofd(archive, tuple(ofd_pages.scanned_pages(archive)), drawn)
    else:
        yield _Pictures(path, count_pages(path), drawn)


def _of_coded(pdf: Any, coded: Coded, size: tuple[float, float], matrix: Sequence[float]) -> Page:
    from pikepdf import Array, Dictionary, Name, Stream, String

    space: Any = Name("/DeviceRGB" if coded.palette else coded.space)
    if coded.profile:
        profile = Stream(pdf, coded.profile)
        profile[Name.N] = 1 if coded.space == "/DeviceGray" else 3
        space = Array([Name.ICCBased, pdf.make_indirect(profile)])
    if coded.palette:
        space = Array([Name.Indexed, space, len(coded.palette) // 3 - 1, String(coded.palette)])
    picture = Stream(pdf, coded.data)
    picture.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=coded.width,
        Height=coded.height,
        BitsPerComponent=coded.bits,
        ColorSpace=space,
        Filter=Name(coded.filter),
    )
    if coded.parameters:
        picture[Name.DecodeParms] = Dictionary({f"/{key}": value for key, value in coded.parameters.items()})
    place = b" ".join(b"%.4f" % value for value in matrix)
    pictures = Dictionary(Im0=pdf.make_indirect(picture))
    return Page(*size, b"q %s cm /Im0 Do Q" % place, pictures, coded.kept, of_stranger=bool(coded.profile))
