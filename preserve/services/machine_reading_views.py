"""What was read by machine (机读，未核对), as it is looked at: which files of which cases, and what was read in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from metadata.identity import meant
from preserve.access.requests.selecting import HeldCase, read_case
from preserve.administration.duties import Duty
from preserve.data_management import cases, machine_search, readings
from preserve.errors import NotFound
from preserve.machine_reading.records import Engine, Looked, Record
from preserve.machine_reading.records import What as What
from preserve.services import machine_work
from preserve.services.cases import of_case
from preserve.services.inner_volume import inner_files, require_seen
from preserve.services.machine_readers import Reader, readers
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.pages import FIRST, Page
from preserve.services.reading_files import LOOK, find_file
from preserve.services.session import Session

_LOOKED_THROUGH = 5000
"""So many cases are looked through for a page of a list; where more may follow, the next page goes on there."""


@dataclass(frozen=True, slots=True)
class ReaderHere:
    """What can be read on this machine, and by what."""

    what: What
    engine: Engine


@dataclass(frozen=True, slots=True)
class ListedReading:
    """A case: so many files are to be read, were read, could not be, and are unread; `what` they were read for."""

    objid: str
    case_number: str
    title: str
    wanted: int
    read: int
    failed: int
    unread: int
    what: tuple[What, ...]


@dataclass(frozen=True, slots=True)
class ReadingList:
    """Cases, the newest first, and what can read here. Where more may follow, they do after the key `next`.

    `cases_read` counts all cases in which something was read, `files_failed` all files that could not be.
    """

    here: tuple[ReaderHere, ...]
    cases: tuple[ListedReading, ...]
    next: str
    cases_read: int
    files_failed: int


ListState = Literal["", "unread", "failed", "read"]


def _listed(session: Session, state: ListState, page: Page) -> ReadingList:
    return session.once("readings", lambda connection: _list(session, connection, state, page))


def _shown(session: Session, arguments: Arguments) -> Mapping[str, object]:
    numbers = [case.case_number for case in _listed(session, arguments["state"], arguments["page"]).cases]
    return {"cases": len(numbers), "first": min(numbers, default=""), "last": max(numbers, default="")}


@query("reading.list", duty=Duty.FIND, look=Look("catalogue.listed", _shown, of_archive))
def list_readings(session: Session, state: ListState = "", page: Page = FIRST) -> ReadingList:
    """What was read by machine in which cases; those with unread files, with failed ones, or with anything read."""
    return _listed(session, state, page)


def _list(session: Session, connection: Connection, state: ListState, page: Page) -> ReadingList:
    opened = readers(session.home)
    objids = [objid for objid in machine_work.every_case(connection) if not page.after or objid < page.after]
    listed: list[ListedReading] = []
    last = 0
    while last < min(len(objids), _LOOKED_THROUGH) and len(listed) < page.size:
        batch = objids[last : last + page.size]
        last += len(batch)
        listed += _wanted(connection, batch, opened, state)
    listed, more = listed[: page.size], listed[page.size :]
    following = listed[-1].objid if more else objids[last - 1] if last < len(objids) else ""
    return ReadingList(
        tuple(ReaderHere(reader.what, reader.engine) for reader in opened),
        tuple(listed),
        following,
        *readings.count(connection),
    )


def _wanted(
    connection: Connection, objids: Sequence[str], opened: Sequence[Reader], state: ListState
) -> Iterator[ListedReading]:
    names = cases.names_of(connection, objids)
    counted = machine_work.count(connection, objids, opened)
    for objid in objids:
        known = counted[objid]
        shows = {"": known.wanted or known.read, "unread": known.unread, "failed": known.failed, "read": known.read}
        if shows[state]:
            about = names[objid]
            yield ListedReading(
                objid, about.case_number, about.title, known.wanted, known.read, known.failed, known.unread, known.what
            )


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file of a case and what it was read for, by what; `records` and `unread` as in the list, `code` why not."""

    name: str
    identifier: str
    what: What
    reading: int
    engine: Engine
    records: int
    unread: int
    code: str


@dataclass(frozen=True, slots=True)
class ReadingShown:
    """What was read by machine in a case, and with a file named what was read in that. Nobody has checked any of it."""

    objid: str
    case_number: str
    title: str
    files: tuple[ReadFile, ...]
    file: str
    records: tuple[Record, ...]


def _seen(session: Session, arguments: Arguments) -> Mapping[str, object]:
    """Identifiers, because names of files may name people."""
    if not arguments["file"]:
        return {"what": "machine-reading"}
    with session.archive.catalogue.read() as connection:
        case = read_case(session.home, connection, arguments["case"])
        name = _named(session, connection, case, arguments["file"])
    return {"objects": [case.originals[name]], "what": "machine-reading"}


_LOOK = Look(lambda arguments: "object.viewed" if arguments["file"] else "case.viewed", _seen, of_case)


@query("reading.show", duty=Duty.FIND, subject="case", look=_LOOK)
def show(session: Session, case: str, file: str = "", page: int = 0) -> ReadingShown:
    """What was read by machine in a case; with `file`, a name or identifier, what in that, of a `page` or of all.

    Raises NotFound for no such case or file, NotPermitted for one of the internal volume, NotIntact.
    """
    archive = session.archive
    with archive.catalogue.read() as connection:
        held = read_case(archive.home, connection, case)
        name = _named(session, connection, held, file) if file else ""
        hidden = set() if session.person.may(Duty.SEE_INNER) else inner_files(held.description)
        rows = readings.files_of(connection, held.objid)
        found = readings.records_of(connection, archive.home.store, held.objid) if name else ()
        records = tuple(one for one in found if one.file == name and not isinstance(one, Looked) and _of(one, page))
    return ReadingShown(
        held.objid,
        held.description.case_number,
        held.description.title,
        tuple(
            ReadFile(
                row.file, held.originals[row.file], row.what, row.reading, row.engine, row.records, row.unread, row.code
            )
            for row in rows
            if row.file in held.originals and row.file not in hidden
        ),
        name,
        records,
    )


def _of(record: Record, page: int) -> bool:
    return not page or getattr(record, "page", page) in (0, page)


def _named(session: Session, connection: Connection, case: HeldCase, file: str) -> str:
    """The name of the file that is meant, by its name or identifier. Raises NotFound, NotPermitted."""
    by_identifier = {identifier: name for name, identifier in case.originals.items()}
    name = by_identifier.get(file) or meant(file, case.originals)
    if name is None:
        raise NotFound("look.no-such-file", file)
    require_seen(connection, session.person, case.description, [name])
    return name


@dataclass(frozen=True, slots=True)
class MachinePage:
    """The text of a page as a machine read it, line by line; lines of which it is not sure are left out."""

    page: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MachineText:
    """What a machine read on pages of one file: nobody has checked it. `engine` read it."""

    identifier: str
    engine: Engine | None
    pages: tuple[MachinePage, ...]


@query("reading.machine_text", duty=Duty.FIND, subject="case", look=LOOK)
def machine_text(session: Session, case: str, file: str, first: int = 1, last: int = 1_000_000) -> MachineText:
    """The text of pages `first` to `last` of a file, by its identifier, to stand beside their pictures.

    Raises NotFound, NotPermitted for one of the internal volume.
    """
    opened = find_file(session, case, file)
    objid, name = opened.case.objid, opened.viewed.name
    with session.archive.catalogue.read() as connection:
        passages = machine_search.passages(connection, objid)
        engines = [row.engine for row in readings.files_of(connection, objid) if (row.file, row.what) == (name, "ocr")]
    pages = {
        int(one.field.partition("-")[2]): tuple(one.text.splitlines())
        for one in passages
        if one.place == name and one.field.startswith("machine-")
    }
    shown = tuple(MachinePage(page, lines) for page, lines in sorted(pages.items()) if first <= page <= last)
    return MachineText(opened.viewed.identifier, engines[0] if engines else None, shown)
