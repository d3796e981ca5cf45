"""Lists of proceedings a page at a time, each from where the one before ended, whatever their number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, select, tuple_

from preserve.data_management.counted import MOST_COUNTED, count_up_to
from preserve.data_management.proceedings import LETTERS, Kind, ProceedingRow, rows_where
from preserve.data_management.tables import proceedings
from preserve.errors import UsageError

_SEPARATOR = "/"
_URGENCY = case((proceedings.c.urgent, 0), else_=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a kind: in these states, or in any; with a day before `before`; of these `numbers`, where given.

    `waiting`: those that somebody waits for, urgent ones first, then by their day; else the newest first.
    """

    kind: Kind
    states: Sequence[str] = ()
    before: str = ""
    numbers: Collection[str] | None = None
    waiting: bool = False

    def following(self, after: str) -> list[ColumnElement[bool]]:
        """In SQL: those of them that follow the key, or all. Raises UsageError for a key that is none."""
        found = [proceedings.c.kind == self.kind] if self.states or self.waiting else []
        if self.states:
            found.append(proceedings.c.state.in_(self.states))
        if self.before:
            found.append(proceedings.c.due < self.before)
        if self.numbers is not None:
            found.append(proceedings.c.number.in_(self.numbers))
        if self.waiting:
            return found + self._beyond(after)
        # Numbers begin with the letter of their kind, those of requests with the year: asked for the kind, the planner
        # would read and sort all of it; and of two upper bounds it takes the first.
        first, last = (LETTERS[self.kind], chr(ord(LETTERS[self.kind]) + 1)) if LETTERS[self.kind] else ("0", ":")
        return [*found, proceedings.c.number >= first, proceedings.c.number < (min(after, last) or last)]

    def key_of(self, row: ProceedingRow) -> str:
        """Where a page that ends with this row ends."""
        if not self.waiting:
            return row.number
        return _SEPARATOR.join(("0" if row.urgent else "1", row.due, row.number))

    def _beyond(self, after: str) -> list[ColumnElement[bool]]:
        if not after:
            return []
        urgency, _, rest = after.partition(_SEPARATOR)
        due, _, number = rest.partition(_SEPARATOR)
        if urgency not in ("0", "1") or not number:
            raise UsageError("catalogue.key-wrong", after[:80])
        here = tuple_(_URGENCY, proceedings.c.due, proceedings.c.number)
        return [here > tuple_(int(urgency), due, number)]

    def in_order(self, query: Select[Any]) -> Select[Any]:
        """The query in the order of the list."""
        if not self.waiting:
            return query.order_by(proceedings.c.number.desc())
        return query.order_by(_URGENCY, proceedings.c.due, proceedings.c.number)


def page(
    connection: Connection, wanted: Wanted, after: str, size: int, most: int = MOST_COUNTED
) -> tuple[list[ProceedingRow], int]:
    """The rows that follow the key `after`, and how many follow them, `most` at most. Raises UsageError."""
    query = wanted.in_order(select(proceedings.c.number).where(*wanted.following(after)))
    numbers = list(connection.execute(query.limit(size)).scalars())
    if not numbers:
        return [], 0
    known = {row.number: row for row in rows_where(connection, proceedings.c.number.in_(numbers))}
    rows = [known[number] for number in numbers]
    if len(rows) < size:
        return rows, 0
    left = select(proceedings.c.number).where(*wanted.following(wanted.key_of(rows[-1])))
    return rows, count_up_to(connection, left, most)
