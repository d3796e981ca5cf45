"""The journal of re-preservations: which version of which case is being made under which policy, and how it ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, func, select, update

from preserve.data_management.tables import represervations


@dataclass(frozen=True, slots=True)
class Row:
    """One re-preservation. `state`: running, done, settled (nothing to change), failed; times RFC 3339 text in UTC."""

    id: str
    objid: str
    version: int
    policy: str
    state: str
    step: str
    started: str
    ended: str | None
    boot: str
    sealed: str = ""
    findings: str = "[]"


def running(connection: Connection, objid: str) -> Row | None:
    """The one that is under way for a case."""
    query = select(represervations).where(represervations.c.objid == objid, represervations.c.state == "running")
    found = connection.execute(query).first()
    return Row(**found._mapping) if found else None


def all_running(connection: Connection) -> list[Row]:
    """Every one that is under way, oldest first."""
    query = select(represervations).where(represervations.c.state == "running").order_by(represervations.c.id)
    return [Row(**row._mapping) for row in connection.execute(query)]


def failed(connection: Connection, policy: str) -> list[Row]:
    """Those of a policy that left something undone, for a person to look at."""
    query = select(represervations).where(represervations.c.policy == policy, represervations.c.findings != "[]")
    return [Row(**row._mapping) for row in connection.execute(query.order_by(represervations.c.id))]


def count_settled(connection: Connection, policy: str) -> int:
    """How many cases were tried under a policy and are left alone."""
    query = select(func.count(represervations.c.objid.distinct())).where(
        represervations.c.policy == policy, represervations.c.state.in_(["settled", "failed"])
    )
    return int(connection.execute(query).scalar_one())


def create(connection: Connection, row: Row) -> None:
    """Begin one."""
    connection.execute(represervations.insert(), asdict(row))


def change(connection: Connection, identifier: str, **values: str) -> None:
    """Set columns: state, step, ended, boot, findings."""
    connection.execute(update(represervations).where(represervations.c.id == identifier).values(**values))


def forget(connection: Connection, identifier: str) -> None:
    """One that was given up: it will be begun anew."""
    connection.execute(delete(represervations).where(represervations.c.id == identifier))
