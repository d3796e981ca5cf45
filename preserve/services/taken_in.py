"""That a waiting deposit was taken in: what is written down of it, and what a later attempt finds done."""

from __future__ import annotations

from pathlib import Path

from preserve.archival_storage import policy as storage_policy
from preserve.data_management import cases, journal, ledger, versions
from preserve.description.stored import divided
from preserve.ingest.handing_in import papers
from preserve.ingest.handing_in.access import Known
from preserve.ingest.handing_in.papers import About, TakenIn
from preserve.ingest.handing_in.rooms import Record, today
from preserve.ingest.result import Result
from preserve.messages import speaking
from preserve.services.deposits import Ingested, MissingCopies
from preserve.services.pool_settling import settle
from preserve.services.reading_after_ingest import after_ingest
from preserve.services.session import Session
from preserve.services.uploads import enter

TAKEN_IN = "deposit.taken-in"


def take_note(session: Session, place: Known, about: About, done: Result) -> None:
    """The receipt, the ledger's entry, the claims; that it was taken in stands last: a later attempt does the rest."""
    home, room, deposit = session.home, place.room, place.room.id
    taken = TakenIn(done.objid, done.originals, done.size, sum(count for _, count in done.missing))
    with room.held():
        if place.record.kind == "inbox":
            room.write(place.record)
        with speaking(home.settings.language):
            room.put(room.paper("receipt"), papers.receipt(home, about, taken, session.archive.now()))
        with session.archive.catalogue.read() as connection:
            is_told = next(ledger.newest(connection, deposit, TAKEN_IN), None) is not None
        if not is_told:
            enter(session, TAKEN_IN, deposit, objid=done.objid)
        settle(session, deposit, done.objid)
        update = {"state": "taken-in", "objid": done.objid, "case_number": done.case_number, "taken_in": today()}
        room.write(room.read().model_copy(update={**update, "taken_by": session.person.name}))


def taken_before(session: Session, record: Record) -> Ingested:
    """All was done by the attempt before this one, but saying so."""
    after_ingest(session, record.objid)
    home = session.home
    with session.archive.catalogue.read() as connection:
        version = versions.read(connection, f"{record.objid}_v0001")
        row = journal.of_case(connection, record.objid)
        standing = storage_policy.standing(connection, record.objid, 1, storage_policy.read_policy(home.profiles))
        originals = sum(1 for _ in divided(cases.read(connection, record.objid).description_text)[1])
    return Ingested(
        sip=Path(record.name),
        ok=True,
        status=0,
        objid=record.objid,
        name=version.name,
        case_number=record.case_number,
        location=version.name,
        files=version.files,
        originals=originals,
        bytes=version.size,
        resumed=True,
        sealed=standing.sealed,
        missing=tuple(MissingCopies(kind, count) for kind, count in standing.missing),
        findings=tuple(journal.read_findings(row.findings)) if row else (),
    )
