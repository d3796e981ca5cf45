"""Workbooks in Office Open XML: what recalculates, what is hidden, what the page leaves out."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, unescape

from preserve.ingest.office_files.cells import (
    held_header,
    is_nothing,
    is_on,
    letters_of,
    names_other_file,
    place_of,
    ranges,
    what_recalculates,
)
from preserve.ingest.office_files.packages import Relation, relations
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.word import CommentsPart
from preserve.ingest.office_files.workbook import FormatsPart, Sheet, WorkbookPart
from preserve.ingest.office_files.xml_parts import Edit, Part

_HEADERS = frozenset(f"s:{which}{place}" for which in ("odd", "even", "first") for place in ("Header", "Footer"))


@dataclass(slots=True)
class _Cell:
    place: str = ""
    column: int = 0
    style: int = 0
    has_value: bool = False
    formula: str = ""
    group: str = ""
    start: int = -1
    end: int = -1


@dataclass(slots=True)
class _Hidden:
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    ranges: list[tuple[int, int]] = field(default_factory=list)


class SheetPart(Part):
    """One sheet; `edits` leave each formula's last saved result in place of the formula."""

    def __init__(self, remarks: Remarks, sheet: Sheet, unseen: frozenset[int]) -> None:
        super().__init__()
        self._remarks, self._sheet, self._unseen = remarks, sheet, unseen
        self._hidden = _Hidden()
        self._row, self._hidden_row = 0, False
        self._cell = _Cell()
        self._header, self._header_start = "", -1
        self._live: set[str] = set()
        self._shared: dict[str, list[tuple[int, int]]] = {}

    def start(self, name: str, values: dict[str, str]) -> None:
        """Note what begins."""
        if name == "s:c":
            column, row = place_of(values.get("r", ""))
            self._row = row or self._row
            column = column or self._cell.column + 1
            style = int(values["s"]) if values.get("s", "").isdigit() else 0
            self._cell = _Cell(f"{letters_of(column)}{self._row}", column, style)
        elif name == "s:f":
            self._cell.start, self._cell.group = self.place, values.get("si", "")
        elif name == "s:row":
            self._row = int(values["r"]) if values.get("r", "").isdigit() else self._row + 1
            self._hidden_row = is_on(values.get("hidden")) or is_nothing(values.get("ht"))
            self._cell = _Cell()
        elif name == "s:col":
            self._columns(values)
        elif name in _HEADERS:
            self._header = ""
            self.after_this(self._header_begins)
        elif name in ("s:oleObject", "s:control"):
            self._remarks.add("embedded", f"{self._sheet.name} {values.get('progId', '')}")

    def _columns(self, values: dict[str, str]) -> None:
        first, last = values.get("min", ""), values.get("max", "")
        hidden = is_on(values.get("hidden")) or is_nothing(values.get("width"))
        if hidden and first.isdigit() and last.isdigit() and len(self._hidden.ranges) < 1000:
            self._hidden.ranges.append((int(first), int(last)))

    def _header_begins(self, place: int) -> None:
        self._header_start = place

    def text(self, data: str) -> None:
        """Formulas, values and headers."""
        last = self.path[-1] if self.path else ""
        if last == "s:f":
            self._cell.formula += data if len(self._cell.formula) < 8192 else ""
        elif last == "s:t" and data.strip():
            self._cell.has_value = True
        elif last in _HEADERS:
            self._header += data if len(self._header) < 4096 else ""

    def end(self, name: str) -> None:
        """Note what ends."""
        if name == "s:f":
            self.after_this(self._formula_ends)
        elif name == "s:v":
            self._cell.has_value = True
        elif name == "s:c":
            self._cell_ends()
        elif name in _HEADERS:
            self._header_ends()
        elif name == "s:worksheet":
            self._sheet_ends()

    def _formula_ends(self, place: int) -> None:
        self._cell.end = place

    def _cell_ends(self) -> None:
        cell, where = self._cell, f"{self._sheet.name}!{self._cell.place}"
        if cell.start >= 0:
            self._formula(where)
        if not cell.has_value or self._sheet.hidden:
            return
        if self._hidden_row and len(self._hidden.rows) < 10_000:
            self._hidden.rows.add(self._row)
        hidden_column = any(first <= cell.column <= last for first, last in self._hidden.ranges)
        if hidden_column:
            self._hidden.columns.add(cell.column)
        if self._hidden_row or hidden_column:
            return
        if cell.style in self._unseen:
            self._remarks.add("hidden-text", where)
        if self._sheet.printed and not any(area.has(cell.column, self._row) for area in self._sheet.printed):
            self._remarks.add("outside-print-range", where)

    def _formula(self, where: str) -> None:
        cell = self._cell
        function = what_recalculates(cell.formula)
        if names_other_file(cell.formula):
            self._remarks.add("link", where)
        if not cell.has_value:
            self._live.add(cell.group)
            self._remarks.add("formula-live", f"{where} {function}".strip())
            return
        if function:
            self._remarks.add("formula-frozen", f"{where} {function}")
        if cell.group:
            self._shared.setdefault(cell.group, []).append((cell.start, cell.end))
        else:
            self.change(cell.start, cell.end, _nothing)

    def _header_ends(self) -> None:
        _, codes = held_header(self._header)
        if codes:
            self._remarks.add("field-empty", f"{self._sheet.name} {self.path[-1][2:]} {' '.join(codes)}")
            self.change(self._header_start, self.place, _held)

    def _sheet_ends(self) -> None:
        for group, places in self._shared.items():
            for start, end in places if group not in self._live else ():
                self.change(start, end, _nothing)
        if rows := self._hidden.rows:
            self._remarks.add("hidden-rows", f"{self._sheet.name} {ranges(list(rows))}", len(rows))
        if columns := self._hidden.columns:
            words = f"{self._sheet.name} {ranges(list(columns), letters=True)}"
            self._remarks.add("hidden-columns", words, len(columns))


def _nothing(_: str) -> str:
    return ""


def _held(raw: str) -> str:
    return escape(held_header(unescape(raw))[0])


def look_through(archive: zipfile.ZipFile, main: str, remarks: Remarks) -> dict[str, list[Edit]]:
    """What is to be said of a workbook, whose main part is `main`, and the edits that hold it as it was saved."""
    known = relations(archive, main)
    book, formats = WorkbookPart(), FormatsPart()
    with archive.open(main) as stream:
        book.read(stream)
    for relation in known:
        if relation.kind == "styles" and relation.target in archive.namelist():
            with archive.open(relation.target) as stream:
                formats.read(stream)
    targets = {relation.identifier: relation for relation in known}
    edits: dict[str, list[Edit]] = {}
    for sheet in book.sheets:
        if sheet.hidden:
            remarks.add("hidden-sheet", sheet.name)
        place = targets.get(sheet.relation)
        if place is not None and place.target in archive.namelist():
            edits[place.target] = _sheet(archive, place, sheet, remarks, frozenset(formats.unseen))
    return edits


def _sheet(
    archive: zipfile.ZipFile, relation: Relation, sheet: Sheet, remarks: Remarks, unseen: frozenset[int]
) -> list[Edit]:
    part = SheetPart(remarks, sheet, unseen)
    with archive.open(relation.target) as stream:
        part.read(stream)
    comments = relations(archive, relation.target)
    threaded = any(one.kind == "threadedComment" for one in comments)
    for other in comments:
        if other.kind == ("threadedComment" if threaded else "comments") and other.target in archive.namelist():
            noted = CommentsPart(remarks, sheet.name + "!")
            with archive.open(other.target) as stream:
                noted.read(stream)
    return part.edits
