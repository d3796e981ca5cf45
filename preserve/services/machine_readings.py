"""Readings of cases by machine (机读，未核对): made, and forgotten.

Nothing of it is evidence, and nobody has checked it. A reading is made after a case was taken in, never during it, and
can be thrown away and made again; who may see a file may see what was read in it, and nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time as day_time

from preserve import clock
from preserve.administration.duties import Duty
from preserve.archival_storage import pace
from preserve.data_management import cases, reading_records, readings
from preserve.data_management.archive import Archive
from preserve.errors import Busy, NotFound, NotIntact, PreserveError, ToolMissing, UsageError
from preserve.machine_reading.records import Record, What
from preserve.services import machine_work
from preserve.services.failures import status_of
from preserve.services.machine_readers import Reader, readers
from preserve.services.machine_work import Task
from preserve.services.operation import command, job
from preserve.services.runs import Runs
from preserve.services.session import Session
from storage_adapters.errors import CopyUnknown, MediumFailing, StorageError


@dataclass(frozen=True, slots=True)
class ReadingWish:
    """What is to be read: these cases, or with `everything` all; for these things, or for all that is possible here.

    No file is begun after the time `span` (`6h`), after the time of day `until` (`06:00`), or with `nightly` outside
    the hours of the settings. `again`: what failed before is tried again.
    """

    cases: Sequence[str] = ()
    everything: bool = False
    what: Sequence[What] = ()
    span: str = ""
    until: str = ""
    nightly: bool = False
    again: bool = False

    def budget(self, archive: Archive) -> pace.Budget:
        """What the run may use. Raises UsageError for what is no time."""
        zone = clock.zone(archive.home.settings.time_zone)
        hours = pace.parse_hours(archive.home.settings.reading.hours) if self.nightly else None
        if self.until:
            try:
                end = day_time.fromisoformat(self.until)
            except ValueError as error:
                raise UsageError("reading.until-wrong", self.until) from error
            hours = archive.now().astimezone(zone).time(), end
        return pace.Budget(seconds=pace.parse_span(self.span) if self.span else 0, hours=hours, zone=zone)


@dataclass(frozen=True, slots=True)
class CaseRead:
    """What came of one case: its reading, or why none could be made now (`error`, a code); nothing new has number 0."""

    objid: str
    number: int = 0
    files: int = 0
    records: int = 0
    unread: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class ReadingRun:
    """What a run came to; `ended` says what ended it before all was read: seconds or hours. The status is that of the
    first case that failed."""

    status: int
    files: int
    records: int
    unread: int
    ended: str
    cases: tuple[CaseRead, ...]


@job("reading.run", duty=(Duty.KEEP, Duty.INGEST), runs=Runs("reading"))
def run(session: Session, wish: ReadingWish) -> ReadingRun:
    """Read by machine what is unread, case by case; whoever works at the machine goes first.

    What was read by the same engine is not read again, so a run that was stopped or killed is gone on with. Raises
    UsageError where no case is named, ToolMissing where nothing can be read here, NotFound, MediumProblem, Stopped.
    """
    archive = session.archive
    opened = readers(archive.home, wish.what)
    if not opened:
        raise ToolMissing("reading.no-reader")
    if bool(wish.cases) == wish.everything:
        raise UsageError("reading.nothing-named", "cases")
    budget = wish.budget(archive)
    with archive.catalogue.read() as connection:
        if wish.everything and not wish.again:
            objids = machine_work.with_unread(connection, machine_work.every_case(connection), opened)
        elif wish.everything:
            objids = machine_work.every_case(connection)
        else:
            objids = list(dict.fromkeys(cases.objid_of(connection, name) for name in wish.cases))
    return pace.stepped_back(lambda: _run(session, objids, opened, budget, wish))


def _run(
    session: Session, objids: Sequence[str], opened: Sequence[Reader], budget: pace.Budget, wish: ReadingWish
) -> ReadingRun:
    progress = session.progress
    progress.begin("reading.begun", cases=len(objids))
    allowed = pace.Pace(budget, lambda moved: None, session.archive.now)

    def check(task: Task) -> None:
        progress(0, 1)
        allowed.check()

    ended, status, done = "", 0, []
    for objid in objids:
        try:
            published, ends = machine_work.read_one_case(
                session.archive, objid, opened, account=session.person.account, check=check, again=wish.again
            )
        except (PreserveError, StorageError) as error:
            published, ends = None, error
        if published is not None:
            done.append(CaseRead(objid, published.number, published.files, published.records, published.unread))
        if isinstance(ends, pace.OutOfBudget):
            ended = str(ends)
            break
        if isinstance(ends, Busy) and wish.everything:
            continue  # another run, here or on another machine, is at this case
        if isinstance(ends, _OF_THIS_CASE):
            status = status or status_of(ends)
            done.append(CaseRead(objid, error=ends.code))
        elif ends is not None:
            raise ends
    counts = {name: sum(getattr(case, name) for case in done) for name in ("files", "records", "unread")}
    return ReadingRun(status, **counts, ended=ended, cases=tuple(done))


_OF_THIS_CASE = (Busy, NotFound, NotIntact, CopyUnknown, MediumFailing)
"""What keeps one case from being read, and not the next."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The readings of a case that were thrown away, by number."""

    objid: str
    readings: tuple[int, ...]


@command("reading.forget", duty=Duty.KEEP, subject="case")
def forget(session: Session, case: str) -> Forgotten:
    """Throw away what was read by machine in a case. Raises Busy while it is read, NotFound."""
    archive = session.archive
    with archive.catalogue.read() as connection:
        objid = cases.objid_of(connection, case)
    with reading_records.lock(archive.home, objid):
        with archive.catalogue.begin() as connection:
            numbers = readings.forget(connection, objid, actor=session.person.account, moment=archive.now())
        reading_records.drop(archive.home, objid)
    return Forgotten(objid, tuple(numbers))


def readings_of(archive: Archive, objid: str) -> Iterator[Record]:
    """Everything that machines read in a case, of each file the newest of each kind. Raises NotIntact.

    For operations, which see to it that who asks may see the files.
    """
    with archive.catalogue.read() as connection:
        yield from readings.records_of(connection, archive.home.store, objid)
