"""Values that a machine read for the description: proposals, each with where it was read, that a person answers.

A proposal counts for nothing until somebody says yes to it: until then the value that stood there before it counts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from metadata.findings import Finding, Value
from preserve.description.labels import CASE, CASE_SHEET, SHEETS

CASE_ITSELF, SEEN = "case", "seen"
"""As a proposal's sheet: the fields that a case has once; and what was seen on a page and has no field."""
_BY = {"objects": "file", "parties": "name", "officers": "name"}
"""By which of its fields a row of a sheet is found again."""
_ALWAYS = {"role", "classification"}
"""Fields that alone make no row."""
SIGNED, STAMPED = "signature", "seal"
LABELS = {"telephone": "电话", "amount": "金额（元）", "identity": "证件号码", SIGNED: "签名处", STAMPED: "印章"}
"""Chinese names of what has no field in the description."""
SEEN_WORDS = {"yes": "见", "no": "未见"}
"""Of a signature or a seal: whether the page shows one."""


class Proposal(BaseModel):
    """A value that was read, and where: `text` is the whole line, `box` its eight ‰ of the page, `score` from 0 to 1.

    It is for `field` of the sheet `sheet`; `row` tells the row: the file, or the name of the party or officer.
    `before` is what stands there without it. `sure`: a check digit says the same. `picture`: a picture of the line
    was kept.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet: str
    row: str = ""
    field: str
    value: str
    before: str = ""
    file: str
    page: int
    text: str = ""
    box: tuple[float, ...] = ()
    score: float = 0.0
    sure: bool = False
    picture: bool = False


def sheet_label(sheet: str) -> str:
    """The Chinese name of the sheet that a proposal is for."""
    return CASE_SHEET if sheet == CASE_ITSELF else SHEETS[sheet][0] if sheet in SHEETS else ""


def field_label(proposal: Proposal) -> str:
    """The Chinese name of its field."""
    if proposal.sheet == CASE_ITSELF:
        return CASE[proposal.field]
    return SHEETS[proposal.sheet][1][proposal.field] if proposal.sheet in SHEETS else LABELS[proposal.field]


class Rows:
    """The rows of a description's sheets by what they are found by: a large case has many, and is asked often."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self._known: dict[str, dict[str, dict[str, Any]]] = {}

    def find(self, proposal: Proposal) -> dict[str, Any] | None:
        """The row that a proposal is for."""
        return self._of(proposal.sheet).get(_same(proposal.row))

    def _of(self, sheet: str) -> dict[str, dict[str, Any]]:
        if sheet not in self._known:
            rows = self._content.get(sheet)
            listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
            # Of rows that are called the same the first counts.
            self._known[sheet] = {_same(row.get(_BY[sheet], "")): row for row in reversed(listed)}
        return self._known[sheet]

    def add(self, proposal: Proposal, row: dict[str, Any]) -> None:
        """Know a row that was added for a proposal."""
        self._of(proposal.sheet)[_same(proposal.row)] = row

    def stands(self, proposal: Proposal) -> str:
        """What stands in its field now, as text."""
        value: Any = None
        if proposal.sheet == CASE_ITSELF:
            holder, _, name = proposal.field.rpartition(".")
            target = self._content.get(holder) if holder else self._content
            value = target.get(name) if isinstance(target, Mapping) else None
        elif proposal.sheet != SEEN and (row := self.find(proposal)):
            value = row.get(proposal.field)
        return "" if value is None else str(value)


def put(content: Mapping[str, Any], proposals: Iterable[Proposal]) -> dict[str, Any]:
    """The content with the proposals in their fields; rows that are not there are added. Nothing is confirmed by it."""
    new: dict[str, Any] = {name: _copied(value) for name, value in content.items()}
    known = Rows(new)
    for one in proposals:
        if one.sheet == CASE_ITSELF:
            holder, _, name = one.field.rpartition(".")
            target = new.setdefault(holder, {}) if holder else new
            target[name] = one.value
        elif one.sheet != SEEN:
            row = known.find(one)
            if row is None:
                row = {_BY[one.sheet]: one.row}
                new[one.sheet] = [*(new.get(one.sheet) or ()), row]
                known.add(one, row)
            row[one.field] = one.value
    return new


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(value)
    return [_copied(one) for one in value] if isinstance(value, list) else value


def _same(text: object) -> str:
    return unicodedata.normalize("NFC", str(text)).strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of the sheet 机读建议 as it came back: where it stands, what was proposed, and whether somebody took it.

    All texts are those of cells: `sheet` and `field` labels in Chinese, `value` and `before` as people read them.
    """

    number: int
    sheet: str
    row: str
    field: str
    value: str
    before: str
    taken: bool


@dataclass(slots=True)
class Answers:
    """All of them, and who went through them; `given`: there is such a sheet at all."""

    person: str = ""
    rows: list[Answer] = field(default_factory=list)


def settle(content: dict[str, Any], places: dict[str, str], answers: Answers) -> list[Finding]:
    """Take out of `content`, texts as they stand in the cells, each proposal that nobody said yes to.

    A cell that says something else than was proposed is a person's own. Gives what is to be said of it: never more
    than a warning.
    """
    findings: list[Finding] = []
    taken, cells = 0, _Cells(content)
    for answer in answers.rows:
        for holder, name, path in cells.of(answer):
            if _same(holder.get(name) or "") != _same(answer.value):
                continue
            if answer.taken and answers.person:
                taken += 1
                continue
            if answer.before:
                holder[name] = answer.before
            else:
                holder.pop(name, None)
            named = f"{answer.sheet} · {answer.field}"
            values: dict[str, Value] = {"field": named, "row": answer.number}  # not what was read: reports keep this
            findings.append(Finding("reading.draft-unconfirmed", places.get(path, ""), "warning", values))
    for sheet in ("parties", "officers"):
        _drop_empty(content, places, sheet)
    if not answers.person and any(answer.taken for answer in answers.rows):
        findings.append(Finding("reading.draft-nobody", "", "warning"))
    if taken:
        findings.append(
            Finding("reading.draft-confirmed", "", "note", {"count": taken, "person": answers.person[:100]})
        )
    return findings


class _Cells:
    """The cells of a workbook's content by what was proposed for them; a hostile sheet may ask for thousands."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content
        self._sheets = {title: (sheet, columns) for sheet, (title, columns) in SHEETS.items() if sheet in _BY}
        self._rows: dict[str, dict[tuple[str, str], list[int]]] = {}

    def of(self, answer: Answer) -> Iterator[tuple[dict[str, Any], str, str]]:
        """What holds each cell that a proposal was written into, its name there, and its path."""
        if answer.sheet == CASE_SHEET:
            path = next((name for name, label in CASE.items() if label == answer.field), "")
            holder, _, name = path.rpartition(".")
            target = self._content.get(holder, {}) if holder else self._content
            if path and isinstance(target, dict):
                yield target, name, path
            return
        if answer.sheet not in self._sheets:
            return
        sheet, columns = self._sheets[answer.sheet]
        column = next((name for name, label in columns.items() if label == answer.field), "")
        # The name of a party is a proposal itself, and may be mended: its cells are found by what they say.
        key = ("file", _same(answer.row)) if sheet == "objects" else (column, _same(answer.value))
        for number in self._known(sheet).get(key, ()) if column else ():
            yield self._content[sheet][number], column, f"{sheet}.{number}.{column}"

    def _known(self, sheet: str) -> dict[tuple[str, str], list[int]]:
        if sheet not in self._rows:
            known = self._rows[sheet] = {}
            for number, row in enumerate(self._content.get(sheet) or ()):
                for name in ("file",) if sheet == "objects" else row:
                    known.setdefault((name, _same(row.get(name) or "")), []).append(number)
        return self._rows[sheet]


def _drop_empty(content: dict[str, Any], places: dict[str, str], sheet: str) -> None:
    """Rows of which only proposals were there that nobody took; the places of the later ones move up."""
    rows: Sequence[Any] = content.get(sheet) or ()
    kept = [number for number, row in enumerate(rows) if set(row) - _ALWAYS]
    if len(kept) == len(rows):
        return
    moved = {number: place for place, number in enumerate(kept)}
    for path in [path for path in places if path.startswith(f"{sheet}.")]:
        where = places.pop(path)
        _, number, *rest = path.split(".")
        if int(number) in moved:
            places[".".join((sheet, str(moved[int(number)]), *rest))] = where
    content[sheet] = [rows[number] for number in kept]


def label_code(proposal: Proposal) -> str:
    """The code of its field's words in the reader's language."""
    if proposal.sheet == SEEN:
        return f"reading.seen-{proposal.field}"
    return f"field.{proposal.sheet}-{proposal.field.replace('.', '-').replace('_', '-')}"
