"""What was destroyed, or is being destroyed: what the ledger says of a case, and rows that list it.

`of_case`, `is_gone` and `refuse` ask the ledger, and raise NotIntact where a row contradicts it; `all_gone` is for
lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.data_management.comparing import contradictions
from preserve.data_management.ledger import Entry
from preserve.data_management.proof.anchors import REDUCED
from preserve.data_management.tables import tombstones
from preserve.errors import NotFound, NotIntact

BEGUN = "case.destruction-begun"
DESTROYED = "case.destroyed"

_BATCH = 500


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
    _apply(connection, ledger.add(connection, action=BEGUN, subject=objid, actor=actor, details=details, moment=moment))


def finish(
    connection: Connection, objid: str, item: str, disposal: str, tombstone: str, *, actor: str, moment: datetime
) -> None:
    """Nothing is left of it but its tombstone, whose digest is given."""
    details = {"item": item, "disposal": disposal, "sha256": tombstone}
    entry = ledger.add(connection, action=DESTROYED, subject=objid, actor=actor, details=details, moment=moment)
    _apply(connection, entry)


def _said(entry: Entry) -> Gone:
    """What an entry makes of the thing it is about: the last one counts."""
    details = entry.details
    state = "begun" if entry.action == BEGUN else "destroyed"
    return Gone(entry.subject, details["item"], details["disposal"], state, entry.time, details.get("sha256", ""))


def of_case(connection: Connection, objid: str, *, whole: bool = False) -> list[Gone]:
    """What is gone of a case, as the ledger says; with `whole` only where that is all of it. Raises NotIntact."""
    by_item = {gone.item: gone for gone in map(_said, ledger.about(connection, objid, BEGUN, DESTROYED))}
    said = [by_item[item] for item in sorted(by_item)]
    query = select(tombstones).where(tombstones.c.objid == objid).order_by(tombstones.c.item)
    if [Gone(*row) for row in connection.execute(query)] != said:
        raise NotIntact("ledger.contradicts-index", objid, table="tombstones")
    return [gone for gone in said if not gone.item] if whole else said


def is_gone(connection: Connection, name: str) -> bool:
    """Whether a package is of a case that goes or went, or an older version that held a part that went."""
    objid, _, version = name.rpartition("_v")
    for gone in of_case(connection, objid):
        if not gone.item:
            return True
        older = version.isdigit() and int(version) < _reduced(connection, objid, gone.disposal)
        if gone.state == "destroyed" and older:
            return True
    return False


def told_in(entries: Iterable[Mapping[str, Any]]) -> Callable[[str], bool]:
    """The same from entries of a ledger that is in no catalogue yet."""
    whole: set[str] = set()
    parts: dict[str, set[str]] = {}
    least: dict[tuple[str, str], int] = {}
    for entry in entries:
        details = entry["details"]
        if entry["action"] in (BEGUN, DESTROYED) and not details["item"]:
            whole.add(entry["subject"])
        elif entry["action"] == DESTROYED:
            parts.setdefault(entry["subject"], set()).add(details["disposal"])
        elif entry["action"] == REDUCED and "disposal" in details:
            key = (entry["subject"], details["disposal"])
            least[key] = max(least.get(key, 0), int(details["version"]))

    def gone(name: str) -> bool:
        objid, _, version = name.rpartition("_v")
        return objid in whole or any(
            int(version) < least.get((objid, disposal), 0) for disposal in parts.get(objid, ())
        )

    return gone


def _reduced(connection: Connection, objid: str, disposal: str) -> int:
    """The version that a disposal made without the part; 0 where it made none."""
    reductions = [entry.details for entry in ledger.about(connection, objid, REDUCED)]
    return max((int(details["version"]) for details in reductions if details.get("disposal") == disposal), default=0)


def refuse(connection: Connection, name: str) -> None:
    """Raises Refused where a package, or the case of that objid, goes or went, or the package held a part that does."""
    objid, _, version = name.partition("_v")
    for gone in of_case(connection, objid):
        older = gone.item and version.isdigit() and int(version) < _reduced(connection, objid, gone.disposal)
        if not gone.item or older:
            raise NotFound("storage.destroyed", name, disposal=gone.disposal, when=gone.since[:10])


def listed(connection: Connection, objids: Iterable[str]) -> dict[tuple[str, str], Gone]:
    """What is gone of these cases, by objid and item, as it is listed."""
    wanted = sorted(set(objids))
    query = select(tombstones)
    return {
        (row.objid, row.item): row
        for start in range(0, len(wanted), _BATCH)
        for row in (
            Gone(*values)
            for values in connection.execute(query.where(tombstones.c.objid.in_(wanted[start : start + _BATCH])))
        )
    }


def all_gone(connection: Connection) -> list[Gone]:
    """Everything, in the order in which it went."""
    return [Gone(*row) for row in connection.execute(select(tombstones).order_by(tombstones.c.since))]


def concerned(connection: Connection) -> set[str]:
    """Every case of which something is or was to go, by the rows or by the ledger."""
    said = {gone.objid for gone in all_gone(connection)}
    return said.union(*(ledger.subjects_of(connection, action) for action in (BEGUN, DESTROYED)))


def replay(connection: Connection) -> None:
    """Make the rows again from the ledger alone."""
    connection.execute(delete(tombstones))
    for entry in ledger.of_action(connection, BEGUN, DESTROYED):
        _apply(connection, entry)


def _apply(connection: Connection, entry: Entry) -> None:
    row = _said(entry)
    connection.execute(delete(tombstones).where(tombstones.c.objid == row.objid, tombstones.c.item == row.item))
    connection.execute(tombstones.insert(), asdict(row))


def compare(connection: Connection) -> Iterator[Finding]:
    """Every case of which the rows contradict the ledger."""
    known = {entry.subject for entry in ledger.of_action(connection, BEGUN, DESTROYED)}
    known |= set(connection.execute(select(tombstones.c.objid).distinct()).scalars())
    yield from contradictions(lambda objid: of_case(connection, objid), known)
