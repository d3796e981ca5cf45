"""The tombstone of a destroyed case or recording: written before removal begins, completed when nothing remains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection, select, update

from preserve.administration.disposal.model import CopyGone, Disposal, Entry, FileGone, PackageGone, Tombstone
from preserve.administration.proceedings.records import read_record, write_record
from preserve.administration.retention import rules_in_force
from preserve.data_management import destroyed, holdings, ledger, retention_index, search
from preserve.data_management.cases import forget_version
from preserve.data_management.destroyed import Gone
from preserve.data_management.tables import cases, files, versions
from preserve.description.schema import CaseDescription
from preserve.errors import NotIntact, PreserveError
from preserve.home import Home

COPY_GONE = "copy.destroyed"


def _path(home: Home, objid: str, item: str, what: str) -> Path:
    name = f"{objid}.{item}" if item else objid
    return home.store / "tombstones" / f"{name}.{what}.json"


def draw_up(home: Home, connection: Connection, disposal: Disposal, entry: Entry, begun: str) -> str:
    """Write down what is known of a thing before it goes; return the digest of the record."""
    item = entry.item
    case = connection.execute(select(cases).where(cases.c.objid == item.objid)).one()
    approval = disposal.approval
    people = {
        "proposer": disposal.proposed.by,
        "supervisors": ", ".join(signature.by for signature in disposal.supervisors),
        "head": approval.by if approval else "",
        "on_behalf_of": approval.on_behalf_of if approval else "",
    }
    tombstone = Tombstone(
        objid=item.objid,
        item=item.item,
        path=item.path,
        case_number=case.case_number,
        archival_number=case.archival_number,
        title=case.title,
        case_type=case.case_type,
        cause=case.cause,
        producer=case.producer,
        started=case.started or "",
        closed=case.closed or "",
        classification=case.classification,
        declared=item.declared,
        long_term=bool(case.long_term),
        packages=tuple(_packages(connection, item.objid)),
        files=tuple(_files(connection, item.objid, item.item)),
        disposal=disposal.number,
        review=disposal.review,
        reason=entry.reason,
        people=people,
        begun=begun,
    )
    return write_record(_path(home, item.objid, item.item, "begun"), tombstone)


def _packages(connection: Connection, objid: str) -> Iterator[PackageGone]:
    for row in connection.execute(select(versions).where(versions.c.objid == objid).order_by(versions.c.version)):
        yield PackageGone(
            name=row.name,
            version=row.version,
            created=row.created,
            files=row.files,
            size=row.size,
            manifest_sha256=row.manifest_sha256,
        )


def _files(connection: Connection, objid: str, item: str) -> Iterable[FileGone]:
    """The files of a case, or a recording with what was made from it; in several versions the same is told once."""
    query = select(files).where(files.c.objid == objid)
    if item:
        query = query.where((files.c.identifier == item) | (files.c.source == item))
    listed = {
        (row.identifier, row.sha256): FileGone(
            identifier=row.identifier,
            representation=row.representation,
            path=row.path,
            size=row.size,
            sha256=row.sha256,
            puid=row.puid,
        )
        for row in connection.execute(query.order_by(files.c.version, files.c.representation, files.c.path))
    }
    return listed.values()


def read_draft(home: Home, gone: Gone) -> Tombstone:
    """What was known of a thing before it began to go. Raises NotIntact."""
    what = "begun" if gone.state == "begun" else "destroyed"
    return read_record(_path(home, gone.objid, gone.item, what), gone.sha256, Tombstone)


def tombstones_of(home: Home, connection: Connection, disposal: Disposal) -> list[Tombstone]:
    """The tombstones of what has gone by this disposal so far, in the order in which it went."""
    objids = dict.fromkeys(entry.item.objid for entry in disposal.entries)
    gone = [row for objid in objids for row in destroyed.of_case(connection, objid)]
    return [
        read_draft(home, row)
        for row in sorted(gone, key=lambda row: row.since)
        if row.disposal == disposal.number and row.state == "destroyed"
    ]


def copies_gone(connection: Connection, objid: str, disposal: str) -> list[CopyGone]:
    """How each copy went so far, as the ledger tells it."""
    media = {row.id: row for row in holdings.all_media(connection)}
    gone = []
    for entry in ledger.about(connection, objid, COPY_GONE):
        details = entry.details
        if details["disposal"] == disposal:
            medium = media.get(details["medium"])
            gone.append(
                CopyGone(
                    name=details["name"],
                    medium=details["medium"],
                    kind=medium.kind if medium else "",
                    label=medium.label if medium else details["medium"],
                    when=entry.time,
                    worth=details["worth"],
                    detail=details["detail"],
                )
            )
    return gone


def complete(
    home: Home, connection: Connection, draft: Tombstone, remarks: tuple[str, ...], destroyed: str
) -> tuple[Tombstone, str]:
    """The tombstone with how each copy went; returns it and its digest. The draft beside it stays."""
    tombstone = draft.model_copy(
        update={
            "copies": tuple(copies_gone(connection, draft.objid, draft.disposal)),
            "remarks": remarks,
            "destroyed": destroyed,
        }
    )
    return tombstone, write_record(_path(home, draft.objid, draft.item, "destroyed"), tombstone)


def bury(connection: Connection, tombstone: Tombstone) -> None:
    """Take a whole case out of the catalogue but for what its tombstone tells: no files, events, words or parties."""
    if tombstone.item:
        raise PreserveError("disposal.not-of-it", tombstone.objid, number=tombstone.disposal)
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    numbers = select(versions.c.version).where(versions.c.objid == tombstone.objid)
    for number in connection.execute(numbers).scalars().all():
        forget_version(connection, tombstone.objid, number)
    search.forget(connection, tombstone.objid)
    retention_index.replace(connection, tombstone.objid, ())
    row = {"description": _reduced(tombstone).model_dump_json()}
    connection.execute(update(cases).where(cases.c.objid == tombstone.objid).values(**row))


def forget_older(connection: Connection, objid: str, below: int) -> None:
    """Take the versions of a case that still held the part out of the catalogue."""
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    query = select(versions.c.version).where(versions.c.objid == objid, versions.c.version < below)
    for number in connection.execute(query).scalars().all():
        forget_version(connection, objid, number)


def _reduced(tombstone: Tombstone) -> CaseDescription:
    """A description that names nobody."""
    return CaseDescription.model_validate(
        {
            "case_number": tombstone.case_number,
            "archival_number": tombstone.archival_number,
            "case_type": tombstone.case_type,
            "title": tombstone.title,
            "cause": tombstone.cause or "—",
            "producer": {"name": tombstone.producer},
            "start": tombstone.started or tombstone.closed,
            "closed": tombstone.closed,
            "classification": tombstone.classification,
            "retention": tombstone.declared,
            "objects": (),
        }
    )


def after_rebuild(home: Home) -> Callable[[Connection], None]:
    """What a rebuilt catalogue needs: rows of cases that went, from their tombstones, and the days of those left."""
    days = rules_in_force.after_rebuild(home)

    def enter(connection: Connection) -> None:
        for gone in destroyed.all_gone(connection):
            if gone.item or connection.execute(select(cases.c.objid).where(cases.c.objid == gone.objid)).first():
                continue
            try:
                tombstone = read_draft(home, gone)
            except NotIntact:
                continue  # of an archive restored from media alone only the ledger tells of it
            connection.execute(
                cases.insert(),
                {
                    "objid": tombstone.objid,
                    "case_number": tombstone.case_number,
                    "archival_number": tombstone.archival_number,
                    "title": tombstone.title,
                    "case_type": tombstone.case_type,
                    "cause": tombstone.cause,
                    "producer": tombstone.producer,
                    "classification": tombstone.classification,
                    "started": tombstone.started,
                    "closed": tombstone.closed,
                    "long_term": tombstone.long_term,
                    "description": _reduced(tombstone).model_dump_json(),
                },
            )
        days(connection)

    return enter
