"""The index of requests: a row each, made again from the ledger; what they say lies in records in the store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.tables import requests

STEP = "request."


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request: where it stands, when it is due (a date), and the digest of its last record."""

    number: str
    state: str
    opened: str
    due: str
    urgent: bool
    capacity: str
    cases: tuple[str, ...]
    steps: int
    sha256: str


def next_number(connection: Connection, year: int) -> str:
    """The number of the next request of that year: 2026-0001."""
    prefix = f"{year}-"
    last = connection.execute(select(func.max(requests.c.number)).where(requests.c.number.startswith(prefix))).scalar()
    return f"{prefix}{int(str(last).removeprefix(prefix)) + 1 if last else 1:04d}"


def add_step(
    connection: Connection, number: str, state: str, details: Mapping[str, Any], *, actor: str, moment: datetime
) -> None:
    """Write a step into ledger and index. `details` name nobody: cases, capacity, due, urgent, step, sha256."""
    ledger.append(connection, action=STEP + state, subject=number, actor=actor, details=details, moment=moment)
    _apply(connection, number, state, details, stamp(moment))


def read_row(connection: Connection, number: str) -> RequestRow | None:
    """The request of that number."""
    row = connection.execute(select(requests).where(requests.c.number == number)).first()
    return _row(row) if row else None


def rows(connection: Connection, states: Sequence[str] = ()) -> list[RequestRow]:
    """Requests by number, all or those in some states."""
    query = select(requests).order_by(requests.c.number)
    if states:
        query = query.where(requests.c.state.in_(states))
    return [_row(row) for row in connection.execute(query)]


def replay(connection: Connection) -> None:
    """Make the index again from the ledger alone."""
    connection.execute(delete(requests))
    for entry in ledger.entries(connection):
        if entry.action.startswith(STEP):
            data = json.loads(entry.text)
            _apply(connection, entry.subject, entry.action.removeprefix(STEP), data["details"], data["time"])


def _apply(connection: Connection, number: str, state: str, details: Mapping[str, Any], when: str) -> None:
    values = {
        "state": state, "due": details["due"], "urgent": details["urgent"], "capacity": details["capacity"],
        "cases": json.dumps(list(details["cases"])), "steps": details["step"], "sha256": details["sha256"],
    }  # fmt: skip
    if connection.execute(select(requests.c.number).where(requests.c.number == number)).first():
        connection.execute(requests.update().where(requests.c.number == number).values(**values))
    else:
        connection.execute(requests.insert(), {"number": number, "opened": when, **values})


def _row(row: Any) -> RequestRow:
    return RequestRow(**{**row._mapping, "cases": tuple(json.loads(row.cases))})
