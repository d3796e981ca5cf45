"""The text layer of a PDF with the place of every character, for those who look for what to cover."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FINE = 100_000
_MOST = 40_000
"""Characters in one answer, beyond which the next page waits for the next request."""

_MOST_OF_A_PAGE = 60_000
_LONGEST_LINE = 500


def answer_text(request: dict[str, Any]) -> dict[str, Any]:
    """As the child of `helper` is asked for lines from page `first` on; `next` is 0 after the last page.

    Each page is its number with its lines: text, and left and right of each character in turn, top and bottom of the
    line, in per mille of the page as one sees it. `cut` are the pages that have more text than is told.
    """
    import pypdfium2 as pdfium

    pages, cut, characters = [], [], 0
    with pdfium.PdfDocument(Path(request["path"])) as document:
        number, last = int(request["first"]), min(len(document), int(request["last"]))
        while number <= last and characters < _MOST:
            page = document[number - 1]
            lines, whole = _lines(page)
            cut += [] if whole else [number]
            characters += sum(len(text) for text, *_ in lines)
            pages.append([number, lines])
            page.close()
            number += 1
    return {"pages": pages, "cut": cut, "next": number if number <= last else 0}


def _lines(page: Any) -> tuple[list[tuple[str, list[float], float, float]], bool]:
    """The lines of a page, and whether they are all."""
    text = page.get_textpage()
    lines: list[tuple[str, list[float], float, float]] = []
    try:
        line: list[tuple[str, float, float, float, float]] = []
        count = text.count_chars()
        for at in range(min(count, _MOST_OF_A_PAGE)):
            character = _character(text, at)
            if character in "\r\n" or len(line) >= _LONGEST_LINE:
                lines += _whole(line)
                line = []
            if character not in "\r\n" and (box := _box(page, text, at, line)) is not None:
                line.append((character, *box))
        lines += _whole(line)
        return lines, count <= _MOST_OF_A_PAGE
    finally:
        text.close()


def _character(text: Any, at: int) -> str:
    import pypdfium2.raw as raw

    code = raw.FPDFText_GetUnicode(text.raw, at)
    if code in (0xFFFE, 0xFFFF, 2):  # a hyphen at the end of a line, as PDFium marks it
        return "-"
    return chr(code) if 0 < code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"


def _box(
    page: Any, text: Any, at: int, before: list[tuple[str, float, float, float, float]]
) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom as one sees the page; a space that nobody wrote lies after the character before it."""
    import pypdfium2 as pdfium

    try:
        left, low, right, high = text.get_charbox(at, loose=True)
    except pdfium.PdfiumError:
        return (before[-1][3], before[-1][2], before[-1][3], before[-1][4]) if before else None
    if right <= left or high <= low:
        return (before[-1][3], before[-1][2], before[-1][3], before[-1][4]) if before else None
    corners = [_seen(page, x, y) for x in (left, right) for y in (low, high)]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(down), max(across), max(down)


def _seen(page: Any, x: float, y: float) -> tuple[float, float]:
    """A point of the page, whatever way it lies and however it is cropped, in per mille of what is shown."""
    import pypdfium2.raw as raw

    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, _FINE, _FINE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return tuple(min(max(value.value * 1000 / _FINE, 0.0), 1000.0) for value in (across, down))  # type: ignore[return-value]


def _whole(line: list[tuple[str, float, float, float, float]]) -> Iterator[tuple[str, list[float], float, float]]:
    if not "".join(character for character, *_ in line).strip():
        return
    edges = [round(value, 2) for _, left, _, right, _ in line for value in (left, right)]
    yield (
        "".join(character for character, *_ in line),
        edges,
        round(min(top for _, _, top, _, _ in line), 2),
        round(max(bottom for *_, bottom in line), 2),
    )
