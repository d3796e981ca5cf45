"""The description's fields as a form asks for them: what kind of answer each takes, which choices, and what is needed.

Everything follows from the schema, the sheets of the workbook and the profiles' words, so that a field that is added
there is asked for here. Keys are paths: `case_number`, `producer.name`, `parties.0.name`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from preserve.description.labels import CASE, OF_RECORDINGS, SHEETS, label_of
from preserve.description.legacy import NEEDED
from preserve.description.problems import name_of_problem, problem_of
from preserve.description.schema import (
    Acceptance,
    CaseDescription,
    CaseObject,
    ClockOffset,
    IncidentNoted,
    MeasureTaken,
    Officer,
    Party,
    Producer,
    StageDates,
)
from preserve.description.vocabulary import FIELDS, Vocabulary
from preserve.description.written import ENUMS, SEVERAL, YES_NO

Kind = Literal["text", "long", "day", "moment", "choice", "yes-no", "several", "lines"]

_ROWS: Mapping[str, type[BaseModel]] = {
    "parties": Party,
    "officers": Officer,
    "stages": StageDates,
    "measures": MeasureTaken,
    "incidents": IncidentNoted,
    "clocks": ClockOffset,
    "acceptances": Acceptance,
}
_LONG = frozenset({"note", "reason", "late_filing_reason", "proves", "unrecorded_reason", "late_storing_reason"})
_DAYS = frozenset({"closed", "date", "returned"})
_MOMENTS = frozenset({"when", "recording_start", "stored"})
MOST_ROWS = 500
"""So many rows of one sheet a form takes; more are for the workbook."""
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `label` is the code of its words; `choices` are values with what people read for them."""

    name: str
    label: str
    kind: Kind
    required: bool
    choices: tuple[tuple[str, str], ...] = ()


def case_fields(words: Vocabulary) -> tuple[Field, ...]:
    """What is asked of a case once."""
    models = {"producer": Producer}
    made = []
    for name in CASE:
        head, _, inner = name.rpartition(".")
        info = (models[head] if head else CaseDescription).model_fields[inner or head]
        made.append(_field(name, "case", inner, info.is_required() or name in NEEDED, words))
    return tuple(made)


def row_fields(sheet: str, words: Vocabulary) -> tuple[Field, ...]:
    """What is asked of each row of a sheet."""
    model = _ROWS[sheet]
    return tuple(_field(name, sheet, name, model.model_fields[name].is_required(), words) for name in SHEETS[sheet][1])


def row_sheets() -> tuple[str, ...]:
    """The sheets of rows that a form shows whole; that of the files has a page for each."""
    return tuple(_ROWS)


def file_fields(words: Vocabulary, *, recording: bool, divided: bool) -> tuple[Field, ...]:
    """What is asked of one file; of a recording more. `divided`: the bureau parts 正卷 and 副卷."""
    names = [name for name in SHEETS["objects"][1] if name != "file"]
    return tuple(
        _field(name, "objects", name, CaseObject.model_fields[name].is_required(), words)
        for name in names
        if (recording or name not in OF_RECORDINGS) and (divided or name != "volume")
    )


def _field(name: str, sheet: str, plain: str, required: bool, words: Vocabulary) -> Field:
    kind, choices = _kind(sheet, plain, words)
    return Field(name, f"field.{sheet}-{name.replace('.', '-').replace('_', '-')}", kind, required, choices)


def _kind(sheet: str, name: str, words: Vocabulary) -> tuple[Kind, tuple[tuple[str, str], ...]]:
    if name in YES_NO:
        return "yes-no", ()
    if name in FIELDS:
        terms = tuple((term.name, term.label.spoken) for term in words.terms[name])
        return ("several" if name in SEVERAL else "choice"), terms
    if name in ENUMS:
        return "choice", tuple((value.value, label_of(value)) for value in ENUMS[name])
    if name in SEVERAL:
        return "lines", ()
    if name in _MOMENTS or (name in ("start", "end") and sheet == "measures"):
        return "moment", ()
    if name in _DAYS or name in ("start", "end"):
        return "day", ()
    return ("long" if name in _LONG else "text"), ()


def as_text(field: Field, value: Any) -> str:
    """A value as its field shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return "\n".join(map(str, value))
    text = str(value)
    if field.name == "finding":
        return name_of_problem(text)
    return text.replace("T", " ") if field.kind == "moment" and re.match(r"\d{4}-\d\d-\d\dT", text) else text


def is_day(text: str) -> bool:
    """Whether a browser's own field for days can show it: it would drop what is no day."""
    return not text or bool(_ISO_DAY.fullmatch(text))


def value_from(field: Field, given: Sequence[str]) -> Any:
    """What somebody gave for a field, as plain data; None where nothing was given and nothing is its own value."""
    if field.kind == "several":
        return [one for one in given if one]
    text = given[0].replace("\r\n", "\n").strip() if given else ""
    if field.kind == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if field.kind == "yes-no":
        return {"yes": True, "no": False}.get(text)
    if field.name == "finding":
        return problem_of(text)
    if field.kind in ("choice", "day", "moment") or field.name in ("pages", "seconds"):
        return text or None
    return text


def rows_from(sheet: str, fields: Sequence[Field], form: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """The rows that a form gave for a sheet: those that say anything and are not ticked to go."""
    numbers = sorted(
        {int(found[1]) for key in form if (found := re.fullmatch(rf"{sheet}\.(\d{{1,5}})\.[a-z_]+", key))}
    )[:MOST_ROWS]
    rows = []
    for number in numbers:
        if form.get(f"{sheet}.{number}.remove"):
            continue
        row = {field.name: value_from(field, form.get(f"{sheet}.{number}.{field.name}", ())) for field in fields}
        told = {name: value for name, value in row.items() if value not in (None, "", [])}
        if any(name not in _GIVEN | _NAMED.get(sheet, frozenset()) for name in told):
            rows.append(told)
    return rows


_GIVEN = frozenset({"classification"})
"""Fields that a blank row shows a choice for: they alone make no row."""
_NAMED = {"acceptances": frozenset({"finding", "where"})}
"""Fields that say what is asked: a row with these alone was put there for a person who has not answered."""


def without_empty(content: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data without the fields that hold nothing, so that what the schema gives by itself is given."""
    return {name: value for name, value in content.items() if value not in (None, "", [])}
