"""The tables of a plain export: cases and files, as xlsx for people and as CSV for whatever reads in thirty years."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any

from preserve.messages import say
from storage_adapters.medium_errors import on_medium

WORKBOOK, CASES, FILES = "catalogue.xlsx", "cases.csv", "files.csv"
_MOST_ROWS = 1_000_000  # of a sheet; the format ends at 1,048,576
_LONGEST = 32_000  # characters of a cell; the format ends at 32,767


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case; `folder` is where it lies below the export."""

    case_number: str
    archival_number: str
    title: str
    cause: str
    producer: str
    started: str
    closed: str
    retention: str
    classification: str
    files: int
    folder: str
    objid: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """One original: the name it came with, what it is, and where it lies below the export. Size in bytes."""

    case_number: str
    name: str
    kind: str
    title: str
    date: str
    format: str
    size: int
    sha256: str
    path: str


def write_tables(folder: Path, lines: Iterable[tuple[CaseLine, list[FileLine]]]) -> None:
    """Write the workbook and both CSV files as the lines come; nothing of them is kept in memory."""
    import xlsxwriter

    # Rows go to disk one by one: text that begins with `=` stays text, and no name becomes a link.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with on_medium(folder), ExitStack() as opened:
        book = opened.enter_context(xlsxwriter.Workbook(str(folder / WORKBOOK), options))
        cases = _Table(book, "cases", CaseLine, _csv(opened, folder / CASES))
        files = _Table(book, "files", FileLine, _csv(opened, folder / FILES))
        for case, of_it in lines:
            cases.add(case)
            for file in of_it:
                files.add(file)


def _csv(opened: ExitStack, path: Path) -> IO[str]:
    return opened.enter_context(path.open("w", encoding="utf-8-sig", newline=""))


class _Table:
    """One table, as sheets of a workbook and as CSV."""

    def __init__(self, book: Any, name: str, kind: type, out: IO[str]) -> None:
        self._book, self._name = book, name
        self._columns = [column.name for column in fields(kind)]
        self._csv = csv.writer(out)
        heads = [say(f"exporting.column-{name}") for name in self._columns]
        self._csv.writerow(heads)
        self._heads, self._sheets, self._row = heads, 0, _MOST_ROWS

    def _next_sheet(self) -> None:
        self._sheets += 1
        name = say(f"exporting.sheet-{self._name}")
        self._sheet = self._book.add_worksheet(name if self._sheets == 1 else f"{name} {self._sheets}")
        for column, head in enumerate(self._heads):
            self._sheet.write_string(0, column, head)
        self._sheet.freeze_panes(1, 0)
        self._row = 1

    def add(self, line: Any) -> None:
        """One row."""
        if self._row >= _MOST_ROWS:
            self._next_sheet()
        values = [getattr(line, name) for name in self._columns]
        self._csv.writerow([_harmless(value) for value in values])
        for column, value in enumerate(values):
            if isinstance(value, int):
                self._sheet.write_number(self._row, column, value)
            else:
                self._sheet.write_string(self._row, column, value[:_LONGEST])
        self._row += 1


def _harmless(value: object) -> object:
    """A text that a spreadsheet would reckon with is shown as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
