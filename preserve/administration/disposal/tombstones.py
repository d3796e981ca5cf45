"""What is left of a thing that went: drawn up before the first byte goes, completed when nothing is left, kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from preserve.administration.disposal.model import CopyGone, Disposal, Entry, FileGone, PackageGone, Tombstone
from preserve.administration.proceedings.records import read_record, write_record
from preserve.administration.retention import rules_in_force
from preserve.data_management import cases, destroyed, holdings, ledger, object_index, retention_index, search, versions
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


def draw_up(home: Home, connection: Connection, found: Disposal, entry: Entry, begun: str) -> str:
    """Write down what is known of a thing before it goes; return the digest of the record."""
    item = entry.item
    case = cases.read(connection, item.objid)
    packages = [
        PackageGone(
            name=row.name,
            version=row.version,
            created=row.created,
            files=row.files,
            size=row.size,
            manifest_sha256=row.manifest_sha256,
        )
        for row in versions.of_case(connection, item.objid)
    ]
    listed = {
        (row.identifier, row.sha256): FileGone(
            identifier=row.identifier,
            representation=row.representation,
            path=row.path,
            size=row.size,
            sha256=row.sha256,
            puid=row.puid,
        )
        for row in object_index.of_case(connection, item.objid)
        if not item.item or item.item in (row.identifier, row.source)
    }
    approval = found.approval
    people = {
        "proposer": found.proposed.by,
        "supervisors": ", ".join(one.by for one in found.supervisors),
        "head": approval.by if approval else "",
        "on_behalf_of": approval.on_behalf_of if approval else "",
    }
    stone = Tombstone(
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
        packages=tuple(packages),
        files=tuple(listed.values()),
        disposal=found.number,
        review=found.review,
        reason=entry.reason,
        people=people,
        begun=begun,
    )
    return write_record(_path(home, item.objid, item.item, "begun"), stone)


def read_draft(home: Home, one: Gone) -> Tombstone:
    """What was known of a thing before it began to go. Raises NotIntact."""
    what = "begun" if one.state == "begun" else "destroyed"
    return read_record(_path(home, one.objid, one.item, what), one.sha256, Tombstone)


def copies_gone(connection: Connection, objid: str, disposal: str) -> list[CopyGone]:
    """How each copy went so far, as the ledger tells it."""
    media = {row.id: row for row in holdings.all_media(connection)}
    found = []
    for entry in ledger.about(connection, objid, COPY_GONE):
        told = entry.details
        if told["disposal"] == disposal:
            medium = media.get(told["medium"])
            found.append(
                CopyGone(
                    name=told["name"],
                    medium=told["medium"],
                    kind=medium.kind if medium else "",
                    label=medium.label if medium else told["medium"],
                    when=entry.time,
                    worth=told["worth"],
                    detail=told["detail"],
                )
            )
    return found


def complete(
    home: Home, connection: Connection, draft: Tombstone, remarks: tuple[str, ...], destroyed: str
) -> tuple[Tombstone, str]:
    """The tombstone with how each copy went; returns it and its digest. The draft beside it stays."""
    stone = draft.model_copy(
        update={
            "copies": tuple(copies_gone(connection, draft.objid, draft.disposal)),
            "remarks": remarks,
            "destroyed": destroyed,
        }
    )
    return stone, write_record(_path(home, draft.objid, draft.item, "destroyed"), stone)


def bury(connection: Connection, stone: Tombstone) -> None:
    """Take a whole case out of the catalogue but for what its tombstone tells: no files, events, words or parties."""
    if stone.item:
        raise PreserveError("disposal.not-of-it", stone.objid, number=stone.disposal)
    overwrite_what_is_deleted(connection)
    for version in versions.of_case(connection, stone.objid):
        forget_version(connection, stone.objid, version.version)
    search.forget(connection, stone.objid)
    retention_index.replace(connection, stone.objid, ())
    cases.replace_description(connection, stone.objid, _reduced(stone))


def forget_older(connection: Connection, objid: str, below: int) -> None:
    """Take the versions of a case that still held the part out of the catalogue."""
    overwrite_what_is_deleted(connection)
    for version in versions.of_case(connection, objid):
        if version.version < below:
            forget_version(connection, objid, version.version)


def _reduced(stone: Tombstone) -> CaseDescription:
    """A description that names nobody."""
    return CaseDescription.model_validate(
        {
            "case_number": stone.case_number,
            "archival_number": stone.archival_number,
            "case_type": stone.case_type,
            "title": stone.title,
            "cause": stone.cause or "—",
            "producer": {"name": stone.producer},
            "start": stone.started or stone.closed,
            "closed": stone.closed,
            "classification": stone.classification,
            "retention": stone.declared,
            "objects": (),
        }
    )


def after_rebuild(home: Home) -> Callable[[Connection], None]:
    """What a rebuilt catalogue needs: rows of cases that went, from their tombstones, and the days of those left."""
    days = rules_in_force.after_rebuild(home)

    def enter(connection: Connection) -> None:
        for one in destroyed.all_gone(connection):
            if one.item or cases.is_listed(connection, one.objid):
                continue
            try:
                stone = read_draft(home, one)
            except NotIntact:
                continue  # of an archive restored from media alone only the ledger tells of it
            cases.insert(
                connection,
                Case(
                    stone.objid,
                    stone.case_number,
                    stone.archival_number,
                    stone.title,
                    stone.case_type,
                    stone.cause,
                    stone.producer,
                    stone.classification,
                    stone.started,
                    stone.closed,
                    stone.long_term,
                    _reduced(stone).model_dump_json(),
                ),
            )
        days(connection)

    return enter
