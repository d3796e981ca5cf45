"""Whether a thing may go, asked when it is proposed, when it is approved, and again at the moment it goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.appraisal.model import Item, Review
from preserve.administration.disposal.model import Disposal
from preserve.administration.proceedings import records
from preserve.administration.retention.rules_in_force import require_rows, strictest_due
from preserve.archival_storage.packages import require_registered
from preserve.data_management import cases, destroyed, disposal_holds, proceedings, retention_index
from preserve.errors import NotIntact
from preserve.home import Home

OPEN = ("proposed", "supervised", "approved", "executing")
"""The states in which a disposal may still destroy something."""


def _require_same(connection: Connection, item: Item) -> None:
    """What people decided about is this case, by the words they saw. Raises NotIntact."""
    row = cases.read(connection, item.objid)
    now = (row.case_number, row.archival_number, row.title, row.closed or "", row.classification)
    if now != (item.case_number, item.archival_number, item.title, item.closed, item.classification):
        raise NotIntact("disposal.item-differs", item.case_number, objid=item.objid)


def against(
    home: Home, connection: Connection, review: Review, row: int, today: date, disposal: str = ""
) -> Iterator[Finding]:
    """Everything that stands against destroying an item of an appraisal now; nothing where it may go.

    `disposal` is the one that asks: another open one about the same thing stands against it. Raises NotIntact where
    the catalogue does not say of the case what the ledger and its packages say: nobody decides on that.
    """
    item = review.item(row)
    said = review.approval.outcome.get(row) if review.approval else None
    if item is None or said is None or said.action != "destroy":
        yield Finding("disposal.not-appraised", f"{review.number}/{row}", "refuse", {"row": row})
        return
    where = item.case_number
    require_registered(home, connection, item.objid)
    if not destroyed.of_case(connection, item.objid, whole=True):
        require_rows(home, connection, item.objid)
        _require_same(connection, item)
    if row in review.objected():
        yield Finding("disposal.objected", where, "refuse", {"row": row})
    for one in disposal_holds.blocks(connection, item.objid):
        yield Finding("disposal.blocked", where, "refuse", {"kind": one.kind, "number": one.number})
    rows = [one for one in retention_index.rows_of(connection, item.objid) if not item.item or one.item == item.item]
    if not rows:
        yield Finding("disposal.not-due", where, "refuse", {"day": "—"})
    for known in rows:
        day, _ = strictest_due(home, connection, known)
        if day is None or day > today.isoformat():
            yield Finding("disposal.not-due", where, "refuse", {"day": day or "—"})
            break
    for lost in destroyed.of_case(connection, item.objid):
        if lost.item in ("", item.item) and lost.disposal != disposal:
            yield Finding("disposal.gone-already", where, "refuse", {"number": lost.disposal})
    for other in proceedings.about_case(connection, "disposal", item.objid, OPEN):
        if other.number == disposal or other.state == "executing":
            continue  # of one that is carried out the rows of what goes have told already
        path = home.store / "disposals" / other.number / records.record_name(other.kind, other.steps, other.state)
        listed = records.read_record(path, other.sha256, Disposal).entries
        if any(e.item.objid == item.objid and (not item.item or e.item.item in ("", item.item)) for e in listed):
            yield Finding("disposal.in-another", where, "refuse", {"number": other.number})
