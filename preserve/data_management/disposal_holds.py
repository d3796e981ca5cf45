"""What stands against disposing of a case now: asked anew each time, so that nothing is remembered wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Select, and_, or_, select

from preserve.data_management import proceedings
from preserve.data_management.proceedings import Kind, ProceedingRow
from preserve.data_management.tables import proceeding_cases
from preserve.data_management.tables import proceedings as table

HELD = "added"
GOING = ("prepared", "approved", "handed-over")
"""States of a transfer that block: until the receipt is here, custody is ours, and nobody can lift that by hand."""

ASKED = ("opened", "examined", "approved", "delivered")
"""States of a request that block: somebody waits, or what was delivered is out and nobody has confirmed its receipt."""

_BLOCKING: tuple[tuple[Kind, tuple[str, ...]], ...] = (("hold", (HELD,)), ("request", ASKED), ("transfer", GOING))


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that stands against it: `litigation`, `inquiry` …, or `request`; and its number."""

    kind: str
    number: str


def _block(row: ProceedingRow) -> Block:
    return Block(row.about if row.kind == "hold" else row.kind, row.number)


def blocks(connection: Connection, objid: str) -> list[Block]:
    """Everything that stands against disposing of this case, as the ledger says. Raises NotIntact."""
    return list(_blocks(connection, objid))


def _blocks(connection: Connection, objid: str) -> Iterator[Block]:
    for kind, states in _BLOCKING:
        for row in proceedings.about_case(connection, kind, objid, states):
            yield _block(row)


def blocks_of(connection: Connection, objids: Iterable[str]) -> dict[str, list[Block]]:
    """The same of those of these cases against which something stands, as it is listed."""
    blocked: dict[str, list[Block]] = {}
    wanted = sorted(set(objids))
    for kind, states in _BLOCKING:
        for objid, rows in proceedings.about_cases(connection, kind, wanted, states).items():
            blocked.setdefault(objid, []).extend(map(_block, rows))
    return blocked


def blocked_cases() -> Select[tuple[str]]:
    """The cases against which something stands, as it is listed: a part of another query."""
    blocking = or_(*(and_(table.c.kind == kind, table.c.state.in_(states)) for kind, states in _BLOCKING))
    joined = proceeding_cases.join(table, proceeding_cases.c.number == table.c.number)
    return select(proceeding_cases.c.objid).select_from(joined).where(blocking)


def uses_of(connection: Connection, objids: Iterable[str]) -> dict[str, int]:
    """How many requests there ever were about each of these cases."""
    return proceedings.counts_of(connection, "request", sorted(set(objids)))
