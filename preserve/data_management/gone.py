"""What was destroyed, or is being destroyed: rows made again from the ledger, asked before anything is done with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.anchors import REDUCED
from preserve.data_management.tables import tombstones
from preserve.errors import Refused

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


def begin(
    connection: Connection, objid: str, item: str, disposal: str, draft: str, *, actor: str, moment: datetime
) -> None:
    """From here on it is not copied, repaired or restored; `draft` is the digest of what is known of it beforehand."""
    details = {"item": item, "disposal": disposal, "sha256": draft}
    ledger.append(connection, action=BEGUN, subject=objid, actor=actor, details=details, moment=moment)
    _apply(connection, objid, item, disposal, "begun", stamp(moment), draft)


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


def is_gone(connection: Connection, name: str) -> bool:
    """Whether a package is of a case that goes or went, or an older version that held a part that went."""
    objid, _, version = name.rpartition("_v")
    for one in of_case(connection, objid):
        if not one.item:
            return True
        if one.state == "destroyed" and version.isdigit() and int(version) < _reduced(connection, objid, one.disposal):
            return True
    return False


def told_in(entries: Iterable[Mapping[str, Any]]) -> Callable[[str], bool]:
    """The same from entries of a ledger that is in no catalogue yet."""
    whole: set[str] = set()
    parts: dict[str, set[str]] = {}
    least: dict[tuple[str, str], int] = {}
    for one in entries:
        details = one["details"]
        if one["action"] in (BEGUN, DESTROYED) and not details["item"]:
            whole.add(one["subject"])
        elif one["action"] == DESTROYED:
            parts.setdefault(one["subject"], set()).add(details["disposal"])
        elif one["action"] == REDUCED and "disposal" in details:
            key = (one["subject"], details["disposal"])
            least[key] = max(least.get(key, 0), int(details["version"]))

    def gone(name: str) -> bool:
        objid, _, version = name.rpartition("_v")
        return objid in whole or any(int(version) < least.get((objid, one), 0) for one in parts.get(objid, ()))

    return gone


def _reduced(connection: Connection, objid: str, disposal: str) -> int:
    """The version that a disposal made without the part; 0 where it made none."""
    told = [json.loads(entry.text)["details"] for entry in ledger.about(connection, objid, REDUCED)]
    return max((int(one["version"]) for one in told if one.get("disposal") == disposal), default=0)


def refuse(connection: Connection, name: str) -> None:
    """Raises Refused where a package, or the case of that objid, goes or went, or the package held a part that does."""
    objid, _, version = name.partition("_v")
    for one in of_case(connection, objid):
        older = one.item and version.isdigit() and int(version) < _reduced(connection, objid, one.disposal)
        if not one.item or older:
            raise Refused("storage.destroyed", name, disposal=one.disposal, when=one.since[:10])


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
