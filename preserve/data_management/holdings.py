"""Rows of media and copies, and the ledger entries they can be made again from.

Whatever changes here is written to the ledger in the same transaction with everything the row holds, so that
replaying the ledger gives the same rows (`replay`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.tables import copies, media

MEDIUM_ADDED = "medium.added"
COPY_CHANGED = "copy.changed"


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One version of one package on one medium; times are RFC 3339 text in UTC."""

    name: str
    medium: str
    objid: str
    version: int
    state: str
    written: str | None
    verified: str | None


def add_medium(
    connection: Connection, identity: str, *, kind: str, label: str, location: str, actor: str, moment: datetime
) -> None:
    """Enter a medium into the inventory; one that is there already stays as it is."""
    if connection.execute(select(media.c.id).where(media.c.id == identity)).first():
        return
    details = {"kind": kind, "label": label, "location": location}
    ledger.append(connection, action=MEDIUM_ADDED, subject=identity, actor=actor, details=details, moment=moment)
    _apply_medium(connection, identity, details, stamp(moment))


def set_copy(connection: Connection, row: CopyRow, *, actor: str, moment: datetime) -> None:
    """Write down what a copy has become, in the catalogue and the ledger."""
    details = {"medium": row.medium, "name": row.name, "version": row.version, "state": row.state}
    ledger.append(connection, action=COPY_CHANGED, subject=row.objid, actor=actor, details=details, moment=moment)
    _apply_copy(connection, row.objid, details, stamp(moment))


def read_copy(connection: Connection, name: str, medium: str) -> CopyRow | None:
    """The copy of that name on that medium."""
    row = connection.execute(select(copies).where(copies.c.name == name, copies.c.medium == medium)).first()
    return CopyRow(**row._mapping) if row else None


def copies_of(connection: Connection, objid: str) -> list[CopyRow]:
    """Every copy of every version of a case."""
    rows = connection.execute(select(copies).where(copies.c.objid == objid).order_by(copies.c.name, copies.c.medium))
    return [CopyRow(**row._mapping) for row in rows]


def replay(connection: Connection) -> None:
    """Make the rows of media and copies again from the ledger alone."""
    connection.execute(delete(copies))
    connection.execute(delete(media))
    for entry in ledger.entries(connection):
        data = json.loads(entry.text)
        if data["action"] == MEDIUM_ADDED:
            _apply_medium(connection, data["subject"], data["details"], data["time"])
        elif data["action"] == COPY_CHANGED:
            _apply_copy(connection, data["subject"], data["details"], data["time"])


def _apply_medium(connection: Connection, identity: str, details: Mapping[str, Any], when: str) -> None:
    connection.execute(media.insert(), {"id": identity, **details, "state": "in use", "added": when})


def _apply_copy(connection: Connection, objid: str, details: Mapping[str, Any], when: str) -> None:
    times: dict[str, str] = {}
    if details["state"] in ("written", "verified"):
        times["written" if details["state"] == "written" else "verified"] = when
    here = (copies.c.name == details["name"], copies.c.medium == details["medium"])
    if connection.execute(select(copies.c.name).where(*here)).first():
        connection.execute(update(copies).where(*here).values(state=details["state"], **times))
    else:
        connection.execute(copies.insert(), {"objid": objid, "written": None, "verified": None, **details, **times})
