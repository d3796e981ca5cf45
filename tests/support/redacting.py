"""Plans of redaction, and what strangers see in the PDF that is made by them."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from preserve.access.redaction.pages import redact_pdf
from preserve.access.redaction.painting import Copy, Mark
from preserve.access.redaction.plan import Box, Redaction

SECRET = "SECRET-420106"
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
MARK = Mark("申请号 2026-0001　张某　2026-03-01")


def box(
    left: float, top: float, width: float, height: float, unit: Any = "mm", pages: Any = (), **more: Any
) -> Redaction:
    return Redaction(
        "x", "box", "个人隐私", "20", "plan.toml:1", pages=pages, box=Box(left, top, width, height, unit), **more
    )


def redacted(source: Path, redactions: Sequence[Redaction], mark: Mark | None = None) -> Path:
    """The redacted copy, with the proof that making it did not touch the source."""
    before = hashlib.sha256(source.read_bytes()).hexdigest(), source.stat().st_mtime_ns
    result = source.with_name(f"{source.stem}-redacted.pdf")
    redact_pdf(source, result, Copy("x", "标题", redactions, mark, MOMENT), lambda: None)
    assert before == (hashlib.sha256(source.read_bytes()).hexdigest(), source.stat().st_mtime_ns)
    assert sorted(path.name for path in source.parent.iterdir() if "piece" in path.name) == []
    return result


def everything(pdf: Path) -> bytes:
    """Every object of a PDF, streams uncompressed, as qpdf writes them."""
    out = pdf.with_suffix(".qdf")
    done = subprocess.run(
        ["qpdf", "--qdf", "--object-streams=disable", "--stream-data=uncompress", str(pdf), str(out)],
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    return out.read_bytes()


def holds(data: bytes, secret: str = SECRET) -> bool:
    """Whether a word is there, in any of the ways in which PDF writes one."""
    ways = [
        secret.encode(),
        secret.encode("utf-16-be"),
        secret.encode("utf-16-le"),
        secret.encode().hex().encode(),
        secret.encode().hex().upper().encode(),
    ]
    return any(way in data for way in ways)


def text_in(pdf: Path) -> str:
    """What two strangers read: poppler and PDFium."""
    said = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    document = pdfium.PdfDocument(pdf)
    said += "".join(page.get_textpage().get_text_range() for page in document)
    return said.replace("\f", "").strip()


def drawn(pdf: Path, page: int = 0) -> Image.Image:
    """A page as poppler draws it, which is not what draws it in the program."""
    data = subprocess.run(
        ["pdftoppm", "-r", "100", "-f", str(page + 1), "-l", str(page + 1), "-png", str(pdf)],
        capture_output=True,
        check=True,
    ).stdout
    return Image.open(io.BytesIO(data)).convert("RGB")


def as_printed(pdf: Path, page: int) -> Image.Image:
    """A page of the source at 200 dpi."""
    document = pdfium.PdfDocument(pdf)
    return document[page].render(scale=200 / 72).to_pil().convert("L")


def picture_of(pdf: Path, page: int) -> Image.Image:
    """The picture that a page of the result is."""
    with pikepdf.open(pdf) as document:
        return pikepdf.PdfImage(document.pages[page].Resources.XObject.Im0).as_pil_image().convert("L")
