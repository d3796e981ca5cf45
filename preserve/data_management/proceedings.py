"""Holds, appraisals, disposals, transfers as rows, made again from the ledger; records in the store say the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, select

from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.tables import proceeding_cases, proceedings

Kind = Literal["hold", "review", "disposal", "transfer"]
LETTERS: dict[Kind, str] = {"hold": "H", "review": "R", "disposal": "D", "transfer": "T"}


@dataclass(frozen=True, slots=True)
class ProceedingRow:
    """One proceeding: where it stands, how many records it has, the digest of the last; `about` a hold: its kind."""

    number: str
    kind: str
    state: str
    opened: str
    about: str
    steps: int
    sha256: str


def next_number(connection: Connection, kind: Kind, year: int) -> str:
    """The number of the next one of that year: H2026-0001."""
    prefix = f"{LETTERS[kind]}{year}-"
    last = connection.execute(
        select(proceedings.c.number).where(proceedings.c.number.startswith(prefix))
        .order_by(func.length(proceedings.c.number).desc(), proceedings.c.number.desc()).limit(1)
    ).scalar()  # fmt: skip
    return f"{prefix}{int(str(last).removeprefix(prefix)) + 1 if last else 1:04d}"


def add_step(
    connection: Connection, kind: Kind, number: str, deed: str, details: Mapping[str, Any], *, actor: str,
    moment: datetime,
) -> None:  # fmt: skip
    """Write a step into ledger and index.

    `details`: state, step, sha256; and with the first step about and cases (objids). They name nobody.
    """
    ledger.append(connection, action=f"{kind}.{deed}", subject=number, actor=actor, details=details, moment=moment)
    _apply(connection, kind, number, details, stamp(moment))


def read_row(connection: Connection, number: str) -> ProceedingRow | None:
    """The proceeding of that number."""
    row = connection.execute(select(proceedings).where(proceedings.c.number == number)).first()
    return ProceedingRow(*row) if row else None


def rows(connection: Connection, kind: Kind, states: Sequence[str] = ()) -> list[ProceedingRow]:
    """Those of a kind in order, all or those in some states."""
    query = select(proceedings).where(proceedings.c.kind == kind)
    if states:
        query = query.where(proceedings.c.state.in_(states))
    return [
        ProceedingRow(*row) for row in connection.execute(query.order_by(proceedings.c.opened, proceedings.c.number))
    ]


def about_case(connection: Connection, kind: Kind, objid: str, states: Sequence[str] = ()) -> list[ProceedingRow]:
    """Those of a kind that are about a case."""
    query = (
        select(proceedings).join(proceeding_cases, proceeding_cases.c.number == proceedings.c.number)
        .where(proceeding_cases.c.objid == objid, proceedings.c.kind == kind)
    )  # fmt: skip
    if states:
        query = query.where(proceedings.c.state.in_(states))
    return [ProceedingRow(*row) for row in connection.execute(query.order_by(proceedings.c.number))]


def cases_in(connection: Connection, kind: Kind, states: Sequence[str]) -> dict[str, list[ProceedingRow]]:
    """The proceedings of a kind in some states, by the cases that they are about."""
    query = (
        select(proceeding_cases.c.objid, proceedings)
        .join(proceedings, proceeding_cases.c.number == proceedings.c.number)
        .where(proceedings.c.kind == kind, proceedings.c.state.in_(list(states)))
        .order_by(proceedings.c.number)
    )  # fmt: skip
    found: dict[str, list[ProceedingRow]] = {}
    for objid, *row in connection.execute(query):
        found.setdefault(objid, []).append(ProceedingRow(*row))
    return found


def cases_of(connection: Connection, number: str) -> list[str]:
    """The cases that one is about."""
    query = select(proceeding_cases.c.objid).where(proceeding_cases.c.number == number)
    return list(connection.execute(query.order_by(proceeding_cases.c.objid)).scalars())


def replay(connection: Connection) -> None:
    """Make the index again from the ledger alone."""
    connection.execute(delete(proceeding_cases))
    connection.execute(delete(proceedings))
    for entry in ledger.entries(connection):
        kind = entry.action.partition(".")[0]
        if kind in LETTERS:
            data = json.loads(entry.text)
            if "step" in data["details"]:
                _apply(connection, kind, entry.subject, data["details"], data["time"])


def _apply(connection: Connection, kind: str, number: str, details: Mapping[str, Any], when: str) -> None:
    values = {"state": details["state"], "steps": details["step"], "sha256": details["sha256"]}
    if connection.execute(select(proceedings.c.number).where(proceedings.c.number == number)).first():
        connection.execute(proceedings.update().where(proceedings.c.number == number).values(**values))
        return
    row = {"number": number, "kind": kind, "opened": when, "about": details.get("about", ""), **values}
    connection.execute(proceedings.insert(), row)
    if cases := dict.fromkeys(details.get("cases", ())):
        connection.execute(proceeding_cases.insert(), [{"objid": objid, "number": number} for objid in cases])
