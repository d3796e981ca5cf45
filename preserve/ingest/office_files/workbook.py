"""The sheets of a workbook in Office Open XML: which are hidden, what is printed, which formats show nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from preserve.ingest.office_files.cells import Area, areas, is_on
from preserve.ingest.office_files.xml_parts import Part


@dataclass(slots=True)
class Sheet:
    """A sheet as the workbook names it."""

    name: str
    relation: str
    hidden: bool = False
    printed: list[Area] = field(default_factory=list)


class WorkbookPart(Part):
    """The sheets, which are hidden, and what of each is printed."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[Sheet] = []
        self.early = False
        """Whether days are counted from 1904."""
        self._range = ""
        self._sheet = -1

    def start(self, name: str, values: dict[str, str]) -> None:
        """A sheet, or a name for an area."""
        if name == "s:sheet":
            hidden = values.get("state", "visible") != "visible"
            self.sheets.append(Sheet(values.get("name", ""), values.get("r:id", ""), hidden))
        elif name == "s:workbookPr":
            self.early = is_on(values.get("date1904"))
        elif name == "s:definedName":
            printed = values.get("name", "").lower() in ("_xlnm.print_area", "print_area")
            number = values.get("localSheetId", "")
            self._sheet, self._range = (int(number) if printed and number.isdigit() else -1), ""

    def text(self, data: str) -> None:
        """What the name stands for."""
        if self._sheet >= 0 and len(self._range) < 4096:
            self._range += data

    def end(self, name: str) -> None:
        """The area is known."""
        if name == "s:definedName" and 0 <= self._sheet < len(self.sheets):
            self.sheets[self._sheet].printed = areas(self._range)
            self._sheet = -1


class FormatsPart(Part):
    """The cell formats that show nothing: `;;;`, or white letters on no ground."""

    def __init__(self) -> None:
        super().__init__()
        self.unseen: set[int] = set()
        self._empty_numbers: set[str] = set()
        self._fonts: list[bool] = []
        self._fills: list[bool] = []
        self._format = -1

    def start(self, name: str, values: dict[str, str]) -> None:
        """Fonts and fills come before the formats that name them."""
        around = self.path[-2] if len(self.path) > 1 else ""
        if name == "s:numFmt" and re.fullmatch(r";{2,3}", values.get("formatCode", "")):
            self._empty_numbers.add(values.get("numFmtId", ""))
        elif name == "s:font" and around == "s:fonts":
            self._fonts.append(False)
        elif name == "s:color" and self._fonts and self.path[-3:-1] == ["s:fonts", "s:font"]:
            self._fonts[-1] = values.get("rgb", "").upper()[-6:] == "FFFFFF" or values.get("theme") == "0"
        elif name == "s:fill" and around == "s:fills":
            self._fills.append(False)
        elif name == "s:patternFill" and self._fills:
            self._fills[-1] = values.get("patternType", "none") != "none"
        elif name == "s:xf" and around == "s:cellXfs":
            self._format += 1
            if self._shows_nothing(values):
                self.unseen.add(self._format)

    def _shows_nothing(self, values: dict[str, str]) -> bool:
        white = _entry(self._fonts, values.get("fontId", ""))
        filled = _entry(self._fills, values.get("fillId", ""))
        return values.get("numFmtId") in self._empty_numbers or (white and not filled)


def _entry(rows: list[bool], number: str) -> bool:
    return number.isdigit() and int(number) < len(rows) and rows[int(number)]
