"""What an archive counts of itself for who may see no case of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from preserve.data_management import ledger
from preserve.data_management.tables import cases, copies, proceedings, versions


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases, packages and their bytes; entries of the ledger; copies and proceedings by state."""

    cases: int
    packages: int
    bytes: int
    entries: int
    copies: dict[str, int]
    proceedings: dict[str, int]


def counts_of(connection: Connection) -> Counts:
    """Counts alone: no number, name or day of a case."""
    held = select(func.count(), func.coalesce(func.sum(versions.c.size), 0)).select_from(versions)
    packages, size = connection.execute(held).one()
    states = connection.execute(select(copies.c.state, func.count()).group_by(copies.c.state))
    kinds = select(proceedings.c.kind, proceedings.c.state, func.count())
    steps = connection.execute(kinds.group_by(proceedings.c.kind, proceedings.c.state))
    return Counts(
        cases=int(connection.execute(select(func.count()).select_from(cases)).scalar_one()),
        packages=int(packages),
        bytes=int(size),
        entries=ledger.size(connection),
        copies={str(state): int(count) for state, count in sorted(map(tuple, states))},
        proceedings={f"{kind}.{state}": int(count) for kind, state, count in sorted(map(tuple, steps))},
    )
