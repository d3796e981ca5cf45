"""OpenDocument (ISO/IEC 26300), zipped or flat: fields, formulas, changes nobody accepted, comments, what is hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from preserve.ingest.office_files.cells import Area, areas, letters_of, names_other_file, ranges, what_recalculates
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.xml_parts import Edit, Part

_FIELDS = frozenset(
    f"text:{word}"
    for word in (
        *("date", "time", "file-name", "author-name", "author-initials", "template-name", "user-defined"),
        *("creation-date", "creation-time", "modification-date", "modification-time", "print-date", "print-time"),
        *("printed-by", "creator", "initial-creator", "editing-cycles", "editing-duration", "title", "subject"),
        *("keywords", "description", "expression", "conditional-text", "database-display", "database-name"),
        *("dde-connection", "user-field-get", "variable-get", "sender-firstname", "sender-lastname"),
        *("sender-initials", "sender-title", "sender-position", "sender-email", "sender-company", "sender-city"),
        *("sender-phone-private", "sender-phone-work", "sender-fax", "sender-street", "sender-country"),
        *("sender-postal-code", "sender-state-or-province"),
    )
)
_NAME = re.compile(r"^(</?(?:[\w.-]+:)?)[\w.-]+")
_FORMULA = re.compile(r"""\s[\w.-]+:formula\s*=\s*("[^"]*"|'[^']*')""")
_TODAY = re.compile(r"""(:source\s*=\s*)("current-date"|'current-date')""")
_GAPS = re.compile(r"""(:text-autospace\s*=\s*)("[^"]*"|'[^']*')""")
_STAND_IN = re.compile(r"[0/.:?\-\s]*")  # what LibreOffice writes for a field whose value it leaves open
_SHOWN = 300
_MOST_CELLS = 200_000
_BOXES = ("draw:frame", "draw:custom-shape")
_REPEATED = 1 << 20


def _span(raw: str) -> str:
    """A field becomes the words that were saved in it."""
    return _NAME.sub(r"\1span", raw)


def _without_formula(raw: str) -> str:
    return _FORMULA.sub("", raw)


def _no_day(raw: str) -> str:
    return _TODAY.sub(r'\1"fixed"', raw)


def _close_set(raw: str) -> str:
    return _GAPS.sub(r'\1"none"', raw)


@dataclass(slots=True)
class Styles:
    """The styles that hide what has them, by what they hide."""

    text: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    slides: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Table:
    name: str = ""
    hidden: bool = False
    printed: list[Area] = field(default_factory=list)
    unprinted: bool = False
    row: int = 0
    column: int = 0
    columns: int = 0
    hidden_row: bool = False
    repeated_row: int = 1
    place: str = ""
    is_text: bool = False
    repeated_cell: int = 1
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    rows_told: set[int] = field(default_factory=set)
    columns_told: set[int] = field(default_factory=set)


def _count(values: dict[str, str], name: str) -> int:
    number = values.get(name, "1")
    return min(_REPEATED, max(1, int(number))) if number.isdigit() and len(number) < 9 else 1


class OpenPart(Part):
    """Content or styles; `remarks` are filled, `edits` hold fields and formulas as they were saved."""

    def __init__(self, remarks: Remarks, styles: Styles) -> None:
        super().__init__()
        self._remarks, self._styles = remarks, styles
        self.gaps: list[Edit] = []
        """Where gaps between Chinese and digits are asked for: without them days are found as they were written."""
        self.cells: list[tuple[str, str, bool]] = []
        """Place, words and whether they are text, of the cells that are to be seen; the first of them at least."""
        self._style = ""
        self._tables: list[_Table] = []
        self._kept: dict[int, str] = {}  # what is collected, by the depth of the element that it is collected for
        self._page = ""
        self._author = ""

    def start(self, name: str, values: dict[str, str]) -> None:
        """Note what begins."""
        space = name.partition(":")[0]
        if name == "style:style":
            self._style = values.get("style:name", "")
        elif space == "style":
            self._hiding_style(name, values)
        elif space == "table":
            self._table(name, values)
        elif name in _FIELDS and values.get("text:fixed", "false") != "true":
            self.change_tag(_span)
            self._collect()
        elif name == "presentation:date-time-decl" and values.get("presentation:source") == "current-date":
            self._remarks.add("field-empty", "date-time")
            self.change_tag(_no_day)
        else:
            self._others(name, values)

    def _collect(self) -> None:
        self._kept[len(self.path)] = ""

    def _hiding_style(self, name: str, values: dict[str, str]) -> None:
        if name == "style:text-properties" and values.get("text:display") == "none":
            self._styles.text.add(self._style)
        elif name == "style:table-properties" and values.get("table:display") == "false":
            self._styles.tables.add(self._style)
        elif name == "style:paragraph-properties" and "style:text-autospace" in values:
            start = self.place
            self.after_this(lambda end: self.gaps.append(Edit(start, end, _close_set)))
        elif name == "style:drawing-page-properties" and values.get("presentation:visibility") == "hidden":
            self._styles.slides.add(self._style)

    def _others(self, name: str, values: dict[str, str]) -> None:
        style = values.get("text:style-name", "")
        if name in ("office:annotation", "office:change-info", "dc:creator") or self._is_note(name, values):
            self._collect()
            self._author = "" if name != "dc:creator" else self._author
        elif name in ("text:hidden-text", "text:hidden-paragraph"):
            self._remarks.add("hidden-text", values.get("text:string-value", ""))
        elif name == "text:section" and values.get("text:display", "true") != "true":
            self._remarks.add("hidden-text", values.get("text:name", ""))
        elif name in ("text:p", "text:h", "text:span") and style in self._styles.text:
            self._collect()
        elif name == "draw:page":
            self._page = values.get("draw:name", "")
            if values.get("draw:style-name", "") in self._styles.slides:
                self._remarks.add("hidden-slide", self._page)
        elif name in ("draw:object", "draw:object-ole", "draw:plugin", "draw:applet", "draw:floating-frame"):
            self._remarks.add("embedded", values.get("xlink:href", ""))
        elif name in ("text:section-source", "office:dde-source"):
            self._remarks.add("link", values.get("xlink:href", "") or values.get("office:dde-topic", ""))
        elif name == "draw:image" and "://" in values.get("xlink:href", ""):
            self._remarks.add("link", values["xlink:href"])
        elif name == "draw:control":
            self._remarks.add("embedded", "control")

    def _is_note(self, name: str, values: dict[str, str]) -> bool:
        place = values.get("presentation:class", "")
        return (
            name in _BOXES
            and "presentation:notes" in self.path
            and place not in ("header", "footer", "date-time", "page-number")
        )

    def _table(self, name: str, values: dict[str, str]) -> None:
        if name == "table:table":
            self._begin_table(values)
        elif not self._tables:
            return
        table = self._tables[-1]
        if name == "table:table-column":
            first, table.columns = table.columns + 1, table.columns + _count(values, "table:number-columns-repeated")
            if values.get("table:visibility", "visible") != "visible":
                table.hidden_columns.append((first, table.columns))
        elif name == "table:table-row":
            table.row, table.column = table.row + 1, 0
            table.repeated_row = _count(values, "table:number-rows-repeated")
            table.hidden_row = values.get("table:visibility", "visible") != "visible"
        elif name in ("table:table-cell", "table:covered-table-cell"):
            table.column += 1
            table.repeated_cell = _count(values, "table:number-columns-repeated")
            self._cell(table, values)
        elif name in ("table:cell-range-source", "table:table-source"):
            self._remarks.add("link", f"{table.name} {values.get('xlink:href', '')}")

    def _begin_table(self, values: dict[str, str]) -> None:
        table = _Table(values.get("table:name", ""))
        table.hidden = values.get("table:style-name", "") in self._styles.tables
        table.printed = areas(values.get("table:print-ranges", ""))
        table.unprinted = values.get("table:print", "true") == "false"
        if table.hidden:
            self._remarks.add("hidden-sheet", table.name)
        elif table.unprinted:
            self._remarks.add("outside-print-range", table.name)
        self._tables.append(table)

    def _cell(self, table: _Table, values: dict[str, str]) -> None:
        where = f"{table.name}!{letters_of(table.column)}{table.row}"
        table.place = ""
        if formula := values.get("table:formula", ""):
            function, saved = what_recalculates(formula), bool(values.get("office:value-type"))
            if names_other_file(formula):
                self._remarks.add("link", where)
            if saved:
                self.change_tag(_without_formula)
            if function or not saved:
                self._remarks.add("formula-frozen" if saved else "formula-live", f"{where} {function}".strip())
        if not values.get("office:value-type") or table.hidden or table.unprinted:
            return
        if table.hidden_row and len(table.rows_told) < 10_000:
            table.rows_told.add(table.row)
        if hidden := any(first <= table.column <= last for first, last in table.hidden_columns):
            table.columns_told.add(table.column)
        outside = table.printed and not any(area.has(table.column, table.row) for area in table.printed)
        if table.hidden_row or hidden:
            return
        if outside:
            self._remarks.add("outside-print-range", where)
        elif len(self.cells) < _MOST_CELLS:
            table.place, table.is_text = where, values.get("office:value-type") == "string"
            self._collect()

    def text(self, data: str) -> None:
        """The words of whatever is being collected; those of a comment are not its surroundings'."""
        if not self._kept:
            return
        inner = [max(self._kept)] if "office:annotation" in self.path else list(self._kept)
        for depth in inner:
            if len(self._kept[depth]) < _SHOWN:
                self._kept[depth] += data

    def end(self, name: str) -> None:
        """Note what ends."""
        collected = self._kept.pop(len(self.path), None)
        words = (collected or "").strip()
        if name in _FIELDS:
            if collected is not None:
                self._field_ends(name[5:], words)
        elif name == "dc:creator":
            self._author = words
        elif name == "office:change-info":
            self._remarks.add("tracked-change", self._author)
        elif name == "office:annotation":
            self._remarks.add("comment", f"{self._author} {words}".strip())
        elif name in _BOXES and words.strip("*<>#number "):
            self._remarks.add("speaker-notes", f"{self._page} {words}")
        elif name in ("text:p", "text:h", "text:span") and words:
            self._remarks.add("hidden-text", words)
        elif name == "table:table" and self._tables:
            self._table_ends(self._tables.pop())
        elif name in ("table:table-cell", "table:covered-table-cell") and self._tables:
            table = self._tables[-1]
            table.column += table.repeated_cell - 1
            if table.place and words:
                self.cells.append((table.place, words, table.is_text))
            table.place = ""
        elif name == "table:table-row" and self._tables:
            self._tables[-1].hidden_row = False
            self._tables[-1].row += self._tables[-1].repeated_row - 1

    def _field_ends(self, name: str, words: str) -> None:
        self.change_tag(_span)
        saved = not _STAND_IN.fullmatch(words)
        self._remarks.add("field-frozen" if saved else "field-empty", f"{name}: {words}" if saved else name)

    def _table_ends(self, table: _Table) -> None:
        if table.rows_told:
            words = f"{table.name} {ranges(list(table.rows_told))}"
            self._remarks.add("hidden-rows", words, len(table.rows_told))
        if table.columns_told:
            words = f"{table.name} {ranges(list(table.columns_told), letters=True)}"
            self._remarks.add("hidden-columns", words, len(table.columns_told))
