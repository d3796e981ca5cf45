"""The forms as PDF/A-2b, and the same rows as workbooks; long lists in files of so many rows each, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from preserve.administration.file_forms.profile import Form
from preserve.administration.file_forms.wording import heads_of, title_of_form
from preserve.messages import language, say
from preserve.typesetting import set_pdf, setting_by
from preserve.visible_text import visible
from preserve.work import answer, executor

_TEMPLATE = Path(__file__).parent / "form.typ"
_TALL = frozenset({"situation"})
_CENTRED = frozenset(
    {
        *("order", "date", "page", "pages", "pieces", "count", "retention", "kept", "secrecy"),
        *("volume-number", "fonds-number", "year", "amount", "closed"),
    }
)
_TAGGED = 1000
"""Rows up to which a PDF is tagged for screen readers: the tags of a long list are larger than the list."""
_FEW = 500
"""Rows up to which a list is set where it is asked for."""
_LONGEST_CELL = 32_000  # characters that a workbook takes
_MOST_ROWS = 1_000_000  # of a sheet of a workbook, with its heads


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form filled in: pairs of heading and value that stand once, and rows of as many cells as it has columns."""

    form: Form
    facts: tuple[tuple[str, str], ...] = ()
    rows: Iterable[tuple[str, ...]] = field(default=())
    under: str = ""

    @property
    def title(self) -> str:
        """What stands over it."""
        return title_of_form(self.form)


def as_pdf(sheets: Sequence[Sheet], title: str, author: str, moment: datetime) -> bytes:
    """Filled-in forms as one PDF/A-2b, each on pages of its own size. Raises ToolMissing where no font is."""
    told = [_told(sheet, author) for sheet in sheets]
    content = {"title": title, "author": author, "lang": language(), "sheets": told}
    rows = sum(len(one["rows"]) for one in told)
    with setting_by(_apart) if rows > _FEW else nullcontext():
        return set_pdf(_TEMPLATE, content, moment, tagged=rows <= _TAGGED)


def _apart(work: Callable[..., bytes], *arguments: object) -> bytes:
    """In a process of its own: the typesetter keeps what it set, 80 MB a thousand rows, until its process ends."""
    with executor(1) as pool:
        return answer(pool, work, *arguments)


def _told(sheet: Sheet, author: str) -> dict[str, Any]:
    form = sheet.form
    facts = [(say(f"forms.head-{name}"), value, name in _TALL) for name, value in sheet.facts]
    return {
        "title": sheet.title,
        "under": sheet.under,
        "paper": form.paper,
        "facts": facts,
        "longest": max((len(value) for _, value in sheet.facts), default=0),
        "heads": heads_of(form),
        "widths": [column.width for column in form.columns],
        "aligned": ["center" if column.name in _CENTRED else "left" for column in form.columns],
        "rows": list(sheet.rows) if form.columns else [],
        "signers": [say(f"forms.signer-{name}") for name in form.signers],
        "foot": author,
    }


def in_parts(sheet: Sheet, rows_a_file: int) -> Iterator[Sheet]:
    """The same form with at most so many rows each; rows are read as they are needed. One that has none is one part."""
    waiting, number = iter(sheet.rows), 0
    while rows := tuple(islice(waiting, rows_a_file)):
        number += 1
        yield Sheet(sheet.form, sheet.facts, rows, _under(sheet.under, number))
    if number == 0:
        yield Sheet(sheet.form, sheet.facts, (), sheet.under)


def _under(under: str, number: int) -> str:
    return under if number == 1 else "　".join(filter(None, (under, say("forms.part", number=number))))


class Workbook:
    """Rows written to a workbook one by one: a row is on the disk before the next comes. No text becomes a formula."""

    def __init__(self, path: Path, sheet: Sheet, moment: datetime) -> None:
        import xlsxwriter  # here, for it takes a tenth of a second, and lists need no workbook

        self._sheet = sheet
        settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), settings)
        self._book.set_properties({"created": moment.replace(tzinfo=None)})
        self._bold = self._book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"})
        self._plain = self._book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
        self._large = self._book.add_format({"bold": True, "font_size": 16})
        self.rows = 0
        self._begin()

    def _begin(self) -> None:
        form = self._sheet.form
        self._page = self._book.add_worksheet()
        columns = form.columns
        for place, column in enumerate(columns):
            self._page.set_column(place, place, max(6, column.width * 1.6))
        if not columns:
            self._page.set_column(0, 0, 18)
            self._page.set_column(1, 1, 80)
        self._page.write_string(0, 0, self._sheet.title, self._large)
        self._line = 1
        for name, value in self._sheet.facts:
            self._page.write_string(self._line, 0, say(f"forms.head-{name}"), self._bold)
            self._page.write_string(self._line, 1, _cell(value), self._plain)
            self._line += 1
        self._write(heads_of(form), self._bold)

    def _write(self, cells: Sequence[str], style: Any) -> None:
        for place, value in enumerate(cells):
            self._page.write_string(self._line, place, _cell(value), style)
        self._line += bool(cells)

    def add(self, cells: Sequence[str]) -> None:
        """One row; a sheet that is full goes on in another."""
        if self._line >= _MOST_ROWS:
            self._begin()
        self._write(cells, self._plain)
        self.rows += 1

    def close(self) -> None:
        """The last lines, and the file is whole."""
        for name in self._sheet.form.signers:
            self._line += 1
            self._page.write_string(self._line, 0, say(f"forms.signer-{name}"), self._plain)
        self._book.close()


def _cell(value: str) -> str:
    return visible(value, keep="\n")[:_LONGEST_CELL]
