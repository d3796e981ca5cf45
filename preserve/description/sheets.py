"""Reads a case description from an xlsx workbook: rows and cells into plain data, each with its place."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from metadata.findings import Finding
from preserve.description import drafted_sheet
from preserve.description.cells import lost, text_of_cell
from preserve.description.drafted import settle
from preserve.description.hostile import hostile
from preserve.description.labels import CASE, CASE_SHEET, LEGACY, OF_RECORDINGS, RECORDINGS_SHEET, SHEETS
from preserve.errors import Stopped
from preserve.progress import check_stop

_MOST_ROWS = 200_000
_MOST_EMPTY = 1000
_OF_THE_FORM = ("case.row-", "case.column-")
"""What is wrong with the form itself: the rest of it is not worth telling."""


class Workbook(NamedTuple):
    """Plain data of the schema's shape, the cell of each field, and what is wrong with the workbook itself.

    Without data it cannot be read; with data what was found are cells that lost what somebody typed. `drafts`: what is
    to be said of values that a machine read; those that nobody said yes to are not in the data.
    """

    content: dict[str, Any]
    places: dict[str, str]
    findings: list[Finding]
    drafts: tuple[Finding, ...] = ()


def read_workbook(data: bytes) -> Workbook:
    """What a workbook says."""
    if findings := list(hostile(data)):
        return Workbook({}, {}, findings)
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001  the library raises many kinds on damaged files
        return Workbook({}, {}, [Finding("case.workbook-damaged", "", "refuse", {}, detail=repr(error))])
    if CASE_SHEET not in book.sheetnames:
        return Workbook({}, {}, [Finding("case.sheet-missing", "", "refuse", {"sheet": CASE_SHEET})])
    reading = _Reading(book.epoch)
    try:
        findings = [*reading.case(book[CASE_SHEET])]
        for field, (sheet, columns) in SHEETS.items():
            reading.content[field] = []
            if sheet in book.sheetnames:
                findings += reading.rows(book[sheet], sheet, field, columns)
        if RECORDINGS_SHEET in book.sheetnames:
            findings += reading.recordings(book[RECORDINGS_SHEET])
        answers = (
            drafted_sheet.read_sheet(book[drafted_sheet.SHEET]) if drafted_sheet.SHEET in book.sheetnames else None
        )
        drafts = settle(reading.content, reading.places, answers) if answers else []
    except Stopped:
        raise
    except Exception as error:  # noqa: BLE001
        return Workbook({}, {}, [Finding("case.workbook-damaged", "", "refuse", {}, detail=repr(error))])
    if any(finding.code.startswith(_OF_THE_FORM) for finding in findings):
        return Workbook({}, {}, findings)
    return Workbook(reading.content, reading.places, findings, tuple(drafts))


class _Reading:
    """Gathers what the sheets of one workbook say, and where each field stands."""

    def __init__(self, epoch: datetime) -> None:
        self.epoch = epoch
        self.content: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self._letters: dict[str, str] = {}

    def case(self, sheet: Any) -> Iterator[Finding]:
        """The sheet of fields that a case has once."""
        fields = {label: field for field, label in {**CASE, **LEGACY}.items()}
        for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=200, max_col=2), 1):
            label = _heading(row[0].value if row else None)
            if label in ("", "项目"):
                continue
            if label not in fields:
                yield Finding("case.row-unknown", f"{CASE_SHEET}!A{number}", "refuse", {"label": label})
                continue
            field = fields[label]
            if field in self.places:
                yield Finding("case.row-twice", f"{CASE_SHEET}!A{number}", "refuse", {"label": label})
            holder, _, name = field.rpartition(".")
            target = self.content.setdefault(holder, {}) if holder else self.content
            place = self.places[field] = f"{CASE_SHEET}!B{number}"
            if holder:
                self.places.setdefault(holder, place)
            if len(row) > 1:
                yield from self._cell(target, name, label, row[1], place)
        if not self.content.get("legacy", True):
            del self.content["legacy"]  # its rows are there and empty

    def rows(self, sheet: Any, title: str, field: str, columns: Mapping[str, str]) -> Iterator[Finding]:
        """A sheet of rows, each a new entry of `field`."""
        for values, cells, number in self._table(sheet, title, columns):
            if isinstance(values, Finding):
                yield values
                continue
            yield from cells
            if _unanswered(field, values):
                continue
            index = len(self.content[field])
            self.content[field].append(values)
            self._place(f"{field}.{index}", title, number)

    def recordings(self, sheet: Any) -> Iterator[Finding]:
        """The sheet of recordings: each row adds to the file that it names."""
        columns = {name: label for name, label in SHEETS["objects"][1].items() if name in ("file", *OF_RECORDINGS)}
        files = {_plain(item.get("file")): number for number, item in enumerate(self.content["objects"])}
        named = all("file" in item for item in self.content["objects"])
        for values, cells, number in self._table(sheet, RECORDINGS_SHEET, columns):
            if isinstance(values, Finding):
                yield values
                continue
            yield from cells
            place = f"{RECORDINGS_SHEET}!A{number}"
            if len(values) == 1 and "file" in values:
                continue
            index = files.get(_plain(values.get("file")))
            if index is None:
                if named:  # else it is a row of the files that lost its name, and that is said
                    file = str(values.get("file") or "")
                    yield Finding("case.recording-unlisted", place, "refuse", {"file": file})
                continue
            item = self.content["objects"][index]
            values.pop("file", None)
            for name, value in values.items():
                if name in item and item[name] != value:
                    where = f"{RECORDINGS_SHEET}!{self._letters[name]}{number}"
                    told = {"field": columns[name], "written": str(value)[:100], "other": str(item[name])[:100]}
                    yield Finding("case.written-twice", where, "refuse", told)
            item |= values
            self._place(f"objects.{index}", RECORDINGS_SHEET, number, keep=True)

    def _table(self, sheet: Any, title: str, columns: Mapping[str, str]) -> Iterator[Any]:
        """Each row that is not empty: its values, what is wrong with its cells, its number; or a finding alone."""
        names = {label: name for name, label in columns.items()}
        rows = sheet.iter_rows(min_row=1, max_row=_MOST_ROWS, max_col=40)
        headings = [_heading(cell.value) for cell in next(rows, ())]
        for place, heading in enumerate(headings):
            where = f"{title}!{letter(place)}1"
            if heading and heading not in names:
                yield Finding("case.column-unknown", where, "refuse", {"label": heading}), (), 1
            elif heading and heading in headings[:place]:
                yield Finding("case.column-twice", where, "refuse", {"label": heading}), (), 1
        self._letters = {names[heading]: letter(n) for n, heading in enumerate(headings) if heading in names}
        empty = 0
        for number, row in enumerate(rows, 2):
            if not number % 1000:
                check_stop()
            values: dict[str, Any] = {}
            findings: list[Finding] = []
            for place, (heading, cell) in enumerate(zip(headings, row, strict=False)):
                if heading in names and cell.value is not None:
                    where = f"{title}!{letter(place)}{number}"
                    findings += self._cell(values, names[heading], heading, cell, where)
            if values or findings:
                empty = 0
                yield values, findings, number
                continue
            empty += 1
            if empty > _MOST_EMPTY:
                break

    def _cell(self, target: dict[str, Any], name: str, label: str, cell: Any, place: str) -> Iterator[Finding]:
        if problem := lost(name, cell):
            yield Finding(f"case.cell-{problem}", place, "refuse", {"field": label, "written": str(cell.value)[:100]})
        value = text_of_cell(name, cell, self.epoch)
        if value is not None:
            target[name] = value

    def _place(self, path: str, title: str, number: int, *, keep: bool = False) -> None:
        self.places.setdefault(path, f"{title}!A{number}")
        for name, column in self._letters.items():
            key = f"{path}.{name}"
            if not (keep and name == "file"):
                self.places[key] = f"{title}!{column}{number}"


def _unanswered(field: str, values: Mapping[str, Any]) -> bool:
    """A row for a problem that names nobody and no reason was put there for a person who has not answered it."""
    return field == "acceptances" and not values.get("person") and not values.get("reason")


def _plain(file: Any) -> str:
    """A file's name in one form of Unicode, so that two ways of writing an accent are one name."""
    return unicodedata.normalize("NFC", str(file))


def _heading(value: Any) -> str:
    return str(value or "").strip().rstrip("*＊ ")


def letter(place: int) -> str:
    """The letters of a column, counted from 0."""
    return chr(ord("A") + place) if place < 26 else chr(ord("A") + place // 26 - 1) + chr(ord("A") + place % 26)
