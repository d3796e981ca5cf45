"""Scans made by the tests: pages with printed Chinese as JPEG, PNG, TIFF and PDF, and readings of them."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pikepdf
import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from preserve.machine_reading.records import Engine, Line, PageText
from preserve.machine_reading.searchable import ScannedFile, Searchable, Words, write_searchable
from preserve.typesetting.fonts import face

ENGINE = Engine(tool="rapidocr 3.10.0", model="PP-OCRv6_small", digest="ab" * 32)
MOMENT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
WORDS = Words(
    "现场检查笔录", "机读，未核对 / machine-read, not checked: rapidocr 3.10.0", "sha256:" + "cd" * 32, MOMENT
)
TEXTS = ("行政处罚决定书", "当事人：李晓敏，电话 13800001111", "二〇二六年三月一日")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    path, index = face()
    return ImageFont.truetype(path, size, index=index)


def page(texts: Sequence[str] = TEXTS, size: tuple[int, int] = (827, 1169)) -> Image.Image:
    """A page of A4 at 100 dpi with lines of print."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for number, text in enumerate(texts):
        draw.text((80, 80 + number * 60), text, fill=(20, 20, 60), font=_font(28))
    return picture


def line(text: str, left: float, top: float, right: float, low: float) -> Line:
    """A line that runs from left to right; per mille."""
    return Line(text=text, box=(left, top, right, top, right, low, left, low), score=0.9)


def upwards(text: str, left: float, top: float, right: float, low: float) -> Line:
    """A line that runs from the foot of the page to its head."""
    return Line(text=text, box=(left, low, left, top, right, top, right, low), score=0.9)


def read(name: str, lines: Sequence[Line], number: int = 1, upright: int = 0) -> PageText:
    """What was read on a page."""
    return PageText.model_validate(
        {"file": name, "engine": ENGINE, "page": number, "upright": upright, "lines": tuple(lines)}
    )


def rows(texts: Sequence[str] = TEXTS) -> list[Line]:
    """The lines where `page` puts them."""
    return [line(text, 97, 68 + place * 51, 97 + 34 * len(text), 94 + place * 51) for place, text in enumerate(texts)]


def searchable(path: Path, lines: Sequence[Line], upright: int = 0) -> tuple[Path, Searchable]:
    """The copy of one file of one page, in the folder of that file."""
    output = path.with_name("copy.pdf")
    file = ScannedFile(path, path.name, {1: read(path.name, lines, upright=upright)})
    return output, write_searchable([file], output, WORDS)


def scanned_pdf(path: Path, pictures: Sequence[Image.Image], *, turned: int = 0) -> None:
    """A PDF as a scanner makes it: a JPEG a page."""
    with pikepdf.new() as pdf:
        for picture in pictures:
            data = io.BytesIO()
            picture.save(data, "JPEG", quality=80)
            image = pikepdf.Stream(pdf, data.getvalue())
            image.stream_dict = pikepdf.Dictionary(
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=picture.width,
                Height=picture.height,
                BitsPerComponent=8,
                ColorSpace=pikepdf.Name.DeviceRGB,
                Filter=pikepdf.Name.DCTDecode,
            )
            one = pdf.add_blank_page(page_size=(595, 842))
            one.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=pdf.make_indirect(image)))
            one.obj.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Scan Do Q")
            if turned:
                one.obj.Rotate = turned
        pdf.save(path)


def coded(path: Path) -> list[bytes]:
    """The coded data of every picture of a PDF, as they are, page by page."""
    with pikepdf.open(path) as pdf:
        placed = [picture for one in pdf.pages for _, picture in sorted(one.obj.Resources.XObject.items())]
        return [bytes(picture.read_raw_bytes()) for picture in placed]


def by_poppler(path: Path, *options: str) -> str:
    """What pdftotext finds; with -raw in the order of the content."""
    return subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, check=True, text=True).stdout


def by_pdfium(path: Path, number: int = 1) -> str:
    """What PDFium finds on a page."""
    document = pypdfium2.PdfDocument(path)
    try:
        found: str = document[number - 1].get_textpage().get_text_range()
        return found.replace("\r\n", "\n")
    finally:
        document.close()


def drawn(path: Path, number: int = 1, scale: float = 1.0) -> Image.Image:
    """A page as PDFium draws it."""
    document = pypdfium2.PdfDocument(path)
    try:
        picture: Image.Image = document[number - 1].render(scale=scale).to_pil().convert("RGB")
        return picture
    finally:
        document.close()


def check_by_qpdf(path: Path) -> None:
    """Raises CalledProcessError where qpdf finds anything, also a warning."""
    subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=True)
