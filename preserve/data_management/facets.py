"""What a case can be picked out by beside its text: people, devices, places, stages, days; one row for each.

A row says which file it is about where it is about one. Values are folded as in the text index; names that people
write in part (parties, officers, devices, places, kinds of document) are found by any part of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, text

from preserve.data_management.tables import facets
from preserve.data_management.tokens import folded

_IN_PART = ("party", "officer", "device", "place", "kind")
_FEW = 2000  # up to so many cases a filter is a list of them, above it is asked case by case


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
    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def asked(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Kind, condition on a row's value, and its values, for each filter that is set."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value and field.name not in ("since", "until"):
                kind = field.name
                holds = f"instr(value, :{kind}) > 0" if kind in _IN_PART else f"value = :{kind}"
                yield kind, holds, {kind: folded(value)}
        if self.since or self.until:
            yield (
                "date",
                "value BETWEEN :since AND :until",
                {
                    "since": self.since or "0000",
                    "until": self.until or "9999",
                },
            )


def of_case(description: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Kind, value and file of everything in a description (plain data as `case.json` has it) that can be asked for."""
    yield "case_type", description["case_type"], ""
    yield "classification", description.get("classification") or "internal", ""
    for day in (description["start"], description["closed"]):
        yield "date", day, ""
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
        yield "kind", item["kind"], file
        yield "officer", item.get("maker", ""), file
        yield "device", item.get("device", ""), file
        yield "place", item.get("place", ""), file
        yield "classification", item.get("classification") or "", file
        yield "date", item.get("date") or "", file
        yield "date", (item.get("recording_start") or "")[:10], file


def enter(connection: Connection, number: int, description: Mapping[str, Any]) -> None:
    """Write down what a case can be picked out by, instead of what was there before."""
    forget(connection, number)
    rows = {(kind, folded(value), file) for kind, value, file in of_case(description) if value}
    connection.execute(
        facets.insert(),
        [{"number": number, "kind": kind, "value": value, "file": file} for kind, value, file in sorted(rows)],
    )


def forget(connection: Connection, number: int) -> None:
    """Take a case's rows out."""
    connection.execute(facets.delete().where(facets.c.number == number))


def condition(connection: Connection, filters: Filters) -> tuple[str, dict[str, Any]]:
    """An SQL condition on `{number}` that begins with AND, and its values.

    A filter that few cases pass becomes the list of them; of one that many pass each case is asked, for the search is
    over when enough of them are found.
    """
    where = ""
    values: dict[str, Any] = {}
    for kind, holds, given in filters.asked():
        few = connection.execute(
            text(f"SELECT DISTINCT number FROM facets WHERE kind = '{kind}' AND {holds} LIMIT {_FEW + 1}"), given
        ).scalars()
        numbers = [int(one) for one in few]
        if len(numbers) <= _FEW:
            where += f" AND {{number}} IN ({','.join(map(str, numbers))})"
        else:
            values |= given
            where += (
                f" AND EXISTS (SELECT 1 FROM facets INDEXED BY facets_by_case"
                f" WHERE number = {{number}} AND kind = '{kind}' AND {holds})"
            )
    return where, values


def matching_file(connection: Connection, number: int, filters: Filters) -> tuple[str, str, str]:
    """Field, file and value of a row that answers a filter, one about a file before others."""
    best = ("date", "", "")
    for kind, holds, given in filters.asked():
        row = connection.execute(
            text(f"SELECT value, file FROM facets WHERE number = :number AND kind = '{kind}' AND {holds}"
                 " ORDER BY file = '', file LIMIT 1"),
            {**given, "number": number},
        ).first()  # fmt: skip
        if row is not None and (not best[2] or (row.file and not best[1])):
            best = (kind, row.file, row.value)
    return best
