"""A watermark over the pages of a PDF that is given as an access copy; its text stays text."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from preserve.access.redaction.painting import Mark, layer
from preserve.errors import Refused

_DPI = 100
_LONGEST = 2400  # pixels of the watermark's longer side


def mark_pdf(source: Path, result: Path, name: str, mark: Mark, tick: Callable[[], None]) -> None:
    """Write a copy with the watermark on every page. Raises Refused where the PDF cannot be read."""
    import pikepdf

    try:
        with pikepdf.open(source) as pdf:
            over: dict[tuple[int, int], Any] = {}
            for page in pdf.pages:
                left, bottom, right, top = (float(value) for value in page.trimbox)
                width, height = abs(right - left), abs(top - bottom)
                if int(page.obj.get("/Rotate", 0)) % 180:
                    width, height = height, width
                size = max(round(width), 1), max(round(height), 1)
                if size not in over:
                    over[size] = _page(mark, *size)
                page.add_overlay(over[size].pages[0], None)
                tick()
            pdf.save(result)
    except pikepdf.PasswordError as error:
        raise Refused("redaction.encrypted", name, reason=str(error)) from error
    except pikepdf.PdfError as error:
        raise Refused("redaction.unreadable", name, reason=str(error)) from error


def _page(mark: Mark, width: int, height: int) -> Any:
    """A page of that size in points with nothing on it but the watermark."""
    import pikepdf
    from pikepdf import Array, Dictionary, Name

    scale = min(_DPI / 72, _LONGEST / max(width, height))
    made = layer(mark, max(int(width * scale), 1), max(int(height * scale), 1))
    pdf = pikepdf.new()
    mask = _flate(pdf, made.getchannel("A"))
    colour = pikepdf.Stream(pdf, b"\x80")
    colour.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=1,
        Height=1,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
        SMask=mask,
    )
    content = f"q {width} 0 0 {height} 0 0 cm /Mark Do Q".encode()
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, width, height]),
        Contents=pdf.make_indirect(pikepdf.Stream(pdf, content)),
        Resources=Dictionary(XObject=Dictionary(Mark=pdf.make_indirect(colour))),
    )
    pdf.pages.append(pikepdf.Page(page))
    whole = io.BytesIO()
    pdf.save(whole)
    whole.seek(0)
    return pikepdf.open(whole)


def _flate(pdf: Any, picture: Any) -> Any:
    import zlib

    import pikepdf
    from pikepdf import Dictionary, Name

    stream = pikepdf.Stream(pdf, zlib.compress(picture.tobytes()))
    stream.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=picture.width,
        Height=picture.height,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
        Filter=Name.FlateDecode,
    )
    return pdf.make_indirect(stream)
