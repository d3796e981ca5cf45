"""Pages that are pictures: of images, of TIFF with many, of PDF whose page has a picture and no text, of OFD.

Runs in a bounded process, since it decodes. A page is told of before it is decoded, so that the one that asked knows
which of them broke the process.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preserve.machine_reading import ofd_pages
from preserve.pictures.opening import MOST_BYTES, TooLarge, Turning, Turnings, bounded, opened, opened_stream, upright
from preserve.pictures.shrinking import plain

if TYPE_CHECKING:
    from PIL import Image

DOTS = 200
"""Dots an inch at which a page of known size is read: enough for the smallest print of a form."""

MOST_PAGES = 20_000
FEWEST_SIGNS = 20
"""A page with fewer signs of its own is taken for a scan with a number or a stamp set upon it."""

_ONE_LOOK = 2400  # pixels of the longer side of what is looked at at once
_LARGE = 5000  # pixels: what is longer is more than a page photographed
_MOST_PIXELS = 40_000_000
_STRIP = 2.5
_MOST_IN_PDF = 400_000_000
_NESTED = 4
_POINTS = 72


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as its file shows it, small enough to be read: `L` or `RGB`.

    `dpi` are the dots an inch of the source, 0 where it does not say. `part` is where the picture lies on the page, as
    shares of its width and height: left, top, width, height.
    """

    image: Image.Image
    dpi: int = 0
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Page:
    """Page `number` from 1; `load` decodes it: None where it has text of its own or no picture. Raises HOSTILE,
    TooLarge."""

    number: int
    load: Callable[[], Shown | None] = field(repr=False)


class Locked(Exception):
    """The file asks for a password."""


def pages_of(path: Path, first: int = 1) -> Iterator[Page]:
    """The pages of a file from number `first`. Raises HOSTILE, TooLarge, Locked for the file as a whole."""
    with path.open("rb") as stream:
        head = stream.read(1024)
    if b"%PDF-" in head:
        yield from _of_pdf(path, first)
    elif head.startswith(b"PK\3\4") and zipfile.is_zipfile(path):
        yield from _of_ofd(path, first)
    else:
        yield from _of_picture(path, first)


def _of_pdf(path: Path, first: int) -> Iterator[Page]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise Locked from error
        raise
    with document:
        document.init_forms()  # what is filled into a field is on the page too
        for number in range(first, min(len(document), MOST_PAGES) + 1):
            yield Page(number, partial(_pdf_page, document, number))


def _pdf_page(document: Any, number: int) -> Shown | None:
    page = document[number - 1]
    try:
        text = page.get_textpage()
        try:
            signs = len("".join(text.get_text_range(0, min(text.count_chars(), 100 * FEWEST_SIGNS)).split()))
        finally:
            text.close()
        pixels = _pixels(page)
        if signs >= FEWEST_SIGNS or not pixels:
            return None
        if pixels > _MOST_IN_PDF:
            raise TooLarge(f"{pixels} pixels on page {number}")
        width, height = (max(side, 1.0) for side in page.get_size())
        scale = min(DOTS / _POINTS, (_MOST_PIXELS / (width * height)) ** 0.5)
        drawn = page.render(scale=scale, rev_byteorder=True)
        try:
            return Shown(drawn.to_pil().convert("RGB"), DOTS)
        finally:
            drawn.close()
    finally:
        page.close()


def _pixels(page: Any) -> int:
    """Pixels of all pictures on a page of a PDF, as they say themselves, before any is decoded."""
    import pypdfium2.raw as raw

    sizes = (one.get_px_size() for one in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=_NESTED))
    return sum(int(width) * int(height) for width, height in sizes)


def _of_ofd(path: Path, first: int) -> Iterator[Page]:
    with zipfile.ZipFile(path) as archive:
        for page in ofd_pages.scanned_pages(archive):
            if page.number >= first:
                yield Page(page.number, partial(_ofd_page, archive, page))


def _ofd_page(archive: zipfile.ZipFile, page: ofd_pages.ScannedPage) -> Shown | None:
    found = page.picture()
    if found is None:
        return None
    data = ofd_pages.bytes_of(archive, found.part)
    with opened_stream(BytesIO(data)) as image:
        inches = found.millimetres / 25.4
        dpi = round(image.width / inches) if inches > 0 else 0
        return Shown(_decoded(image, lambda: Turning(1, "", pending=False), dpi), dpi, found.on_page)


def _of_picture(path: Path, first: int) -> Iterator[Page]:
    with opened(path) as image:
        turnings = Turnings(path, image)
        count = min(getattr(image, "n_frames", 1), MOST_PAGES) if image.format == "TIFF" else 1
        for number in range(first, count + 1):
            yield Page(number, partial(_frame, image, turnings, number))


def _frame(image: Any, turnings: Turnings, number: int) -> Shown:
    if number > 1:
        image.seek(number - 1)
    dpi = _dots(image)
    return Shown(_decoded(image, turnings.of_page, dpi), dpi)


def _dots(image: Any) -> int:
    """What the file says of its dots an inch, where that can be: cameras write 72 for nothing."""
    said = image.info.get("dpi")
    try:
        dots = round(float(said[0]))
    except (TypeError, ValueError, LookupError, OverflowError, ZeroDivisionError):
        return 0
    return dots if 100 <= dots <= 2400 else 0


def _decoded(image: Any, turning: Callable[[], Turning], dpi: int) -> Image.Image:
    from PIL import Image as Pictures

    size = reading_size(image.size, dpi)
    if image.format in ("JPEG", "MPO"):
        image.draft(None, size)
    bounded(image, most=MOST_BYTES // 2)
    shown = plain(upright(image, turning()))  # of a PNG it decodes already to find its EXIF
    scale = max(size) / max(shown.size)
    if scale < 1:
        small = (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
        shown = shown.resize(small, Pictures.Resampling.BICUBIC, reducing_gap=2.0)
    return shown


def reading_size(size: tuple[int, int], dpi: int = 0) -> tuple[int, int]:
    """The pixels at which a picture of `size` is read.

    A page or a photograph of one is looked at at once. A long strip (a conversation as one picture) keeps its width,
    a drawing its letters as far as its dots are known.
    """
    width, height = size
    long, short = max(size), max(min(size), 1)
    if long <= _ONE_LOOK:
        scale = 1.0
    elif long / short > _STRIP:
        scale = min(1.0, _ONE_LOOK / 2 / short) if short > _ONE_LOOK / 2 else 1.0
    elif dpi > DOTS:
        scale = DOTS / dpi
    elif long <= _LARGE:
        scale = _ONE_LOOK / long
    else:
        scale = min(1.0, 2 * _ONE_LOOK / long) if not dpi else 1.0
    if width * height * scale * scale > _MOST_PIXELS:
        scale = (_MOST_PIXELS / (width * height)) ** 0.5
    return max(1, round(width * scale)), max(1, round(height * scale))
