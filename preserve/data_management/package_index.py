"""Enters a sealed package into the catalogue: its case, version, files, events, counts of formats and words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select

from metadata import bag, csip, mets, premis
from metadata.compact import PackedTexts
from metadata.entities import Event, FileObject
from metadata.errors import MetadataError
from metadata.identity import is_plain, readable
from metadata.names import original_bytes
from preserve.data_management import formats_index, kept_sums, ledger, search
from preserve.data_management.engines.dialect import unless_there
from preserve.data_management.search import Passage
from preserve.data_management.tables import cases, events, files, versions
from preserve.description.schema import CaseDescription
from preserve.description.stored import catalogue_text, read_case
from preserve.errors import NotIntact
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file

_BATCH = 2000

READ_FROM = (csip.METS, csip.PREMIS, csip.CASE, csip.TEXT)
"""The files of a package that its rows are read from, besides `bag-info.txt`."""


def index_package(connection: Connection, root: Path, *, indexed: bool = True) -> str:
    """Enter a sealed package into cases, versions, files, events and search; return its objid.

    Everything comes from the package alone, so entering it again gives the same rows. Without `indexed` the words wait
    for `search.fill`, which indexes many cases faster than one by one. Raises NotIntact where the package cannot be
    read as one of ours.
    """
    objid, _, number = root.name.rpartition("_v")
    try:
        if not csip.OBJID.match(objid) or not number.isdigit():
            raise ValueError(f"name {root.name}")
        with kept_sums.following(connection, objid):
            _enter_version(connection, root, objid, int(number), indexed=indexed)
    except (OSError, ValueError, KeyError, MetadataError, StorageError) as error:
        raise NotIntact("catalogue.package-unreadable", str(root), detail=str(error)) from error
    return objid


def _enter_version(connection: Connection, root: Path, objid: str, version: int, *, indexed: bool) -> None:
    package = root / "data" / objid
    description = read_case(package / csip.CASE)
    created = mets.read_identity(package / csip.METS).created
    info = dict(bag.read_info(root / "bag-info.txt"))
    size, count = info["Payload-Oxum"].split(".")
    manifest = digest_file(root / "manifest-sha256.txt", ("sha256",), from_medium=False)[1]["sha256"]
    newest = connection.execute(select(func.max(versions.c.version)).where(versions.c.objid == objid)).scalar()
    # What is searched for, and what the case is called, is what its newest version says.
    leads = newest is None or newest <= version
    _take_out(connection, objid, version)
    if leads:
        _enter_case(connection, objid, description, _long_term(description, info))
    connection.execute(
        versions.insert(),
        {
            "objid": objid,
            "version": version,
            "name": root.name,
            "created": created,
            "files": int(count),
            "size": int(size),
            "manifest_sha256": manifest,
        },
    )
    names = _enter_entities(connection, objid, version, package)
    if leads:
        head = chain(_words(description), (Passage("file", name, name) for name in names))
        search.enter(connection, objid, _plain(description), head, _texts(package), indexed=indexed)
    for entry in ledger.about(connection, objid, formats_index.REIDENTIFIED):
        if entry.details["version"] == version:
            formats_index.reidentify(connection, objid, entry.details)


def forget_version(connection: Connection, objid: str, version: int) -> None:
    """Take one version out of the index: its files, its events, its counts of formats."""
    with kept_sums.following(connection, objid):
        _take_out(connection, objid, version)


def reidentify(connection: Connection, objid: str, details: Mapping[str, Any]) -> None:
    """Lay what a `case.reidentified` entry says over the rows of the version it is about."""
    with kept_sums.following(connection, objid):
        formats_index.reidentify(connection, objid, details)


def _take_out(connection: Connection, objid: str, version: int) -> None:
    formats_index.forget(connection, objid, version)
    for table in (files, events, versions):
        connection.execute(delete(table).where(table.c.objid == objid, table.c.version == version))


def _long_term(description: CaseDescription, info: Mapping[str, str]) -> bool:
    """The storage class that the rules gave at ingest; packages from before it was written had incident or coercion."""
    if written := info.get("Storage-Class"):
        return written == "long-term"
    return bool(description.incidents) or description.case_type == "coercion"


def _enter_case(connection: Connection, objid: str, description: CaseDescription, long_term: bool) -> None:
    row = {
        "case_number": description.case_number,
        "archival_number": description.archival_number,
        "title": description.title,
        "case_type": description.case_type,
        "cause": description.cause,
        "producer": description.producer.name,
        "classification": description.strictest.value,
        "started": description.start.isoformat(),
        "closed": description.closed.isoformat(),
        "long_term": long_term,
        "description": catalogue_text(description),
    }
    if connection.execute(select(cases.c.objid).where(cases.c.objid == objid)).first():
        connection.execute(cases.update().where(cases.c.objid == objid).values(**row))
    else:
        connection.execute(cases.insert(), {"objid": objid, **row})


def _enter_entities(connection: Connection, objid: str, version: int, package: Path) -> PackedTexts:
    """Files and events; returns the names of the originals, to be found by."""
    names = PackedTexts()
    documents = [("", package / csip.PREMIS)]
    # The originals last: what was derived from them is known by then.
    roles = csip.REPRESENTATIONS[::-1]
    documents += [(role, package / "representations" / role / csip.PREMIS) for role in roles]
    counter = formats_index.Counter(objid, version)
    common = {"objid": objid, "version": version}
    # An event about the whole package may be told in more than one document.
    tell = unless_there(connection, events)
    for role, document in documents:
        if role and not document.is_file():
            continue
        rows: list[dict[str, Any]] = []
        happenings: list[dict[str, Any]] = []

        def write(rows: list[dict[str, Any]] = rows, happenings: list[dict[str, Any]] = happenings) -> None:
            if rows:
                connection.execute(files.insert(), rows)
            if happenings:
                connection.execute(tell, happenings)
            for batch in (rows, happenings):
                batch.clear()

        for entity in premis.read_premis(document):
            if isinstance(entity, FileObject):
                rows.append({**common, **_file_row(role, entity)})
                counter.take(role, entity)
                if role == "original":
                    names.append(_readable(entity.original_name) or entity.path.removeprefix("data/"))
            elif isinstance(entity, Event):
                happenings.append({**common, **_event_row(entity)})
            if len(rows) + len(happenings) >= _BATCH:
                write()
        write()
    counter.write(connection)
    return names


def _readable(name: str) -> str:
    """The depositor's name, as XML has it, as people read it."""
    return name if is_plain(name) else readable(original_bytes(name).decode("utf-8", "surrogateescape"))


_ENCODER = json.JSONEncoder(ensure_ascii=False)


def _file_row(role: str, entity: FileObject) -> dict[str, Any]:
    source = [relation.related for relation in entity.relationships if relation.sub_kind == "has source"]
    return {
        "identifier": entity.identifier,
        "representation": role,
        "path": entity.path,
        "original_name": entity.original_name,
        "size": entity.size,
        "sha256": entity.digests["sha256"],
        "puid": entity.format.puid,
        "format_name": entity.format.name,
        "format_version": entity.format.version,
        "properties": _ENCODER.encode(list(entity.properties)),
        "source": source[0] if source else None,
    }


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "identifier": event.identifier,
        "kind": event.kind,
        "happened": event.when,
        "outcome": event.outcome,
        "detail": event.detail,
        "outcome_detail": event.outcome_detail,
    }


def _plain(description: CaseDescription) -> dict[str, Any]:
    """The description as plain data, its files one after the other: a large case has many."""
    known = description.model_copy(update={"objects": ()}).model_dump(mode="json")
    return {**known, "objects": (item.model_dump(mode="json") for item in description.objects)}


def _words(description: CaseDescription) -> Iterator[Passage]:
    """What the description says, field by field."""
    yield Passage("case_number", "", description.case_number)
    yield Passage("archival_number", "", description.archival_number)
    yield Passage("title", "", description.title)
    yield Passage("cause", "", description.cause)
    yield Passage("producer", "", description.producer.name)
    for party in description.parties:
        yield Passage("party", "", party.name)
    for officer in description.officers:
        yield Passage("officer", "", f"{officer.name} {officer.number}".strip())
    for measure in description.measures:
        yield Passage("place", "", measure.place)
        yield Passage("note", "", measure.note)
    for incident in description.incidents:
        yield Passage("note", "", incident.note)
    yield Passage("note", "", description.note)
    for item in description.objects:
        yield Passage("object", item.file, " ".join(filter(None, (item.title, item.kind))))
        yield Passage("device", item.file, item.device)
        yield Passage("maker", item.file, item.maker)
        yield Passage("place", item.file, item.place)
        yield Passage("note", item.file, " ".join(filter(None, (item.proves, item.note))))


def _texts(package: Path) -> Iterator[Passage]:
    """What was read out of the documents at ingest; nothing in packages from before that was done."""
    with suppress(FileNotFoundError), (package / csip.TEXT).open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("text"):
                yield Passage("text", _readable(str(row["file"])), str(row["text"]))
