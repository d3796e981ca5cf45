"""Texts in Office Open XML: fields, changes nobody accepted, comments, what is hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from preserve.ingest.office_files.fields import is_filled_in, is_of_other_files, name_of
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.xml_parts import Part

_CHANGES = frozenset(
    f"w:{word}"
    for word in (
        *("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange"),
        *("sectPrChange", "tblGridChange", "tblPrExChange", "numberingChange", "cellIns", "cellDel", "cellMerge"),
    )
)
_DAYS = frozenset(("w:dayShort", "w:dayLong", "w:monthShort", "w:monthLong", "w:yearShort", "w:yearLong"))
_OFF = ("0", "false", "off")
_SHOWN = 40
HELD = "PRESERVED"
"""No program knows a field of this name, so that all show what it held."""


@dataclass(slots=True)
class _Field:
    instruction: str = ""
    shown: str = ""
    separated: bool = False
    codes: list[tuple[int, int]] = field(default_factory=list)


_CONTENT = re.compile(r"(?s)(<[^<>]*>).*")
_INSTRUCTION = re.compile(r"""(?s)(\binstr\s*=\s*)("[^"]*"|'[^']*')""")


def _held(raw: str) -> str:
    """The instruction that no program knows, in place of what stood in this element."""
    return _CONTENT.sub(rf"\1 {HELD} ", raw)


def _emptied(raw: str) -> str:
    return _CONTENT.sub(r"\1", raw)


def _held_tag(raw: str) -> str:
    return _INSTRUCTION.sub(rf'\1" {HELD} "', raw)


def _is_on(values: dict[str, str]) -> bool:
    return values.get("w:val", "true").lower() not in _OFF


class StylesPart(Part):
    """The styles whose text is hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: set[str] = set()
        self._style = ""

    def start(self, name: str, values: dict[str, str]) -> None:
        """Remember the style in which something stands."""
        if name == "w:style":
            self._style = values.get("w:styleId", "")
        elif name == "w:vanish" and self._style and _is_on(values):
            self.hidden.add(self._style)


class WordPart(Part):
    """The body, a header, footer or note; `remarks` are filled, `edits` hold each field as it was saved."""

    def __init__(self, remarks: Remarks, hidden_styles: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._remarks, self._hidden_styles = remarks, hidden_styles
        self._fields: list[_Field] = []
        self._simple: list[_Field] = []
        self._code = -1
        self._hidden_run = self._hidden_paragraph = False
        self._hidden = ""

    def start(self, name: str, values: dict[str, str]) -> None:
        """Note what begins."""
        if name == "w:fldChar":
            self._field_character(values.get("w:fldCharType", ""))
        elif name in ("w:instrText", "w:delInstrText"):
            self._code = self.place
        elif name == "w:fldSimple":
            self._simple.append(_Field(values.get("w:instr", "")))
            if is_filled_in(name_of(values.get("w:instr", ""))):
                self.change_tag(_held_tag)
        elif name in _DAYS:
            self._remarks.add("field-live", name[2:])
        elif name in _CHANGES:
            self._remarks.add("tracked-change", values.get("w:author", ""))
        elif name == "w:p":
            self._hidden_paragraph = False
        elif name == "w:r":
            self._hidden_run = False
        else:
            self._hiding(name, values)

    def _field_character(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].separated = True
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            if self._judge(ended):
                for number, (start, end) in enumerate(ended.codes):
                    self.change(start, end, _emptied if number else _held)

    def _judge(self, ended: _Field) -> bool:
        """Whether a field is to be held as it was saved; and what is to be said of it."""
        name = name_of(ended.instruction)
        if is_of_other_files(name):
            self._remarks.add("link", ended.instruction)
        if not is_filled_in(name):
            return False
        shown = ended.shown.strip()
        self._remarks.add("field-frozen" if shown else "field-empty", f"{name}: {shown}" if shown else name)
        return True

    def _hiding(self, name: str, values: dict[str, str]) -> None:
        if name == "w:vanish" and self.path[-3:-1] == ["w:r", "w:rPr"]:
            self._hidden_run = _is_on(values)
        elif name == "w:rStyle" and values.get("w:val") in self._hidden_styles:
            self._hidden_run = True
        elif name == "w:pStyle" and values.get("w:val") in self._hidden_styles:
            self._hidden_paragraph = True
        elif name == "o:OLEObject":
            self._remarks.add("embedded", values.get("ProgID", ""))
        elif name == "w:altChunk":
            self._remarks.add("embedded", "altChunk")
        elif name.rpartition(":")[2] == "docPr" and values.get("hidden", "").lower() in ("1", "true"):
            self._remarks.add("hidden-object", values.get("name", ""))

    def end(self, name: str) -> None:
        """Note what ends."""
        if name in ("w:instrText", "w:delInstrText") and self._code >= 0:
            if self._fields and not self._fields[-1].separated:
                self._fields[-1].codes.append((self._code, self.place))
            self._code = -1
        elif name in ("w:r", "w:p") and self._hidden:
            self._remarks.add("hidden-text", self._hidden)
            self._hidden = ""
        elif name == "w:fldSimple" and self._simple:
            self._judge(self._simple.pop())

    def text(self, data: str) -> None:
        """What a field says or shows, and what is hidden."""
        last = self.path[-1] if self.path else ""
        if last in ("w:instrText", "w:delInstrText"):
            if self._fields and len(self._fields[-1].instruction) < _SHOWN:
                self._fields[-1].instruction += data
        elif last in ("w:t", "w:delText"):
            for outer in (*(one for one in self._fields if one.separated), *self._simple):
                if len(outer.shown) < _SHOWN:
                    outer.shown += data
            if (self._hidden_run or self._hidden_paragraph) and len(self._hidden) < _SHOWN:
                self._hidden += data


class CommentsPart(Part):
    """Comments of any of the three programs, each named by its author and first words."""

    def __init__(self, remarks: Remarks, before: str = "") -> None:
        super().__init__()
        self._remarks, self._before = remarks, before
        self._place = ""
        self._words = ""

    def start(self, name: str, values: dict[str, str]) -> None:
        """A comment begins."""
        if name.rpartition(":")[2] in ("comment", "cm", "threadedComment"):
            self._place = values.get("ref", "") or values.get("w:author", "")
            self._words = ""

    def text(self, data: str) -> None:
        """Its words."""
        if self.path and self.path[-1].rpartition(":")[2] in ("t", "text") and len(self._words) < _SHOWN:
            self._words += data

    def end(self, name: str) -> None:
        """It ends."""
        if name.rpartition(":")[2] in ("comment", "cm", "threadedComment"):
            self._remarks.add("comment", f"{self._before}{self._place} {self._words}".strip())
