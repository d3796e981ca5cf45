"""What stands against disposing of a case now: asked anew each time, so that nothing is remembered wrongly."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from preserve.data_management import proceedings, request_index

HELD = "added"
GOING = ("prepared", "approved", "handed-over")
"""States of a transfer that block: until the receipt is here, custody is ours, and nobody can lift that by hand."""

ASKED = ("opened", "examined", "approved", "delivered")
"""States of a request that block: somebody waits, or what was delivered is out and nobody has confirmed its receipt."""


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that stands against it: `litigation`, `inquiry` …, or `request`; and its number."""

    kind: str
    number: str


def blocks(connection: Connection, objid: str) -> list[Block]:
    """Everything that stands against disposing of this case, oldest first."""
    found = [Block(row.about, row.number) for row in proceedings.about_case(connection, "hold", objid, (HELD,))]
    asked = [row for row in request_index.rows(connection, ASKED) if objid in row.cases]
    going = [Block("transfer", row.number) for row in proceedings.about_case(connection, "transfer", objid, GOING)]
    return found + [Block("request", row.number) for row in asked] + going


def blocks_by_case(connection: Connection) -> dict[str, list[Block]]:
    """The same of every case against which something stands."""
    found: dict[str, list[Block]] = {}
    for objid, rows in proceedings.cases_in(connection, "hold", (HELD,)).items():
        found[objid] = [Block(row.about, row.number) for row in rows]
    for row in request_index.rows(connection, ASKED):
        for objid in row.cases:
            found.setdefault(objid, []).append(Block("request", row.number))
    for objid, rows in proceedings.cases_in(connection, "transfer", GOING).items():
        found.setdefault(objid, []).extend(Block("transfer", row.number) for row in rows)
    return found


def uses_by_case(connection: Connection) -> dict[str, int]:
    """How many requests there ever were about each case."""
    query = text("SELECT one.value, count(*) FROM requests, json_each(requests.cases) AS one GROUP BY one.value")
    return {str(objid): int(count) for objid, count in connection.execute(query)}
