"""Pages and photographs as a reader sees them: one JPEG a page, with who looked and when written over it.

The bare page is kept, so that the next reader costs only the writing over it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preserve.pictures.opening import Turnings, opened
from preserve.pictures.shrinking import small

if TYPE_CHECKING:
    from PIL import Image

LONGEST = 1800
"""Pixels of a page's longer side: an A4 page at 150 dots an inch, which is read without effort."""

_MOST_PAGES = 20_000
_INK = (176, 0, 32, 38)


def count_pages(path: Path) -> int:
    """How many pages a PDF has. Raises what PDFium raises."""
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(path) as document:
        return min(len(document), _MOST_PAGES)


def sizes_of(path: Path) -> list[tuple[float, float]]:
    """Width and height of each page in points, as one sees it. Raises what PDFium raises."""
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(path) as document:
        return [document.get_page_size(number) for number in range(len(document))]


def show_page(path: Path, number: int, kept: Path, target: Path, mark: str, font: tuple[str, int]) -> None:
    """Draw page `number` (from 1) of a PDF, or a photograph, once into `kept`; with `mark` over it into `target`.

    Raises what PDFium and Pillow raise, TooLarge.
    """
    from PIL import Image

    if not kept.is_file():
        page = page_picture(path, number)
        page.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        part = kept.with_name(f"{kept.name}.{os.urandom(8).hex()}")
        page.convert("RGB").save(part, "JPEG", quality=88, optimize=True)
        part.replace(kept)
    with Image.open(kept) as bare:
        _marked(bare, mark, font).save(target, "JPEG", quality=82)


def page_picture(path: Path, number: int) -> Image.Image:
    """Page `number` (from 1) of a PDF or a picture, upright as one sees it. Raises what PDFium and Pillow raise."""
    return _of_pdf(path, number) if _is_pdf(path) else _of_picture(path, number)


def _is_pdf(path: Path) -> bool:
    """By its name, or by its first bytes where it comes without one."""
    with path.open("rb") as file:
        return path.suffix.lower() == ".pdf" or file.read(5) == b"%PDF-"


def _of_pdf(path: Path, number: int) -> Image.Image:
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(path) as document:
        document.init_forms()  # what is filled into a field is on the page too
        if not 1 <= number <= len(document):
            raise ValueError(f"no page {number}")
        page = document[number - 1]
        longest = max(page.get_size())
        drawn: Image.Image = page.render(scale=LONGEST / max(longest, 1.0)).to_pil()
        return drawn


def _of_picture(path: Path, number: int) -> Image.Image:
    with opened(path) as image:
        if number > 1:  # a frame of a TIFF
            image.seek(number - 1)
        return small(path, image, Turnings(path, image).of_page())


def _marked(bare: Any, mark: str, font: tuple[str, int]) -> Image.Image:
    """The page with the mark slanting over all of it, pale enough to read through."""
    from PIL import Image, ImageDraw, ImageFont

    page: Image.Image = bare.convert("RGB")
    if not mark:
        return page
    face = ImageFont.truetype(font[0], max(16, min(page.size) // 34), index=font[1])
    left, top, right, bottom = (int(edge) for edge in face.getbbox(mark))
    words = Image.new("RGBA", (right - left + 8, bottom - top + 8), (0, 0, 0, 0))
    ImageDraw.Draw(words).text((4 - left, 4 - top), mark, font=face, fill=_INK)
    slanting = words.rotate(24, expand=True, resample=Image.Resampling.BICUBIC)
    across, down = slanting.width + 60, slanting.height + 90
    for row, above in enumerate(range(-down // 2, page.height, down)):
        for beside in range(-across // 2 * (row % 2), page.width, across):
            page.paste(slanting, (beside, above), slanting)
    return page


def answer_page(request: dict[str, Any]) -> dict[str, Any]:
    """As the child of `helper` is asked for a page."""
    show_page(
        Path(request["path"]),
        int(request["number"]),
        Path(request["kept"]),
        Path(request["target"]),
        str(request["mark"]),
        (str(request["font"]), int(request["face"])),
    )
    return {}


def answer_count(request: dict[str, Any]) -> dict[str, Any]:
    """As the child of `helper` is asked how many pages there are."""
    return {"pages": count_pages(Path(request["path"]))}


def answer_sizes(request: dict[str, Any]) -> dict[str, Any]:
    """As the child of `helper` is asked how large the pages are."""
    return {"sizes": [[round(side, 4) for side in size] for size in sizes_of(Path(request["path"]))]}
