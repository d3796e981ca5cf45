"""What machines read in which cases: rows that follow from the ledger and from the readings that it names.

Nothing here is a fact about a case. It says which files were read, by what, and where that lies; and it makes the words
of it findable, apart from what people wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select

from metadata.findings import Finding
from preserve.data_management import cases, destroyed, ledger, machine_search, reading_records
from preserve.data_management.comparing import contradictions
from preserve.data_management.ledger import Entry
from preserve.data_management.passages import Passage
from preserve.data_management.tables import machine_read, readings
from preserve.errors import NotIntact
from preserve.machine_reading.records import Engine, Heard, Looked, PageText, Record, Unread, What, what_of
from storage_adapters.errors import StorageError

READ = "case.read"
FORGOTTEN = "case.readings-forgotten"

SURE_ENOUGH = 0.5
"""Lines of which the machine is less sure are kept, and nobody finds a case by them."""

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a case as it is kept: of which version, when and for whom, its bytes and its SHA-256."""

    objid: str
    number: int
    version: int
    made: str
    account: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """That a file of a case was read for one thing, the newest time that it was.

    `records` counts what was found: pages, moments, places. `unread` counts pages that could not be read; where the
    whole file could not be, `code` says why. `sha256` is that of the file; `engine` what read it.
    """

    objid: str
    file: str
    what: What
    reading: int
    sha256: str
    engine: Engine
    records: int
    unread: int
    code: str


def key_of(engine: Engine) -> str:
    """An engine as the rows have it: the same text for the same engine."""
    return json.dumps(engine.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def known_by(engine: Engine) -> str:
    """By what it is told whether a file was read by this engine: its model, else its programs without their versions.

    A later release of a program reads with the same model alike, and an archive is not read again for it.
    """
    return engine.digest or re.sub(r" [^,]*", "", engine.tool)


def _file_read(row: RowMapping) -> FileRead:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    return FileRead(**{**values, "engine": Engine.model_validate_json(values["engine"])})


def of_case(connection: Connection, objid: str) -> list[Reading]:
    """The readings that are kept of a case, oldest first."""
    query = select(readings).where(readings.c.objid == objid).order_by(readings.c.number)
    return [Reading(**row) for row in connection.execute(query).mappings()]


def files_of(connection: Connection, objid: str) -> list[FileRead]:
    """What was read of each file of a case, by file."""
    table = machine_read.c
    query = select(machine_read).where(table.objid == objid).order_by(table.file, table.what)
    return [_file_read(row) for row in connection.execute(query).mappings()]


def files_of_many(connection: Connection, objids: Sequence[str]) -> dict[str, list[FileRead]]:
    """The same of each of these cases, at most some thousand; of those of which nothing was read, nothing."""
    table = machine_read.c
    found: dict[str, list[FileRead]] = {}
    for begin in range(0, len(objids), _BATCH):
        query = select(machine_read).where(table.objid.in_(objids[begin : begin + _BATCH]))
        for row in connection.execute(query.order_by(table.objid, table.file, table.what)).mappings():
            found.setdefault(row["objid"], []).append(_file_read(row))
    return found


def count(connection: Connection) -> tuple[int, int]:
    """How many cases machines read in, and how many files of them could not be read."""
    whole = select(func.count(machine_read.c.objid.distinct()))
    failed = select(func.count()).select_from(machine_read).where(machine_read.c.code != "")
    return int(connection.execute(whole).scalar_one()), int(connection.execute(failed).scalar_one())


def next_number(connection: Connection, objid: str) -> int:
    """The number of the next reading of a case: one that no reading ever had, forgotten ones included."""
    return 1 + max((int(entry.details["reading"]) for entry in ledger.about(connection, objid, READ)), default=0)


def enter(
    connection: Connection, reading: Reading, found: Iterable[Record], told: Mapping[str, Any], moment: datetime
) -> None:
    """Tell the ledger of a reading that was written, and make its rows, in the caller's transaction.

    `told` is what else the ledger says of it. Raises NotFound where the case was destroyed meanwhile.
    """
    destroyed.refuse(connection, reading.objid)
    details = {"reading": reading.number, "version": reading.version, "bytes": reading.size, "sha256": reading.sha256}
    ledger.append(
        connection,
        action=READ,
        subject=reading.objid,
        actor=reading.account,
        details={**details, **told},
        moment=moment,
    )
    _index(connection, reading, found)


def forget(connection: Connection, objid: str, *, actor: str, moment: datetime, **why: str) -> list[int]:
    """Take all readings of a case out of the catalogue and tell the ledger; their numbers, of which none may be there.

    The files go afterwards: what the ledger does not tell of any more is found by nobody.
    """
    numbers = [reading.number for reading in of_case(connection, objid)]
    _drop(connection, objid)
    if numbers:
        details = {"readings": numbers, **why}
        ledger.append(connection, action=FORGOTTEN, subject=objid, actor=actor, details=details, moment=moment)
    return numbers


def records_of(connection: Connection, store: Path, objid: str) -> Iterator[Record]:
    """Everything that machines read in a case, of each file the newest of each kind. Raises NotIntact."""
    newest = {(one.file, one.what): one.reading for one in files_of(connection, objid)}
    for reading in of_case(connection, objid):
        if reading.number not in newest.values():
            continue
        for record in reading_records.read(reading_records.path_of(store, objid, reading.number), reading.sha256):
            if newest.get((record.file, what_of(record))) == reading.number:
                yield record


def replay(connection: Connection, store: Path) -> Iterator[Finding]:
    """Make the rows again from the ledger and the files that it names; tells of those that are not as it says.

    Their cases are read again by the next campaign.
    """
    for table in (machine_read, readings):
        connection.execute(delete(table))
    for objid in sorted(ledger.subjects_of(connection, READ)):
        if not cases.is_listed(connection, objid) or destroyed.of_case(connection, objid, whole=True):
            continue
        for reading in _told(ledger.about(connection, objid, READ, FORGOTTEN)):
            path = reading_records.path_of(store, objid, reading.number)
            try:
                with connection.begin_nested():
                    _index(connection, reading, reading_records.read(path, reading.sha256))
            except (NotIntact, StorageError) as error:
                yield Finding(error.code, str(path), "warning")


def compare(connection: Connection) -> Iterator[Finding]:
    """Every case of which the rows of readings are not what the ledger tells."""
    known = set(ledger.subjects_of(connection, READ)) | set(connection.execute(select(readings.c.objid)).scalars())

    def require(objid: str) -> None:
        told = _told(ledger.about(connection, objid, READ, FORGOTTEN))
        if of_case(connection, objid) != told:
            raise NotIntact("ledger.contradicts-index", objid, table="readings")

    yield from contradictions(require, known)


def _told(entries: Iterable[Entry]) -> list[Reading]:
    """The readings of one case that are kept, as the ledger tells."""
    kept: list[Reading] = []
    for entry in entries:
        if entry.action == FORGOTTEN:
            kept.clear()
            continue
        said = entry.details
        kept.append(
            Reading(
                entry.subject,
                int(said["reading"]),
                int(said["version"]),
                entry.time,
                entry.actor,
                int(said["bytes"]),
                said["sha256"],
            )
        )
    return kept


def _drop(connection: Connection, objid: str) -> None:
    for table in (machine_read, readings):
        connection.execute(delete(table).where(table.c.objid == objid))
    machine_search.forget(connection, objid)


def _index(connection: Connection, reading: Reading, found: Iterable[Record]) -> None:
    """The rows of one reading, in place of those that earlier ones have of the same files."""
    connection.execute(readings.insert(), asdict(reading))
    rows: dict[tuple[str, What], FileRead] = {}
    words: list[Passage] = []
    for record in found:
        key = (record.file, what_of(record))
        known = rows.get(key) or FileRead(reading.objid, *key, reading.number, "", record.engine, 0, 0, "")
        rows[key] = _with(known, record)
        if (passage := passage_of(record)) is not None:
            words.append(passage)
    table = machine_read.c
    for file, what in rows:
        here = (table.objid == reading.objid, table.file == file, table.what == what)
        connection.execute(delete(machine_read).where(*here))
    if rows:
        made = [{**asdict(row), "engine": key_of(row.engine)} for row in rows.values()]
        connection.execute(machine_read.insert(), made)
    read = [("machine" if what == "ocr" else "heard", file) for file, what in rows if what in ("ocr", "speech")]
    if read:
        machine_search.replace(connection, reading.objid, read, words)


def _with(known: FileRead, record: Record) -> FileRead:
    """The row of a file with one record more."""
    if isinstance(record, Looked):
        return replace(known, sha256=record.sha256)
    if isinstance(record, Unread):
        return replace(known, unread=known.unread + 1, code=known.code if record.page else record.code)
    return replace(known, records=known.records + 1)


def passage_of(record: Record) -> Passage | None:
    """By which words a case is found through a record; nothing where it has none of which the machine is sure."""
    if isinstance(record, PageText):
        lines = [line.text for line in record.lines if line.score >= SURE_ENOUGH and line.text.strip()]
        return Passage(f"machine-{record.page}", record.file, "\n".join(lines)) if lines else None
    if isinstance(record, Heard) and record.text.strip():
        return Passage(f"heard-{record.start:g}", record.file, record.text)
    return None
