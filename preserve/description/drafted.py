"""Values that a machine read for the description: proposals, each with where it was read, that a person answers.

A proposal counts for nothing until somebody says yes to it: until then the value that stood there before it counts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
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


def put(content: Mapping[str, Any], proposals: Iterable[Proposal]) -> dict[str, Any]:
    """The content with the proposals in their fields; rows that are not there are added. Nothing is confirmed by it."""
    new: dict[str, Any] = {name: _copied(value) for name, value in content.items()}
    for one in proposals:
        if one.sheet == CASE_ITSELF:
            holder, _, name = one.field.rpartition(".")
            target = new.setdefault(holder, {}) if holder else new
            target[name] = one.value
        elif one.sheet != SEEN:
            rows = new.setdefault(one.sheet, [])
            row = row_of(rows, one)
            if row is None:
                rows.append(row := {_BY[one.sheet]: one.row})
            row[one.field] = one.value
    return new


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(value)
    return [_copied(one) for one in value] if isinstance(value, list) else value


def row_of(rows: Iterable[Any], proposal: Proposal) -> dict[str, Any] | None:
    """The row of a sheet that a proposal is for."""
    by, wanted = _BY[proposal.sheet], _same(proposal.row)
    return next((row for row in rows if isinstance(row, dict) and _same(row.get(by, "")) == wanted), None)


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
    taken = 0
    for answer in answers.rows:
        for holder, name, path in list(_cells(content, answer)):
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


def _cells(content: dict[str, Any], answer: Answer) -> Iterable[tuple[dict[str, Any], str, str]]:
    """The cells that a proposal was written into: what holds each, its name there, and its path."""
    if answer.sheet == CASE_SHEET:
        path = next((name for name, label in CASE.items() if label == answer.field), "")
        holder, _, name = path.rpartition(".")
        target = content.get(holder, {}) if holder else content
        if path and isinstance(target, dict):
            yield target, name, path
        return
    for sheet, (title, columns) in SHEETS.items():
        column = next((name for name, label in columns.items() if label == answer.field), "")
        if title != answer.sheet or not column or sheet not in _BY:
            continue
        by = _BY[sheet]
        for number, row in enumerate(content.get(sheet) or ()):
            # The name of a party is a proposal itself, and may be mended: its cells are found by what they say.
            if by == "name" or _same(row.get(by, "")) == _same(answer.row):
                yield row, column, f"{sheet}.{number}.{column}"


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


def stands(content: Mapping[str, Any], proposal: Proposal) -> str:
    """What stands in its field now, as text."""
    if proposal.sheet == CASE_ITSELF:
        holder, _, name = proposal.field.rpartition(".")
        target = content.get(holder) if holder else content
        value = target.get(name) if isinstance(target, Mapping) else None
    elif proposal.sheet == SEEN:
        return ""
    else:
        rows = content.get(proposal.sheet)
        row = row_of(rows if isinstance(rows, list) else (), proposal)
        value = row.get(proposal.field) if row else None
    return "" if value is None else str(value)
