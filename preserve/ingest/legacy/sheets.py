"""The rows of a list as somebody keeps it, in a workbook or as text between commas: bounded, with what is merged."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers.expat import ParserCreate

from preserve.description.cells import lost, text_of_cell
from preserve.description.hostile import hostile
from preserve.description.sheets import letter
from preserve.errors import Refused, Stopped
from preserve.progress import check_stop

LARGEST = 64 << 20
"""Bytes of a list; one of a hundred thousand rows is smaller."""
MOST_ROWS = 200_000
MOST_COLUMNS = 60
MOST_SHEETS = 100
_MOST_EMPTY = 2000
_EPOCH = datetime.fromisoformat("1899-12-30")
_AREA = re.compile(r"^([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})$")
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a workbook of Excel 97 to 2003 begins."""
_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = ",\t;|"


class Area(NamedTuple):
    """Cells that were merged; rows from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


class TextCell(NamedTuple):
    """A cell that no workbook of today holds: of text between commas, or of an old workbook."""

    value: Any
    number_format: str = ""
    data_type: str = "s"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the program that made the list shows it, and its cells."""

    number: int
    cells: Sequence[Any]

    def text(self, column: int, name: str = "", epoch: datetime = _EPOCH) -> str:
        """What a cell says; `name` is the field of the schema that it is for, which decides how a number is read."""
        if column >= len(self.cells):
            return ""
        value = text_of_cell(name, self.cells[column], epoch)
        return "" if value is None else str(value).strip()

    def lost(self, column: int, name: str = "") -> str:
        """What a cell no longer says as it was typed; see `cells.lost`."""
        return lost(name, self.cells[column]) if column < len(self.cells) else ""


@dataclass(slots=True)
class Sheet:
    """One sheet; `rows` can be walked once, in order."""

    name: str
    rows: Iterator[Row]
    merged: tuple[Area, ...] = ()
    epoch: datetime = _EPOCH

    def place(self, number: int, column: int) -> str:
        """A cell as people name it."""
        return f"{self.name}!{letter(column)}{number}"


def read_sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of a list (xlsx, xls, csv, txt), one after the other. Raises Refused with the reason."""
    try:
        if path.stat().st_size > LARGEST:
            raise Refused("legacy.list-large", path.name, limit=LARGEST)
        data = path.read_bytes()
    except OSError as error:
        raise Refused("legacy.list-unreadable", path.name, reason=error.strerror or str(error)) from error
    suffix = path.suffix.lower()
    if suffix in (".csv", ".txt", ".tsv"):
        yield from _of_text(path, data)
    elif data.startswith(OLD):
        from preserve.ingest.legacy.old_workbook import read_old_sheets

        yield from read_old_sheets(path, data)
    elif suffix in (".xlsx", ".xlsm") or data.startswith(b"PK\x03\x04"):
        yield from _of_workbook(path, data)
    else:
        raise Refused("legacy.list-kind", path.name, kind=suffix or "—")


def _of_text(path: Path, data: bytes) -> Iterator[Sheet]:
    text = _decoded(path, data)
    if "\0" in text:
        raise Refused("legacy.list-kind", path.name, kind="NUL")
    first = next((line for line in text[:65_536].splitlines() if any(sign in line for sign in _DELIMITERS)), "")
    delimiter = max(_DELIMITERS, key=first.count)
    yield Sheet(path.name, _text_rows(path, text, delimiter))


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("legacy.list-encoding", path.name)


def _text_rows(path: Path, text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader, 1):
            if number > MOST_ROWS:
                raise Refused("legacy.list-rows", path.name, limit=MOST_ROWS)
            if not number % 1000:
                check_stop()
            yield Row(number, [TextCell(value or None) for value in row[:MOST_COLUMNS]])
    except csv.Error as error:
        raise Refused("legacy.list-damaged", path.name, reason=str(error)) from error


def _of_workbook(path: Path, data: bytes) -> Iterator[Sheet]:
    if findings := list(hostile(data)):
        raise Refused("legacy.list-refused", path.name, findings=tuple(findings))
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for sheet in book.worksheets[:MOST_SHEETS]:
                part = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
                yield Sheet(sheet.title, _rows(path, sheet), _merged(archive, part), book.epoch)
    except (Stopped, Refused):
        raise
    except Exception as error:  # the library raises many kinds on damaged files
        raise Refused("legacy.list-damaged", path.name, reason=repr(error)[:300]) from error


def _rows(path: Path, sheet: Any) -> Iterator[Row]:
    try:
        yield from _read_rows(path, sheet)
    except (Stopped, Refused):
        raise
    except Exception as error:  # as above: rows are read as they are walked
        raise Refused("legacy.list-damaged", path.name, reason=repr(error)[:300]) from error


def _read_rows(path: Path, sheet: Any) -> Iterator[Row]:
    empty = 0
    for number, cells in enumerate(sheet.iter_rows(min_row=1, max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS), 1):
        if number > MOST_ROWS:
            raise Refused("legacy.list-rows", path.name, limit=MOST_ROWS)
        if not number % 1000:
            check_stop()
        empty = 0 if any(cell.value is not None for cell in cells) else empty + 1
        if empty > _MOST_EMPTY:
            return
        yield Row(number, cells)


def _merged(archive: zipfile.ZipFile, part: str) -> tuple[Area, ...]:
    """The merged cells of a sheet, which stand behind its rows; how many there may be was counted before."""
    found: list[Area] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "mergeCell" and (area := _AREA.match(attributes.get("ref", ""))):
            found.append(Area(int(area[2]), _column(area[1]), int(area[4]), _column(area[3])))

    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = element
    if part in archive.namelist():
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    return tuple(found)


def _column(letters: str) -> int:
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - ord("A") + 1
    return number - 1
