"""What the packages say happened, as the catalogue lists it: PREMIS events of each version."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from preserve.data_management import kept_sums
from preserve.data_management.tables import events


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as one version tells it; `kind` is a LoC event type, `happened` RFC 3339 in UTC."""

    identifier: str
    objid: str
    version: int
    kind: str
    happened: str
    outcome: str
    detail: str
    outcome_detail: str


_COLUMNS = [events.c[name] for name in EventRow.__dataclass_fields__]


def of_version(connection: Connection, objid: str, version: int) -> list[EventRow]:
    """The events that a version tells, in the order of time."""
    query = select(*_COLUMNS).where(events.c.objid == objid, events.c.version == version)
    return [EventRow(*row) for row in connection.execute(query.order_by(events.c.happened, events.c.identifier))]


def outcomes(connection: Connection, objid: str, kind: str) -> list[str]:
    """How each event of a kind ended, over all versions of a case."""
    query = select(events.c.outcome).where(events.c.objid == objid, events.c.kind == kind)
    return list(connection.execute(query).scalars())


def programs(connection: Connection) -> list[tuple[str, int]]:
    """The programs that made copies, as the newest versions name them with their version, and how many each made."""
    return [(program, counted.files) for program, counted in kept_sums.read(connection, kept_sums.PROGRAM).items()]
