"""Opening the entry of a case to everybody, and closing it again: what the ledger says is what holds.

Nothing is open by itself. What is opened is the entry: number, title, producer and days; no party, no officer, no
name of a file, and no byte of the case. The title may be another than the case's, which often names a party.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from preserve.administration.actor import Actor
from preserve.archival_storage.packages import require_case
from preserve.data_management import cases, destroyed, filings, fonds, ledger
from preserve.data_management.ledger import Entry
from preserve.description.fixed_values import Classification
from preserve.errors import Conflict, NotFound, Refused, UsageError
from preserve.home import Home

OPENED, CLOSED = "case.opened-to-all", "case.closed-to-all"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """What the last act made of a case: the title under which it is open, and since when; or that it is so no more."""

    objid: str
    open: bool
    title: str
    moment: str


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """What everybody may read of a case. Days as 2026-01-31; `moment` is when it was opened, RFC 3339 in UTC."""

    objid: str
    case_number: str
    archival_number: str
    title: str
    producer: str
    started: str
    closed: str
    fonds: str
    fonds_name: str
    moment: str


def open_entry(actor: Actor, name: str, *, reason: str, title: str = "") -> Standing:
    """Open the entry of a case to everybody. Raises Refused where it is classified, gone, or open already."""
    with actor.catalogue.begin() as connection:
        objid = _require(actor, connection, name, reason)
        case = cases.read(connection, objid)
        told = case.description
        if told.classification is not Classification.INTERNAL or told.strictest is Classification.STATE_SECRET:
            raise Refused("openness.classified", name)
        standing = _standing(connection, objid)
        wanted = " ".join((title.strip() or case.title).split())[:_LONGEST]
        if standing is not None and standing.open and standing.title == wanted:
            raise Conflict("openness.open-already", name)
        return _write(actor, connection, OPENED, objid, {"title": wanted, "reason": reason.strip()})


def close_entry(actor: Actor, name: str, *, reason: str) -> Standing:
    """Close it again: whoever harvests is told that it is gone. Raises Refused where it is not open."""
    with actor.catalogue.begin() as connection:
        objid = _require(actor, connection, name, reason)
        standing = _standing(connection, objid)
        if standing is None or not standing.open:
            raise Conflict("openness.not-open", name)
        return _write(actor, connection, CLOSED, objid, {"reason": reason.strip()})


def _require(actor: Actor, connection: Connection, name: str, reason: str) -> str:
    if not reason.strip():
        raise UsageError("openness.reason", name)
    objid = require_case(actor.home, connection, name)
    if destroyed.of_case(connection, objid, whole=True):
        raise NotFound("transfer.gone", name)
    return objid


def _write(actor: Actor, connection: Connection, action: str, objid: str, details: dict[str, str]) -> Standing:
    entry = ledger.add(
        connection, action=action, subject=objid, actor=actor.account, details=details, moment=actor.now()
    )
    return _said(entry)


def _said(entry: Entry) -> Standing:
    opened = entry.action == OPENED
    return Standing(entry.subject, opened, str(entry.details.get("title", "")), entry.time)


def _standing(connection: Connection, objid: str) -> Standing | None:
    entry = next(iter(ledger.newest(connection, objid, OPENED, CLOSED)), None)
    return _said(entry) if entry else None


def standings(connection: Connection) -> list[Standing]:
    """What the acts made of every case that was ever opened, by the last moment; one that was destroyed is closed."""
    last: dict[str, Standing] = {}
    for entry in ledger.of_action(connection, OPENED, CLOSED):
        last.pop(entry.subject, None)
        last[entry.subject] = _said(entry)
    for objid in list(last):
        for gone in destroyed.of_case(connection, objid, whole=True):
            last[objid] = Standing(objid, False, "", max(gone.since, last[objid].moment))
    return sorted(last.values(), key=lambda one: (one.moment, one.objid))


def entries(connection: Connection, home: Home, wanted: list[Standing]) -> Iterator[PublicEntry]:
    """What everybody may read of the open ones among these."""
    known = {row.code: row for row in fonds.all_fonds(connection)}
    read = cases.read_many(connection, [one.objid for one in wanted if one.open])
    for one in wanted:
        case = read.get(one.objid)
        if not one.open or case is None:
            continue
        filing = filings.filing_of(connection, one.objid)
        row = known.get(filing.fonds) if filing else None
        yield PublicEntry(
            objid=one.objid,
            case_number=case.case_number,
            archival_number=case.archival_number,
            title=one.title,
            producer=case.producer,
            started=case.started or "",
            closed=case.closed or "",
            fonds=(row.number or row.code) if row else home.settings.archive_id,
            fonds_name=row.name if row else home.settings.institution,
            moment=one.moment,
        )
