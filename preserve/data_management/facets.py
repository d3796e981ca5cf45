"""What a case can be picked out by beside its text: people, devices, places, stages, days; one row for each.

A row says which file it is about where it is about one. The text index has the same values in columns of its own, so
that words and filters are one question; only days are asked of the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, select, text

from preserve.data_management.engines.dialect import on, unless_there
from preserve.data_management.tables import facets
from preserve.data_management.tokens import BETWEEN, Term, folded, spaced, terms
from preserve.errors import UsageError

IN_PART = ("party", "officer", "device", "place", "kind")
"""Found by any word of them; each has a column of the index."""

_NAMES = ("stage", "case_type", "measure", "classification", "volume")

Facet = tuple[str, str, str]
"""Kind, value and file of one thing that a case can be picked out by."""

_BATCH = 2000
_FEW = 50_000  # up to so many rows a span of days is a list of cases; of a longer one each case is asked
_SHORT = 800  # days
# From day to day by the index; read whole, the rows of a span would be many.
_SPREAD = text(
    "WITH RECURSIVE days (day) AS ("
    " SELECT min(value) FROM facets WHERE kind = 'date' AND value BETWEEN :since AND :until"
    " UNION ALL SELECT (SELECT min(value) FROM facets WHERE kind = 'date' AND value > day AND value <= :until)"
    " FROM days WHERE day IS NOT NULL)"
    " SELECT min((SELECT min(number) FROM facets WHERE kind = 'date' AND value = day)) AS first,"
    " max((SELECT max(number) FROM facets WHERE kind = 'date' AND value = day)) AS last FROM days"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What must hold of a case; empty: anything. `since` and `until`: something in it happened then (ISO dates)."""

    party: str = ""
    officer: str = ""
    device: str = ""
    place: str = ""
    kind: str = ""
    stage: str = ""
    case_type: str = ""
    measure: str = ""
    classification: str = ""
    volume: str = ""
    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def expression(self) -> str:
        """What FTS5 is asked for; empty where only days are given. Raises UsageError for what has no letter."""
        self.require_letters()
        parts = [f"{{{kind}}}: {term.expression}" for kind, term in self.in_part()]
        return " AND ".join((*parts, *(f'{{marks}}: "{mark}"' for mark in self.marks())))

    def require_letters(self) -> None:
        """Raises UsageError where nothing of a value can be looked for."""
        for kind in IN_PART:
            if (value := getattr(self, kind)) and not terms(value):
                raise UsageError("catalogue.nothing-to-search", value)

    def in_part(self) -> list[tuple[str, Term]]:
        """Kind and term of each word that some value of that kind must have."""
        return [(kind, term) for kind in IN_PART if getattr(self, kind) for term in terms(getattr(self, kind))]

    def marks(self) -> list[str]:
        """The tokens of the names that are asked for whole."""
        return [_mark(kind, getattr(self, kind)) for kind in _NAMES if getattr(self, kind)]


def _mark(kind: str, value: str) -> str:
    """One token for a name that is asked for whole; the parts are joined by what no text and no query has."""
    return "\ue001".join((kind, *re.findall(r"[^\W_]+", folded(value))))


def mark_of(kind: str, value: str) -> str:
    """The token of a value that is asked for whole; empty for one of another kind."""
    return _mark(kind, value) if kind in _NAMES else ""


def columns(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The index's columns for a case's rows of kind and value; what many files of it say once."""
    texts: dict[str, list[str]] = {kind: [] for kind in (*IN_PART, "marks")}
    for (kind, value), _ in groupby(rows):
        if kind in IN_PART:
            texts[kind].append(spaced(value))
        elif kind in _NAMES:
            texts["marks"].append(_mark(kind, value))
    return {kind: BETWEEN.join(values) for kind, values in texts.items()}


def of_case(description: Mapping[str, Any]) -> Iterator[Facet]:
    """Kind, value and file of everything in a description (plain data as `case.json` has it) that can be asked for."""
    yield "case_type", description["case_type"], ""
    yield "classification", description.get("classification") or "internal", ""
    for day in (description["start"], description["closed"]):
        yield "date", day or "", ""
    for party in description.get("parties", ()):
        yield "party", party["name"], ""
        yield "party", party.get("identity", ""), ""
    for officer in description.get("officers", ()):
        yield "officer", officer["name"], ""
        yield "officer", officer.get("number", ""), ""
    for stage in description.get("stages", ()):
        yield "stage", stage["stage"], ""
        yield "date", stage["start"], ""
        yield "date", stage.get("end") or "", ""
    for measure in description.get("measures", ()):
        yield "measure", measure["measure"], ""
        yield "place", measure.get("place", ""), ""
        yield "date", measure["start"][:10], ""
        yield "date", (measure.get("end") or "")[:10], ""
    for incident in description.get("incidents", ()):
        yield "date", (incident.get("when") or "")[:10], ""
    for item in description.get("objects", ()):
        file = item["file"]
        yield "stage", item["stage"], file
        yield "volume", item.get("volume") or "", file
        yield "kind", item["kind"], file
        yield "officer", item.get("maker", ""), file
        yield "device", item.get("device", ""), file
        yield "place", item.get("place", ""), file
        yield "classification", item.get("classification") or "", file
        yield "date", item.get("date") or "", file
        yield "date", (item.get("recording_start") or "")[:10], file


def rows_in(description: Mapping[str, Any]) -> Iterator[Facet]:
    """As `of_case`, the values folded as the table holds them, and none empty."""
    return ((kind, folded(value), file) for kind, value, file in of_case(description) if value)


def enter(connection: Connection, number: int, description: Mapping[str, Any]) -> None:
    """Write down what a case can be picked out by, instead of what was there before."""
    enter_rows(connection, number, rows_in(description))


def enter_rows(connection: Connection, number: int, said: Iterable[Facet]) -> None:
    """The same, of what `rows_in` gave before anybody had to wait for it."""
    forget(connection, number)
    rows = ({"number": number, "kind": kind, "value": value, "file": file} for kind, value, file in said)
    while batch := list(islice(rows, _BATCH)):
        connection.execute(unless_there(connection, facets), batch)


def forget(connection: Connection, number: int) -> None:
    """Take a case's rows out."""
    connection.execute(facets.delete().where(facets.c.number == number))


def rows_of(connection: Connection, number: int) -> Iterator[tuple[str, str]]:
    """Kind and value of each row of a case, in a fixed order."""
    order = (facets.c.kind, facets.c.value, facets.c.file)
    query = select(facets.c.kind, facets.c.value).where(facets.c.number == number).order_by(*order)
    for row in connection.execute(query.execution_options(yield_per=_BATCH)):
        yield row.kind, row.value


def days(connection: Connection, filters: Filters) -> tuple[str, dict[str, Any]]:
    """An SQL condition on `{number}` that begins with AND, or nothing; and its values.

    What few cases have becomes these cases; else each case is asked, for the search is over when enough of them are
    found. `first` and `last`, where among all cases those in the span lie, are told of a span that is not long.
    """
    if not (filters.since or filters.until):
        return "", {}
    values: dict[str, Any] = {"since": filters.since or "0000", "until": filters.until or "9999"}
    there = "FROM facets WHERE kind = 'date' AND value BETWEEN :since AND :until"
    count, first, last = connection.execute(
        text(f"SELECT count(*), min(number), max(number) FROM (SELECT number {there} LIMIT {_FEW + 1}) few"), values
    ).one()
    within = " AND {number} BETWEEN :first AND :last"
    if count <= _FEW:
        where = f"{within} AND +{{number}} IN (SELECT number {there})"
        return where, {**values, **_ends(first, last)}
    where = (
        f" AND EXISTS (SELECT 1 FROM facets {on(connection, 'INDEXED BY facets_by_case', '')}"
        " WHERE facets.number = {number} AND kind = 'date' AND value BETWEEN :since AND :until)"
    )
    if not _is_short(values["since"], values["until"]):
        return where, values
    first, last = connection.execute(_SPREAD, values).one()
    return within + where, {**values, **_ends(first, last)}


def _ends(first: int | None, last: int | None) -> dict[str, int]:
    """The first and the last case of a span; no number lies between them where it has none."""
    return {"first": first or 0, "last": -1 if last is None else last}


def _is_short(since: str, until: str) -> bool:
    """Whether each day from one to the other can be asked for, a few steps of an index each."""
    try:
        return (date.fromisoformat(until) - date.fromisoformat(since)).days <= _SHORT
    except ValueError:  # one of them is open
        return False


def matching_file(connection: Connection, number: int, filters: Filters) -> tuple[str, str, str]:
    """Field, file and value of a row that answers a filter, one about a file before others."""
    best = ("", "", "")
    for kind in (*IN_PART, *_NAMES):
        if not (value := folded(getattr(filters, kind))):
            continue
        holds = f"{on(connection, 'instr', 'strpos')}(value, :part) > 0" if kind in IN_PART else "value = :part"
        best = _better(connection, best, number, kind, holds, {"part": value.split()[0]})
    if filters.since or filters.until:
        span = {"since": filters.since or "0000", "until": filters.until or "9999"}
        best = _better(connection, best, number, "date", "value BETWEEN :since AND :until", span)
    return best if best[0] else ("title", "", "")


def _better(
    connection: Connection, best: tuple[str, str, str], number: int, kind: str, holds: str, values: dict[str, str]
) -> tuple[str, str, str]:
    row = connection.execute(
        text(
            f"SELECT value, file FROM facets WHERE number = :number AND kind = '{kind}' AND {holds}"
            " ORDER BY file = '', file LIMIT 1"
        ),
        {**values, "number": number},
    ).first()
    if row is not None and (not best[0] or (row.file and not best[1])):
        return kind, row.file, row.value
    return best
