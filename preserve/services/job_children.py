"""The processes in which a worker of this machine does jobs, and what becomes of a job whose process is gone."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import jobs
from preserve.data_management.archive import Archive
from preserve.data_management.jobs import JobRow, State
from preserve.errors import Conflict, NotFound
from preserve.services import job_arguments, job_folders
from preserve.services.failures import Failure
from preserve.services.job_views import failure_document
from preserve.services.logs import facts
from preserve.work import boot_id, hold_here, start_own

_log = logging.getLogger("preserve.jobs")
TRIES = 3
"""How often a job goes on by itself where several machines work: mostly it is a machine that failed, not the job."""


@dataclass(slots=True)
class Children:
    """A worker's own children, by the job that each does; `tries`: how often one goes on by itself."""

    archive: Archive
    tries: int = 1
    node: str = ""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    started: int = 0
    unable: bool = False
    """Whether the last one could not be begun: this machine has no memory for a process, or no room."""
    _attempts: dict[str, int] = field(default_factory=dict)
    _told: set[int] = field(default_factory=set)

    def start(self, row: JobRow) -> bool:
        """Begin the next attempt of a job that waits; False where it does not wait any more, or cannot be begun."""
        home = self.archive.home
        with self.archive.catalogue.begin() as connection:
            pid, boot = os.getpid(), boot_id()
            attempt = jobs.start(connection, row.id, pid=pid, boot=boot, moment=self.archive.now(), node=self.node)
        if attempt is None:
            return False
        self._attempts[row.id] = attempt
        job_folders.note_state(home, row.id, "running", stamp(self.archive.now()))
        arguments = ["--home", str(home.path), "--json", "job", "run", row.id, "--attempt", str(attempt)]
        arguments += ["--room", job_arguments.room_of(row.operation)]
        try:
            self.running[row.id] = start_own(arguments, job_folders.folder(home, row.id) / "said.txt")
        except OSError:  # no memory for a process, or no room for what it says
            self.unable = True
            self._not_begun(row.id, attempt)
            return False
        self.unable, self.started = False, self.started + 1
        told = facts("job-started", job=row.id, operation=row.operation, lane=row.lane, attempt=attempt)
        _log.info("job %s started: %s", row.id, row.operation, extra=told)
        return True

    def reap(self, job: str) -> None:
        """See to a child that ended: what becomes of its job, and a line for the log."""
        self.see_to_vanished(job, self._attempts.get(job))
        self.forget(job)
        with suppress(NotFound), self.archive.catalogue.read() as connection:
            row = jobs.read(connection, job)
            told = facts("job-ended", job=row.id, operation=row.operation, lane=row.lane, state=row.state)
            _log.info("job %s ended: %s", row.id, row.state, extra=told)

    def see_to_vanished(self, job: str, attempt: int | None = None) -> None:
        """What becomes of a job whose process ended: where that wrote down how, nothing.

        With `attempt` only where the job is still at that one: another machine may have begun the next.
        """
        place = job_folders.folder(self.archive.home, job)
        alive = Conflict("job.not-ended", job)
        job_arguments.declare_all()  # nobody may wait for that in the transaction
        # On a server the lock is a lease, which outlives its process for some seconds; the attempt says whose it is.
        several = self.archive.catalogue.is_on_a_server
        ended = nullcontext() if several else hold_here(place / job_folders.LOCK, alive)
        with suppress(Conflict), ended, self.archive.catalogue.begin() as connection:
            row = jobs.read(connection, job)
            if row.state in jobs.AT_WORK and attempt in (None, row.attempt):
                vanished(self.archive, connection, row, self.tries)

    def _not_begun(self, job: str, attempt: int) -> None:
        """What becomes of a job for which this machine has no process: others may have, so no try is counted."""
        self._attempts.pop(job, None)
        if not self.archive.catalogue.is_on_a_server:
            self.see_to_vanished(job, attempt)
            return
        with self.archive.catalogue.begin() as connection:
            if jobs.end(connection, job, attempt, "stopped", self.archive.now()):
                jobs.queue_again(connection, job)

    def forget(self, job: str) -> None:
        """A child is none of ours any more: its number may be that of another one by and by."""
        self._attempts.pop(job, None)
        child = self.running.pop(job, None)
        if child is not None:
            self._told.discard(child.pid)

    def tell(self, job: str) -> None:
        """Ask a child to stop, once: a second time would end it at once. Nothing where it has ended meanwhile."""
        child = self.running.get(job)
        if child is not None and child.poll() is None and child.pid not in self._told:
            self._told.add(child.pid)
            child.send_signal(signal.SIGTERM)


def vanished(archive: Archive, connection: Connection, row: JobRow, tries: int) -> None:
    """Write down that an attempt's process is gone; the job waits again, by itself, where it can and not too often."""
    goes_on = row.state == "running" and job_arguments.resumes(row.operation)
    again = goes_on and row.resumed < tries
    failure = failure_document(Failure(8, "job.vanished", row.id))
    state: State = "lost" if goes_on and not again else "stopped"
    jobs.end(connection, row.id, row.attempt, state, archive.now(), failure=failure)
    if again:
        jobs.queue_again(connection, row.id, by_itself=True)
    if not again:
        job_folders.forget_secrets(archive.home, row.id)
    job_folders.note_state(archive.home, row.id, "queued" if again else state, stamp(archive.now()))
