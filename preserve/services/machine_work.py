"""Reads one case by machine: file after file, each kept as it is done, and all of it published as one reading.

What was read of a file lies below `work/readings/<OBJID>/` until the case is published, so that a run that was killed
goes on at the next file. A file that hangs or crashes its reader is told of as unread, and the next one follows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.requests.selecting import HeldCase, read_case
from preserve.archival_storage.media import server_store
from preserve.clock import stamp
from preserve.data_management import cases, destroyed, object_index, reading_records, readings
from preserve.data_management.archive import Archive
from preserve.data_management.object_index import ObjectRow
from preserve.data_management.readings import FileRead, Reading, key_of, known_by
from preserve.description.fixed_values import Classification
from preserve.errors import MediumProblem, NotFound, Stopped
from preserve.home import Home
from preserve.machine_reading.records import Engine, Looked, Record, Unread, What, records_of, what_of
from preserve.services.machine_parts import keep
from preserve.services.machine_readers import Reader
from storage_adapters.contract import CopyRef
from storage_adapters.durable import discard, drop_file
from storage_adapters.reading import digest_file

_AT_ONCE = 500  # cases that are looked through together for what is unread


@dataclass(frozen=True, slots=True)
class Task:
    """One file that is to be read for one thing; `name` is the one it has in the case."""

    name: str
    original: ObjectRow
    reader: Reader

    @property
    def part(self) -> str:
        """The name of what is kept of it until the case is published: the same for the same bytes, name and engine."""
        known_by = "\n".join((self.original.sha256, self.name, self.reader.what, key_of(self.reader.engine)))
        return hashlib.sha256(known_by.encode("utf-8", "surrogatepass")).hexdigest() + ".jsonl"


@dataclass(frozen=True, slots=True)
class Published:
    """One reading that was made: its number, files, what was found in them, and what could not be read."""

    number: int
    files: int
    records: int
    unread: int


def read_openly(case: HeldCase) -> list[str]:
    """The names of the originals that may be read: nothing of state secrets, as in the text of the package."""
    secret = Classification.STATE_SECRET
    if case.description.classification is secret:
        return []
    described = ((name, case.about(name)) for name in case.originals)
    return [name for name, about in described if about is None or about.classification is not secret]


def tasks_of(connection: Connection, case: HeldCase, readers: Sequence[Reader], *, again: bool = False) -> list[Task]:
    """What is unread in a case: not read before, other bytes, or by another model; `again`: what failed as well."""
    done = {_known(row) for row in readings.files_of(connection, case.objid) if not (again and row.code)}
    by_identifier = {row.identifier: row for row in object_index.originals(connection, case.objid)}
    unread = []
    for name in read_openly(case):
        original = by_identifier[case.originals[name]]
        if original.path in object_index.DESCRIPTIONS:
            continue
        for reader in readers:
            known = (name, original.sha256, reader.what, known_by(reader.engine))
            if reader.wants(original) and known not in done:
                unread.append(Task(name, original, reader))
    return unread


def _known(row: FileRead) -> tuple[str, str, str, str]:
    return row.file, row.sha256, row.what, known_by(row.engine)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the originals of a case, each counted for each thing that it is read for: wanted, read, failed, unread."""

    wanted: int
    read: int
    failed: int
    unread: int
    what: tuple[What, ...]


def count(connection: Connection, objids: Sequence[str], readers: Sequence[Reader]) -> dict[str, Counts]:
    """What was and is to be read of these cases, at most some thousand; of state secrets too, which nobody reads."""
    keys = {reader.what: known_by(reader.engine) for reader in readers}
    wanted: dict[str, Counter[tuple[str, str, str]]] = {objid: Counter() for objid in objids}
    for original in object_index.originals_of_many(connection, objids):
        for reader in readers:
            if original.path not in object_index.DESCRIPTIONS and reader.wants(original):
                wanted[original.objid][original.sha256, reader.what, keys[reader.what]] += 1
    done = readings.files_of_many(connection, objids)
    counts = {}
    for objid in objids:
        rows = done.get(objid, [])
        left = wanted[objid] - Counter((row.sha256, row.what, known_by(row.engine)) for row in rows)
        failed = sum(bool(row.code) for row in rows)
        what = tuple(sorted({row.what for row in rows}))
        counts[objid] = Counts(wanted[objid].total(), len(rows) - failed, failed, left.total(), what)
    return counts


def with_unread(connection: Connection, objids: Sequence[str], readers: Sequence[Reader]) -> list[str]:
    """Those of these cases in which something may be unread, in their order; cheaply, so some may have nothing."""
    found: list[str] = []
    for begin in range(0, len(objids), _AT_ONCE):
        counts = count(connection, objids[begin : begin + _AT_ONCE], readers)
        found += (objid for objid, known in counts.items() if known.unread)
    return found


def every_case(connection: Connection) -> list[str]:
    """The objids of all cases, the newest first: what came last is asked for most."""
    return cases.objids(connection)[::-1]


def read_one_case(
    archive: Archive,
    objid: str,
    readers: Sequence[Reader],
    *,
    account: str,
    check: Callable[[Task], None],
    again: bool = False,
) -> tuple[Published | None, Exception | None]:
    """Read what is unread in a case and publish it; what was published, and what ended the run before all was read.

    `check` is called before each file and may raise what ends it (Stopped, out of budget). Raises Busy where another
    run is at this case, NotFound where it was destroyed, MediumProblem or StorageError where nothing can be published.
    """
    home = archive.home
    with reading_records.lock(home, objid):
        with archive.catalogue.read() as connection:
            case = read_case(home, connection, objid)
            tasks = tasks_of(connection, case, readers, again=again)
        folder, ended = reading_records.parts_of(home, objid), []
        ends: Exception | None = None
        for task in tasks:
            try:
                if again or not (folder / task.part).is_file():
                    check(task)
                    with archive.catalogue.read() as connection:
                        destroyed.refuse(connection, objid)
                    _read(home, case, task, folder / task.part)
            except NotFound:
                reading_records.drop(home, objid)  # nothing that was read of it stays
                raise
            except Exception as error:  # noqa: BLE001  what was read is not lost, whatever ends the run
                ends = error
                break
            ended.append(task)
        if ended:
            server_store(home).let_go(CopyRef(case.package))  # a campaign would bring the whole archive here
        published = _publish(archive, case, ended, account) if ended else None
        if ends is None and folder.exists():
            discard(folder, home.work)
        return published, ends


def _read(home: Home, case: HeldCase, task: Task, part: Path) -> None:
    """Read one file and keep what was found. Raises Stopped, MediumProblem, StorageError."""
    store, copy = server_store(home), CopyRef(case.package)
    inside = f"data/{case.objid}/representations/original/{task.original.path}"
    path = store.bring(copy, [inside]) / inside
    keep(part, lambda first: _found(task, path, first), by_page=task.reader.resume is not None)


def _found(task: Task, path: Path, first: int) -> Iterator[Record]:
    """What the reader finds, after that it looked. A defect of a reader costs the file, and not the run."""
    reader, name = task.reader, task.name
    if first == 1:
        yield Looked(file=name, engine=reader.engine, what=reader.what, sha256=task.original.sha256)

    def unread(code: str) -> Unread:
        return Unread(file=name, engine=reader.engine, what=reader.what, code=code)

    try:
        if digest_file(path, ("sha256",), from_medium=False)[1]["sha256"] != task.original.sha256:
            yield unread("reading.not-intact")
            return
        begun = reader.resume(path, name, first) if reader.resume and first > 1 else reader.read(path, name)
        for record in begun:
            if record.file != name or what_of(record) != reader.what:
                raise ValueError(f"{record.kind} of {record.file}")
            yield record
    except (Stopped, MediumProblem):
        raise
    except Exception:  # noqa: BLE001  decoders and models on hostile files: anything may be raised
        yield unread("reading.failed")


def _lines(folder: Path, tasks: Sequence[Task]) -> Iterator[str]:
    for task in tasks:
        with (folder / task.part).open(encoding="utf-8") as lines:
            yield from (line.rstrip("\n") for line in lines)


def _publish(archive: Archive, case: HeldCase, tasks: Sequence[Task], account: str) -> Published:
    """Write the reading, then the entry that names it and the rows, then let go of the parts."""
    home, objid = archive.home, case.objid
    folder = reading_records.parts_of(home, objid)
    with archive.catalogue.read() as connection:
        number = readings.next_number(connection, objid)
    size, sha256 = reading_records.write(reading_records.path_of(home.store, objid, number), _lines(folder, tasks))
    version, moment = int(case.package.rpartition("_v")[2]), archive.now()
    reading = Reading(objid, number, version, stamp(moment), account, size, sha256)
    counts = _counts(records_of(_lines(folder, tasks), str(folder)))
    files = len({task.name for task in tasks})
    told = {
        "what": sorted({task.reader.what for task in tasks}),
        "engines": [engine.model_dump(mode="json") for engine in _engines(tasks)],
        "files": files,
        "records": counts["records"],
        "unread": counts["unread"],
    }
    try:
        with archive.catalogue.begin() as connection:
            readings.enter(connection, reading, records_of(_lines(folder, tasks), str(folder)), told, moment)
    except NotFound:
        reading_records.drop(home, objid)
        raise
    for task in tasks:
        drop_file(folder / task.part, home.work)
    return Published(number, files, counts["records"], counts["unread"])


def _engines(tasks: Sequence[Task]) -> list[Engine]:
    return [engine for _, engine in sorted({key_of(task.reader.engine): task.reader.engine for task in tasks}.items())]


def _counts(found: Iterable[Record]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for record in found:
        if not isinstance(record, Looked):
            counts["unread" if isinstance(record, Unread) else "records"] += 1
    return counts
