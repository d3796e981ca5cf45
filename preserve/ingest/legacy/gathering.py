"""Rows of a list gathered into cases: those of one number are one case, and where they contradict each other that is
told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from metadata.findings import Finding
from preserve.ingest.legacy.records import Cell, ListedCase, ListedPlace
from preserve.ingest.legacy.row_facts import ListedRow

_MOST_DIFFERING = 5


@dataclass(slots=True)
class _Gathered:
    first: ListedRow
    cells: list[Cell] = field(default_factory=list)
    places: dict[str, None] = field(default_factory=dict)
    located: dict[ListedPlace, None] = field(default_factory=dict)
    written: list[Mapping[str, str]] = field(default_factory=list)
    differing: int = 0


class Gathering:
    """The cases of a list, in the order in which each was first named."""

    def __init__(self) -> None:
        self._cases: dict[tuple[str, str], _Gathered] = {}

    def add(self, row: ListedRow) -> Iterator[Finding]:
        """Add a row; what it says otherwise than an earlier one of its case is told, and the earlier counts."""
        # A title names no case: two of the same title may be two cases, unless they have one archival number.
        key = (row.number_is, row.key if row.number_is != "title" else f"{row.key}\0{row.archival_number or row.cell}")
        known = self._cases.setdefault(key, _Gathered(row))
        known.cells.append(row.cell)
        known.written.append(row.written)
        if row.place != ListedPlace():
            known.located[row.place] = None
            known.places.update(dict.fromkeys(_words(row.place)))
        if known.first is not row:
            yield from _merged(known, row)

    def cases(self) -> tuple[ListedCase, ...]:
        """All of them."""
        return tuple(
            ListedCase(
                one.first.number,
                one.first.key,
                tuple(one.cells),
                one.first.facts,
                tuple(one.places),
                one.first.rest,
                one.first.archival_number,
                cast(Literal["case_number", "archival_number", "title"], one.first.number_is),
                tuple(one.located),
                tuple(one.written),
            )
            for one in self._cases.values()
        )


def _words(place: ListedPlace) -> Iterator[str]:
    yield from (word for word in (place.disc, place.path, place.folder, place.file) if word)


def _merged(known: _Gathered, row: ListedRow) -> Iterator[Finding]:
    first = known.first
    own = {**first.facts, "archival_number": first.archival_number}
    for name, value in {**row.facts, "archival_number": row.archival_number}.items():
        if not value or own.get(name) == value:
            continue
        if not own.get(name):
            if name == "archival_number":
                first.archival_number = value
            elif not _said_better(first.facts, name):
                first.facts[name] = value
            continue
        if name in ("title", "note") or known.differing >= _MOST_DIFFERING:
            continue  # rows of single papers have titles and notes of their own
        known.differing += 1
        where = f"{row.cell.sheet}!{row.cell.row}"
        values = {
            "number": first.number[:100],
            "field": name,
            "written": value[:100],
            "other": own[name][:100],
            "first": f"{first.cell.sheet}!{first.cell.row}",
        }
        yield Finding("legacy.rows-differ", where, "warning", values)


def _said_better(facts: dict[str, str], name: str) -> bool:
    """A year or month where the day is known already."""
    return name.startswith("legacy.") and name.removeprefix("legacy.") in facts
