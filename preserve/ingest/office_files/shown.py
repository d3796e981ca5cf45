"""What of a workbook's visible cells is found in the PDF made of it: the rest is cut, or shown as ###."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.values import Workbook

_MOST_CHARACTERS = 4 << 20
_SHORTEST = 2
_MOST_MISSED = 200
_CUT = "###"


def cells_of(workbook: Path) -> Iterator[tuple[str, str, bool]]:
    """Place, words and whether it is text, of each cell that is to be seen. Raises what zipfile and lxml raise."""
    with Workbook(workbook) as book:
        for sheet in book.sheets:
            for row in () if sheet.hidden else book.rows(sheet):
                yield from ((f"{sheet.name}!{one.cell}", one.shown, one.text) for one in row if not one.hidden)


def compare(cells: Iterable[tuple[str, str, bool]], pdf: Path, remarks: Remarks) -> None:
    """Add the cells whose words are not in the PDF. Raises what pypdfium2 raises."""
    words = _words(pdf)
    if words is None:
        remarks.add("not-looked-through", pdf.suffix)
        return
    named = {place for kind in ("outside-print-range", "hidden-text") for place in remarks.places.get(kind, ())}
    page = _Page(words)
    sharps = words.count(_CUT)
    for place, shown, text in cells:
        here = "".join(shown.split())
        sharps -= here.count(_CUT)
        if text and len(here) >= _SHORTEST and place not in named and not page.has(here):
            remarks.add("cut-text", place)
            if page.missed > _MOST_MISSED:
                break
    if sharps > 0:
        remarks.add("cut-text", f"{_CUT} × {sharps}", sharps)


class _Page:
    """Words in the order of the page, in which cells are mostly found one after the other."""

    def __init__(self, words: str) -> None:
        self._words, self._place = words, 0
        self.missed = 0

    def has(self, words: str) -> bool:
        place = self._words.find(words, self._place, self._place + 4096)
        place = place if place >= 0 else self._words.find(words)
        if place < 0:
            self.missed += 1
            return False
        self._place = max(0, place - 64)
        return True


def _words(path: Path) -> str | None:
    """All its words without blanks; None where there are too many to hold."""
    import pypdfium2

    pieces: list[str] = []
    length = 0
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            layer: Any = page.get_textpage()
            piece = "".join(layer.get_text_bounded().replace("\ufffe", "").split())
            layer.close()
            page.close()
            length += len(piece)
            if length > _MOST_CHARACTERS:
                return None
            pieces.append(piece)
    return "".join(pieces)
