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
from preserve.data_management import cases, destroyed, disposal_holds, filings, proceedings, retention_index
from preserve.errors import NotIntact
from preserve.home import Home

OPEN = ("proposed", "supervised", "approved", "executing")
"""The states in which a disposal may still destroy something."""


def _require_same(connection: Connection, item: Item) -> None:
    """What people decided about is this case, by the words they saw. Raises NotIntact."""
    row = cases.read(connection, item.objid)
    now = (row.case_number, row.title, row.closed or "", row.classification)
    # Its number may have become another since: the fonds got its own, or the case went into another fonds.
    numbered = item.archival_number == row.archival_number or item.archival_number in filings.ever_had(
        connection, item.objid
    )
    if not numbered or now != (item.case_number, item.title, item.closed, item.classification):
        raise NotIntact("disposal.item-differs", item.case_number, objid=item.objid)


def obstacles(
    home: Home, connection: Connection, review: Review, row: int, today: date, disposal: str = ""
) -> Iterator[Finding]:
    """Everything that stands against destroying an item of an appraisal now; nothing where it may go.

    `disposal` is the one that asks: another open one about the same thing stands against it. Raises NotIntact where
    the catalogue does not say of the case what the ledger and its packages say: nobody decides on that.
    """
    item = review.item(row)
    opinion = review.approval.outcome.get(row) if review.approval else None
    if item is None or opinion is None or opinion.action != "destroy":
        yield Finding("disposal.not-appraised", f"{review.number}/{row}", "refuse", {"row": row})
        return
    where = item.case_number
    require_registered(home, connection, item.objid)
    if not destroyed.of_case(connection, item.objid, whole=True):
        require_rows(home, connection, item.objid)
        _require_same(connection, item)
    if row in review.objected():
        yield Finding("disposal.objected", where, "refuse", {"row": row})
    for block in disposal_holds.blocks(connection, item.objid):
        yield Finding("disposal.blocked", where, "refuse", {"kind": block.kind, "number": block.number})
    yield from _not_due(home, connection, item, today)
    for gone in destroyed.of_case(connection, item.objid):
        if gone.item in ("", item.item) and gone.disposal != disposal:
            yield Finding("disposal.gone-already", where, "refuse", {"number": gone.disposal})
    yield from _in_another(home, connection, item, disposal)


def _not_due(home: Home, connection: Connection, item: Item, today: date) -> Iterator[Finding]:
    """That it has not fallen due: the case with each of its recordings, or the recording that is to go."""
    listed = retention_index.rows_of(connection, item.objid)
    rows = [row for row in listed if not item.item or row.item == item.item]
    if not rows:
        yield Finding("disposal.not-due", item.case_number, "refuse", {"day": "—"})
    for row in rows:
        day, _ = strictest_due(home, connection, row)
        if day is None or day > today.isoformat():
            yield Finding("disposal.not-due", item.case_number, "refuse", {"day": day or "—"})
            return


def _in_another(home: Home, connection: Connection, item: Item, disposal: str) -> Iterator[Finding]:
    """That another disposal that is open lists the same thing."""
    for row in proceedings.about_case(connection, "disposal", item.objid, OPEN):
        if row.number == disposal or row.state == "executing":
            continue  # of one that is carried out the rows of what goes have said already
        path = home.store / "disposals" / row.number / records.record_name(row.kind, row.steps, row.state)
        for entry in records.read_record(path, row.sha256, Disposal).entries:
            if entry.item.objid == item.objid and (not item.item or entry.item.item in ("", item.item)):
                yield Finding("disposal.in-another", item.case_number, "refuse", {"number": row.number})
                break
