"""The worker: takes jobs that wait, each in a process of its own, as many at once as their lanes let; one a home.

What the table says is enough to go on after anything: a job whose process is not there any more has stopped, and goes
on by itself once where it can.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import jobs
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.jobs import JobRow, State
from preserve.errors import Busy, Conflict, MediumProblem, NotFound, Stopped
from preserve.home import Home
from preserve.progress import stoppable
from preserve.services import job_arguments, job_folders
from preserve.services.failures import Failure
from preserve.services.job_clearing import clear
from preserve.services.job_profile import JobsProfile, read_jobs_profile
from preserve.services.job_views import failure_document
from preserve.services.jobs import WORKER_LOCK
from preserve.services.logs import begin_logging, facts
from preserve.services.news_sending import telling
from preserve.services.operation import job as long_work
from preserve.services.runs import Lane
from preserve.services.session import Session
from preserve.work import boot_id, end_gently_with_parent, hold, processors, start_own, wait_for_any

_log = logging.getLogger("preserve.jobs")
_LOOK = 0.2  # seconds between two looks at the table
_CLEAR = 3600.0  # seconds between two looks for what is over its term
_BURNERS = 8  # no machine has more
_PATIENCE = 5.0  # seconds between two looks at children that were asked to stop


def limits(profile: JobsProfile) -> Mapping[Lane, int]:
    """How many jobs of each lane may run at once on this machine; of burns one a device."""
    many: dict[Lane, int] = {"ingest": processors(), "audit": 1, "rebuild": 1, "burn": _BURNERS}
    return {**many, "waited": profile.waited, "work": profile.work}


def may_start(row: JobRow, running: Sequence[JobRow], most: Mapping[Lane, int]) -> bool:
    """Whether a job that waits may start beside those that run."""
    beside = [other for other in running if other.lane == row.lane]
    free = len(beside) < next((number for lane, number in most.items() if lane == row.lane), 1)
    if row.lane == "burn" and not all([row.place, *(other.place for other in beside)]):
        return not beside  # in the one burner of the machine, whichever that is
    return free and not (row.place and any(other.place == row.place for other in beside))


@dataclass(frozen=True, slots=True)
class Worked:
    """That a worker ended, and how many jobs it had started."""

    started: int


@dataclass(slots=True)
class _Worker:
    archive: Archive
    profile: JobsProfile
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    started: int = 0

    @property
    def home(self) -> Home:
        return self.archive.home

    def turn(self, *, starting: bool = True) -> None:
        """One look at the table, and what follows from it. Raises Busy where it cannot be looked at now."""
        for job, child in list(self.children.items()):
            if child.poll() is not None:
                self._see_to_vanished(job)
                del self.children[job]
                self._tell_of_end(job)
        with self.archive.catalogue.read() as connection:
            rows = jobs.unfinished(connection)
        at_work = [row for row in rows if row.state in jobs.AT_WORK]
        for row in at_work:
            if row.id not in self.children:
                self._see_to_vanished(row.id)
            elif row.state == "stopping":
                self._tell(row.id)
        most = limits(self.profile)
        for row in (row for row in rows if starting and row.state == "queued"):
            if may_start(row, at_work, most) and self._start(row):
                at_work.append(row)

    def _start(self, row: JobRow) -> bool:
        with self.archive.catalogue.begin() as connection:
            pid, boot = os.getpid(), boot_id()
            attempt = jobs.start(connection, row.id, pid=pid, boot=boot, moment=self.archive.now())
        if attempt is None:
            return False
        job_folders.note_state(self.home, row.id, "running", stamp(self.archive.now()))
        arguments = ["--home", str(self.home.path), "--json", "job", "run", row.id, "--attempt", str(attempt)]
        arguments += ["--room", job_arguments.room_of(row.operation)]
        try:
            self.children[row.id] = start_own(arguments, job_folders.folder(self.home, row.id) / "said.txt")
        except OSError:  # no memory for a process, or no room for what it says
            self._see_to_vanished(row.id)
            return False
        self.started += 1
        told = facts("job-started", job=row.id, operation=row.operation, lane=row.lane, attempt=attempt)
        _log.info("job %s started: %s", row.id, row.operation, extra=told)
        return True

    def _tell_of_end(self, job: str) -> None:
        """For the log: how the newest attempt of a job ended."""
        with suppress(NotFound), self.archive.catalogue.read() as connection:
            row = jobs.read(connection, job)
            told = facts("job-ended", job=row.id, operation=row.operation, lane=row.lane, state=row.state)
            _log.info("job %s ended: %s", row.id, row.state, extra=told)

    def _see_to_vanished(self, job: str) -> None:
        """What becomes of a job whose process ended: where that wrote down how, nothing."""
        place = job_folders.folder(self.home, job)
        alive = Conflict("job.not-ended", job)
        with suppress(Conflict), hold(place / job_folders.LOCK, alive), self.archive.catalogue.begin() as connection:
            row = jobs.read(connection, job)
            if row.state in jobs.AT_WORK:
                self._vanished(connection, row)

    def _vanished(self, connection: Connection, row: JobRow) -> None:
        goes_on = row.state == "running" and job_arguments.resumes(row.operation)
        again = goes_on and row.resumed == 0
        failure = failure_document(Failure(8, "job.vanished", row.id))
        state: State = "lost" if goes_on and not again else "stopped"
        jobs.end(connection, row.id, row.attempt, state, self.archive.now(), failure=failure)
        if again:
            jobs.queue_again(connection, row.id, by_itself=True)
        if not again:
            job_folders.forget_secrets(self.home, row.id)
        job_folders.note_state(self.home, row.id, "queued" if again else state, stamp(self.archive.now()))

    def _tell(self, job: str) -> None:
        """Ask a child to stop, once: a second time would end it at once."""
        child = self.children[job]
        if child.poll() is None and child.pid not in self.told:
            self.told.add(child.pid)
            child.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """Let every child stop at its next safe point, and wait for them."""
        while self.children:
            for job in self.children:
                self._tell(job)
            wait_for_any(list(self.children.values()), _PATIENCE)
            with suppress(Busy, MediumProblem):
                self.turn(starting=False)


_WHY_OPEN = "it begins nothing that nobody asked for; each job acts as the account that asked for it"


@long_work("job.work", needs="home", open_to_all=_WHY_OPEN)
def work(session: Session, *, with_parent: bool = False) -> Worked:
    """Take jobs that wait, until it is asked to stop; then its jobs stop too, and go on when a worker is there again.

    With `with_parent` the end of the process that started it asks it to. Raises Busy where the home has a worker.
    """
    home = session.home
    if with_parent:
        end_gently_with_parent(os.getppid())
    with hold(home.work / WORKER_LOCK, Busy("job.worker-there", str(home.path))):
        begin_logging(home.settings.logging, text=False)
        archive = open_archive(home.path)
        try:
            worker = _Worker(archive, read_jobs_profile(home.profiles))
            cleared = float("-inf")
            with suppress(Stopped), telling(archive):
                while True:
                    with suppress(Busy, MediumProblem):  # a full disk may have room again; the table has all
                        worker.turn()
                        if time.monotonic() - cleared > _CLEAR:
                            clear(archive, worker.profile)
                            cleared = time.monotonic()
                    wait_for_any(list(worker.children.values()), _LOOK)
            with stoppable():  # the wish to stop has done its work
                worker.end()
        finally:
            archive.close()
    return Worked(worker.started)
