"""The tombstone of a destroyed case or recording: written before removal begins, completed when nothing remains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from preserve.administration.disposal.model import (
    CopyGone,
    Disposal,
    Entry,
    FileGone,
    PackageGone,
    ReadingGone,
    Tombstone,
)
from preserve.administration.proceedings.records import read_record, write_record
from preserve.administration.retention import rules_in_force
from preserve.data_management import (
    cases,
    destroyed,
    holdings,
    jobs,
    ledger,
    object_index,
    reader_notes,
    readings,
    retention_index,
    search,
    versions,
)
from preserve.data_management.cases import Case
from preserve.data_management.database import overwrite_what_is_deleted
from preserve.data_management.destroyed import Gone
from preserve.data_management.package_index import forget_version
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
    case = cases.read(connection, item.objid)
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
        long_term=case.long_term,
        packages=tuple(_packages(connection, item.objid)),
        files=tuple(_files(connection, item.objid, item.item)),
        disposal=disposal.number,
        review=disposal.review,
        reason=entry.reason,
        people=people,
        begun=begun,
        readings=tuple(
            ReadingGone(number=row.number, made=row.made, size=row.size, sha256=row.sha256)
            for row in readings.of_case(connection, item.objid)
        ),
    )
    return write_record(_path(home, item.objid, item.item, "begun"), tombstone)


def _packages(connection: Connection, objid: str) -> Iterator[PackageGone]:
    for row in versions.of_case(connection, objid):
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
    listed = {
        (row.identifier, row.sha256): FileGone(
            identifier=row.identifier,
            representation=row.representation,
            path=row.path,
            size=row.size,
            sha256=row.sha256,
            puid=row.puid,
        )
        for row in object_index.of_case(connection, objid)
        if not item or item in (row.identifier, row.source)
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
    overwrite_what_is_deleted(connection)
    for version in versions.of_case(connection, tombstone.objid):
        forget_version(connection, tombstone.objid, version.version)
    _forget_notes(connection, tombstone)
    search.forget(connection, tombstone.objid)
    jobs.forget_about(connection, tombstone.objid, tombstone.case_number)
    retention_index.replace(connection, tombstone.objid, ())
    cases.replace_description(connection, tombstone.objid, _reduced(tombstone))


def forget_older(connection: Connection, tombstone: Tombstone, below: int) -> None:
    """Take the versions of a case that still held the part out of the catalogue, and what readers noted of the part."""
    overwrite_what_is_deleted(connection)
    _forget_notes(connection, tombstone)
    jobs.forget_about(connection, tombstone.objid)
    for version in versions.of_case(connection, tombstone.objid):
        if version.version < below:
            forget_version(connection, tombstone.objid, version.version)


def _forget_notes(connection: Connection, tombstone: Tombstone) -> None:
    reader_notes.forget_marks(connection, (file.identifier for file in tombstone.files))


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
    """What a rebuilt catalogue needs: rows of cases that went, from their tombstones, and the days of those left.

    What readers had noted of what went comes with a catalogue that was put back to an earlier moment: it goes again.
    """
    days = rules_in_force.after_rebuild(home)

    def enter(connection: Connection) -> None:
        overwrite_what_is_deleted(connection)
        noted = reader_notes.are_marks(connection)
        for gone in destroyed.all_gone(connection):
            known = bool(gone.item) or cases.is_listed(connection, gone.objid)
            if known and not noted:
                continue
            try:
                tombstone = read_draft(home, gone)
            except NotIntact:
                continue  # of an archive restored from media alone only the ledger tells of it
            if gone.state == "destroyed":
                _forget_notes(connection, tombstone)
            if known:
                continue
            case = Case(
                tombstone.objid,
                tombstone.case_number,
                tombstone.archival_number,
                tombstone.title,
                tombstone.case_type,
                tombstone.cause,
                tombstone.producer,
                tombstone.classification,
                tombstone.started,
                tombstone.closed,
                tombstone.long_term,
                _reduced(tombstone).model_dump_json(),
            )
            cases.insert(connection, case)
        days(connection)

    return enter
