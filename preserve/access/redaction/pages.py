"""PDF: each page drawn as a picture, boxes painted on its pixels, and the pictures alone put together as PDF/A.

Nothing of the source is copied: no text, font, layer, annotation, field, script, attachment, bookmark or metadata
can remain, because only pixels go over. One page at a time is in memory.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preserve.access.redaction.painting import Copy, Mark, blacken, stamp, words_on_white
from preserve.access.redaction.plan import Redaction
from preserve.errors import PreserveError, Refused
from preserve.messages import say
from preserve.pictures.helper import POOL, PictureFailed
from preserve.typesetting.declaring import declare

if TYPE_CHECKING:
    from PIL import Image

DPI = 200
_MOST_PIXELS = 25_000_000  # of one page: A4 at 200 dpi has 4 million
_LARGEST_SIDE = 14_400.0  # points, what PDF viewers show
_CHUNK = 64  # pages in a file that waits to be put together
_QUALITY = 90
_PATIENCE = 120.0  # seconds
_ONE_AT_A_TIME = threading.RLock()
"""PDFium may be used by one thread of a process at a time; a service has many."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as a picture (`RGB`) with its size on paper in points."""

    number: int
    picture: Image.Image
    width: float
    height: float


@contextmanager
def opened(path: Path, name: str) -> Iterator[Any]:
    """A PDF for drawing. Raises Refused where it is encrypted, damaged or has no pages."""
    import pypdfium2 as pdfium

    with _ONE_AT_A_TIME:
        try:
            pdf = pdfium.PdfDocument(path)
        except pdfium.PdfiumError as error:
            code = "redaction.encrypted" if "password" in str(error).lower() else "redaction.unreadable"
            raise Refused(code, name, reason=str(error)) from error
        try:
            if len(pdf) < 1:
                raise Refused("redaction.unreadable", name, reason="0")
            pdf.init_forms()
            yield pdf
        finally:
            pdf.close()


def page_sizes(path: Path, name: str) -> list[tuple[float, float]]:
    """Width and height of every page in points, as one sees it. Raises Refused, OSError.

    Asked of a process apart: a service looks at files that may be hostile.
    """
    path.stat()
    try:
        told = POOL.ask("sizes", patience=_PATIENCE, path=str(path.absolute()))["sizes"]
    except PictureFailed as error:
        code = "redaction.encrypted" if "password" in error.words.lower() else "redaction.unreadable"
        raise Refused(code, name, reason=error.words) from error
    if not told:
        raise Refused("redaction.unreadable", name, reason="0")
    return [(float(width), float(height)) for width, height in told]


def sheets(path: Path, name: str, wanted: Callable[[int], bool]) -> Iterator[Sheet]:
    """The pages that are wanted, one at a time, drawn with their annotations and fields. Raises Refused."""
    import pypdfium2 as pdfium

    with opened(path, name) as pdf:
        for index in range(len(pdf)):
            if not wanted(index + 1):
                continue
            try:
                page = pdf[index]
            except pdfium.PdfiumError as error:
                raise Refused("redaction.unreadable", name, reason=f"{index + 1}: {error}") from error
            width, height = page.get_size()
            if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
                raise Refused("redaction.page-size", name, page=index + 1)
            bitmap = page.render(scale=scale_for(width, height), rev_byteorder=True, prefer_bgrx=False)
            picture = bitmap.to_pil().convert("RGB")
            bitmap.close()
            page.close()
            yield Sheet(index + 1, picture, width, height)


def scale_for(width: float, height: float) -> float:
    """Pixels a point: 200 dpi, less where a page is so large that its picture would fill the memory."""
    return min(DPI / 72, math.sqrt(_MOST_PIXELS / (width * height)))


def painted(source: Iterable[Sheet], redactions: Sequence[Redaction], mark: Mark | None) -> Iterator[Sheet]:
    """Boxes painted on, then the watermark."""
    for sheet in source:
        per_mm = sheet.picture.width / sheet.width * 72 / 25.4
        boxes = [
            redaction.box.pixels(sheet.picture.width, sheet.picture.height, per_mm)
            for redaction in redactions
            if redaction.box is not None and redaction.covers_page(sheet.number)
        ]
        if mark is not None:
            stamp(sheet.picture, mark)
        blacken(sheet.picture, [box for box in boxes if box is not None])
        yield sheet


def redact_pdf(source: Path, result: Path, copy: Copy, tick: Callable[[], None]) -> None:
    """Write the redacted copy of a PDF. Raises Refused, PreserveError where the result does not prove clean."""
    gone = [redaction for redaction in copy.redactions if redaction.what == "pages"]
    count = len(page_sizes(source, copy.name))
    kept = painted(sheets(source, copy.name, lambda page: not _taken(gone, page)), copy.redactions, copy.mark)
    write_pictures(_with_gaps(kept, gone, count), result, copy.title, copy.moment, tick)


def _taken(gone: Sequence[Redaction], page: int) -> bool:
    return any(one.covers_page(page) for one in gone)


def _with_gaps(kept: Iterator[Sheet], gone: Sequence[Redaction], count: int) -> Iterator[Sheet]:
    """For each stretch of pages taken out one page that says which, and by which article."""
    page = 1
    while page <= count:
        if not _taken(gone, page):
            yield next(kept)
            page += 1
            continue
        last = page
        while last < count and _taken(gone, last + 1):
            last += 1
        articles = dict.fromkeys(one.article for one in gone if any(a <= last and b >= page for a, b in one.pages))
        pages = str(page) if page == last else f"{page}–{last}"
        lines = [
            say("redaction.pages-gone", pages=pages),
            say("redaction.by-article", article=say("words.list-comma").join(articles)),
        ]
        picture = words_on_white(1240, 1754, lines)
        yield Sheet(page, picture, 595.276, 841.89)
        page = last + 1


def write_pictures(
    source: Iterable[Sheet], result: Path, title: str, moment: datetime, tick: Callable[[], None]
) -> None:
    """Put pictures together as PDF/A-2b, in pieces, so that memory does not grow with their number."""
    import pikepdf

    pieces: list[Path] = []
    piece, number = pikepdf.new(), 0
    folder = result.parent
    for sheet in source:
        _add(piece, sheet)
        number += 1
        tick()
        if len(piece.pages) == _CHUNK:
            pieces.append(_put_by(piece, folder, len(pieces)))
            piece = pikepdf.new()
    if len(piece.pages):
        pieces.append(_put_by(piece, folder, len(pieces)))
    with ExitStack() as stack:
        whole = stack.enter_context(pikepdf.new())
        for path in pieces:
            whole.pages.extend(stack.enter_context(pikepdf.open(path)).pages)
        declare(whole, title, moment)
        whole.save(result, deterministic_id=True, min_version="1.7", linearize=False)
    for path in pieces:
        path.unlink()
    prove_clean(result, number)


def _put_by(piece: Any, folder: Path, number: int) -> Path:
    path = folder / f"piece-{number}.pdf"
    piece.save(path)
    piece.close()
    return path


def _add(pdf: Any, sheet: Sheet) -> None:
    import pikepdf
    from pikepdf import Array, Dictionary, Name

    picture = _gray_where_gray(sheet.picture)
    data = io.BytesIO()
    # No subsampling of colours, and nothing but the picture: no EXIF, no profile.
    picture.save(data, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    image = pikepdf.Stream(pdf, data.getvalue())
    image.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=picture.width,
        Height=picture.height,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB,
        Filter=Name.DCTDecode,
    )
    content = f"q {sheet.width:.4f} 0 0 {sheet.height:.4f} 0 0 cm /Im0 Do Q".encode()
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(sheet.width, 4), round(sheet.height, 4)]),
        Resources=Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(image))),
        Contents=pdf.make_indirect(pikepdf.Stream(pdf, content)),
    )
    pdf.pages.append(pikepdf.Page(page))


def _gray_where_gray(picture: Image.Image) -> Image.Image:
    from PIL import ImageChops

    if picture.mode != "RGB":
        return picture
    red, green, blue = picture.split()
    same = ImageChops.difference(red, green).getbbox() is None and ImageChops.difference(green, blue).getbbox() is None
    return red if same else picture


def prove_clean(result: Path, pages: int) -> None:
    """Raises PreserveError unless the result holds one picture a page, and no text or anything else."""
    import pikepdf
    import pypdfium2 as pdfium

    with pikepdf.open(result) as pdf:
        extra = set(pdf.Root.keys()) - {"/Type", "/Pages", "/Metadata", "/OutputIntents"}
        keys = {key for page in pdf.pages for key in page.obj.keys()}  # noqa: SIM118
        strange = keys - {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
        clean = not extra and not strange and len(pdf.pages) == pages and "/Info" not in pdf.trailer
    with _ONE_AT_A_TIME:
        seen = pdfium.PdfDocument(result)
        try:
            clean = clean and len(seen) == pages
            for number in range(len(seen)):
                page = seen[number]
                text = page.get_textpage()
                clean = clean and text.count_chars() == 0
                text.close()
                page.close()
        finally:
            seen.close()
    if not clean:
        raise PreserveError("redaction.proof-fails", str(result))
