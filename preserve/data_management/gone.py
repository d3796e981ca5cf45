"""What was destroyed, or is being destroyed: rows made again from the ledger, asked before anything is done with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.tables import tombstones

BEGUN = "case.destruction-begun"
DESTROYED = "case.destroyed"


@dataclass(frozen=True, slots=True)
class Gone:
    """A case (`item` empty) or a recording (PREMIS identifier); its destruction is `begun`, or it is `destroyed`."""

    objid: str
    item: str
    disposal: str
    state: str
    since: str
    sha256: str


def begin(connection: Connection, objid: str, item: str, disposal: str, *, actor: str, moment: datetime) -> None:
    """From here on nothing can be placed on it, and it is not repaired or restored."""
    details = {"item": item, "disposal": disposal}
    ledger.append(connection, action=BEGUN, subject=objid, actor=actor, details=details, moment=moment)
    _apply(connection, objid, item, disposal, "begun", stamp(moment), "")


def finish(
    connection: Connection, objid: str, item: str, disposal: str, tombstone: str, *, actor: str, moment: datetime
) -> None:
    """Nothing is left of it but its tombstone, whose digest is given."""
    details = {"item": item, "disposal": disposal, "sha256": tombstone}
    ledger.append(connection, action=DESTROYED, subject=objid, actor=actor, details=details, moment=moment)
    _apply(connection, objid, item, disposal, "destroyed", stamp(moment), tombstone)


def of_case(connection: Connection, objid: str, *, whole: bool = False) -> list[Gone]:
    """What is gone of a case; with `whole` only where that is all of it."""
    query = select(tombstones).where(tombstones.c.objid == objid).order_by(tombstones.c.item)
    if whole:
        query = query.where(tombstones.c.item == "")
    return [Gone(*row) for row in connection.execute(query)]


def all_gone(connection: Connection) -> list[Gone]:
    """Everything, in the order in which it went."""
    return [Gone(*row) for row in connection.execute(select(tombstones).order_by(tombstones.c.since))]


def replay(connection: Connection) -> None:
    """Make the rows again from the ledger alone."""
    connection.execute(delete(tombstones))
    for action, state in ((BEGUN, "begun"), (DESTROYED, "destroyed")):
        for entry in ledger.of_action(connection, action):
            data = json.loads(entry.text)
            one = data["details"]
            _apply(connection, entry.subject, one["item"], one["disposal"], state, data["time"], one.get("sha256", ""))


def _apply(connection: Connection, objid: str, item: str, disposal: str, state: str, since: str, sha256: str) -> None:
    here = (tombstones.c.objid == objid, tombstones.c.item == item)
    connection.execute(delete(tombstones).where(*here))
    row = {"objid": objid, "item": item, "disposal": disposal, "state": state, "since": since, "sha256": sha256}
    connection.execute(tombstones.insert(), row)
