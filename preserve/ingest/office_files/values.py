"""The values of a workbook in Office Open XML, cell by cell as its parts have them, whatever it says of its extent."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lxml import etree

from preserve.ingest.office_files.cells import is_nothing, is_on, letters_of, place_of
from preserve.ingest.office_files.packages import Relation, relations
from preserve.ingest.office_files.workbook import Sheet, WorkbookPart

_MOST_SHARED = 64 << 20  # characters of shared strings held; those beyond are not known


@dataclass(frozen=True, slots=True)
class Value:
    """What one cell shows; `text`: it is words and no number; `hidden`: its row or column is not shown."""

    cell: str
    shown: str
    text: bool
    hidden: bool = False


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _parse(stream: IO[bytes], *wanted: str) -> Iterator[etree._Element]:
    """Each wanted element at its end; everything read is let go."""
    tags = tuple(f"{{*}}{name}" for name in wanted)
    for _, element in etree.iterparse(
        stream, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    ):
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _words(element: etree._Element) -> str:
    """Runs of text, without the reading aids of Japanese."""
    found = []
    for child in element.iter("{*}t"):
        around = child.getparent()
        if around is None or _local(around) != "rPh":
            found.append(child.text or "")
    return "".join(found)


class _Book:
    """Shared strings and which formats are dates."""

    def __init__(self, archive: zipfile.ZipFile, known: list[Relation]) -> None:
        self.strings: list[str] = []
        self.dates: set[int] = set()
        self._archive, self._names = archive, frozenset(archive.namelist())
        for relation in known:
            if relation.target in self._names and relation.kind == "sharedStrings":
                self._read_strings(relation.target)
            elif relation.target in self._names and relation.kind == "styles":
                self._read_formats(relation.target)

    def _read_strings(self, part: str) -> None:
        length = 0
        with self._archive.open(part) as stream:
            for element in _parse(stream, "si"):
                words = _words(element) if length < _MOST_SHARED else ""
                length += len(words)
                self.strings.append(words)

    def _read_formats(self, part: str) -> None:
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

        own: dict[int, str] = {}
        with self._archive.open(part) as stream:
            for element in _parse(stream, "numFmt", "cellXfs"):
                if _local(element) == "numFmt":
                    number = element.get("numFmtId", "")
                    if number.isdigit():
                        own[int(number)] = element.get("formatCode", "")
                    continue
                for place, form in enumerate(element.iterchildren("{*}xf")):
                    number = form.get("numFmtId", "0")
                    known = int(number) if number.isdigit() else 0
                    chinese = 27 <= known <= 36 or 50 <= known <= 58  # dates where the system is Chinese
                    if (chinese and known not in own) or is_date_format(
                        own.get(known) or BUILTIN_FORMATS.get(known, "")
                    ):
                        self.dates.add(place)


def _day(number: float, *, early: bool) -> str:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH, from_excel

    try:
        return str(from_excel(number, CALENDAR_MAC_1904 if early else WINDOWS_EPOCH))
    except (ValueError, OverflowError, TypeError):
        return str(number)


def _hidden_columns(element: etree._Element) -> list[tuple[int, int]]:
    first, last = element.get("min", ""), element.get("max", "")
    if not (is_on(element.get("hidden")) or is_nothing(element.get("width"))):
        return []
    return [(int(first), int(last))] if first.isdigit() and last.isdigit() else []


class Workbook:
    """A workbook whose sheets are read one after the other. Use as a context; raises what zipfile and lxml raise."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        root = relations(self._archive, "")
        main = next((one.target for one in root if one.kind == "officeDocument"), "xl/workbook.xml")
        known = relations(self._archive, main)
        self._targets = {one.identifier: one.target for one in known}
        self._book = _Book(self._archive, known)
        part = WorkbookPart()
        with self._archive.open(main) as stream:
            part.read(stream)
        self._early = part.early
        self.sheets: list[Sheet] = part.sheets

    def __enter__(self) -> Workbook:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def rows(self, sheet: Sheet) -> Iterator[list[Value]]:
        """The cells that have a value, row by row. Nothing for a sheet whose part is not there."""
        target = self._targets.get(sheet.relation, "")
        if target not in self._archive.namelist():
            return
        number = 0
        hidden: list[tuple[int, int]] = []
        with self._archive.open(target) as stream:
            for element in _parse(stream, "row", "col"):
                if _local(element) == "col":
                    hidden += _hidden_columns(element)
                    continue
                place = element.get("r", "")
                number = int(place) if place.isdigit() else number + 1
                if values := list(self._cells(element, number, hidden)):
                    yield values

    def _cells(self, row: etree._Element, number: int, hidden: list[tuple[int, int]]) -> Iterator[Value]:
        column = 0
        hidden_row = is_on(row.get("hidden")) or is_nothing(row.get("ht"))
        for cell in row.iterchildren("{*}c"):
            column = place_of(cell.get("r", ""))[0] or column + 1
            shown, text = self._shown(cell)
            if shown:
                unseen = hidden_row or any(first <= column <= last for first, last in hidden)
                yield Value(f"{letters_of(column)}{number}", shown, text, unseen)

    def _shown(self, cell: etree._Element) -> tuple[str, bool]:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _words(cell), True
        value = cell.findtext("{*}v") or ""
        if kind == "s":
            number = int(value) if value.strip().isdigit() else -1
            return (self._book.strings[number] if 0 <= number < len(self._book.strings) else ""), True
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value.strip(), value), False
        if kind != "n":
            return value, kind == "str"
        style = cell.get("s", "")
        if value and style.isdigit() and int(style) in self._book.dates:
            try:
                return _day(float(value), early=self._early), False
            except ValueError:
                return value, False
        return value, False
