"""The worker: takes jobs that wait, each in a process of its own, as many at once as their lanes let; one a home.

What the table says is enough to go on after anything: a job whose process is not there any more has stopped, and goes
on by itself once where it can.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from preserve.data_management import jobs
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.jobs import JobRow
from preserve.errors import Busy, MediumProblem, Refused, Stopped
from preserve.progress import stoppable
from preserve.services.job_children import Children
from preserve.services.job_clearing import clear
from preserve.services.job_profile import JobsProfile, read_jobs_profile
from preserve.services.jobs import WORKER_LOCK
from preserve.services.joining import joined, node_name
from preserve.services.logs import begin_logging
from preserve.services.news_sending import telling
from preserve.services.operation import job as long_work
from preserve.services.runs import Lane
from preserve.services.session import Session
from preserve.work import end_gently_with_parent, hold_here, processors, wait_for_any

_LOOK = 0.2  # seconds between two looks at the table
_CLEAR = 3600.0  # seconds between two looks for what is over its term
_BURNERS = 8  # no machine has more
_PATIENCE = 5.0  # seconds between two looks at children that were asked to stop


def limits(profile: JobsProfile) -> Mapping[Lane, int]:
    """How many jobs of each lane may run at once on this machine; of burns one a device."""
    many: dict[Lane, int] = {"ingest": processors(), "audit": 1, "rebuild": 1, "burn": _BURNERS, "reading": 1}
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
    children: Children
    profile: JobsProfile

    @property
    def archive(self) -> Archive:
        return self.children.archive

    def turn(self, *, starting: bool = True) -> None:
        """One look at the table, and what follows from it. Raises Busy where it cannot be looked at now."""
        running = self.children.running
        for job, child in list(running.items()):
            if child.poll() is not None:
                self.children.reap(job)
        with self.archive.catalogue.read() as connection:
            rows = jobs.unfinished(connection)
        at_work = [row for row in rows if row.state in jobs.AT_WORK]
        for row in at_work:
            if row.id not in running:
                self.children.see_to_vanished(row.id)
            elif row.state == "stopping":
                self.children.tell(row.id)
        most = limits(self.profile)
        for row in (row for row in rows if starting and row.state == "queued"):
            if may_start(row, at_work, most) and self.children.start(row):
                at_work.append(row)

    def end(self) -> None:
        """Let every child stop at its next safe point, and wait for them."""
        while self.children.running:
            for job in self.children.running:
                self.children.tell(job)
            wait_for_any(list(self.children.running.values()), _PATIENCE)
            with suppress(Busy, MediumProblem):
                self.turn(starting=False)


_WHY_OPEN = "it begins nothing that nobody asked for; each job acts as the account that asked for it"


@long_work("job.work", needs="home", open_to_all=_WHY_OPEN)
def work(session: Session, *, with_parent: bool = False, join: bool = False, node: str = "") -> Worked:
    """Take jobs that wait, until it is asked to stop; then its jobs stop too, and go on when a worker is there again.

    With `with_parent` the end of the process that started it asks it to. With `join` it works beside others, under the
    name `node`, where the catalogue is on a server. Raises Busy where the home has a worker and it does not join,
    Refused or MediumProblem where this machine is not like the others.
    """
    home = session.home
    if with_parent:
        end_gently_with_parent(os.getppid())
    begin_logging(home.settings.logging, text=False)
    archive = open_archive(home.path)
    try:
        profile, several = read_jobs_profile(home.profiles), archive.catalogue.is_on_a_server
        if join:
            if not several:
                raise Refused("cluster.one-machine", str(home.path))
            with telling(archive):
                return Worked(_with_others(archive, node, profile))
        with hold_here(home.work / WORKER_LOCK, Busy("job.worker-there", str(home.path))), telling(archive):
            if several:
                return Worked(_with_others(archive, node, profile))
            return Worked(_look_and_work(_Worker(Children(archive), profile)))
    finally:
        archive.close()


def _with_others(archive: Archive, node: str, profile: JobsProfile) -> int:
    from preserve.services import delivered_work  # Procrastinate belongs to an extra

    most = limits(profile)
    with joined(archive, node_name(node), most) as entered:
        return delivered_work.work(archive, most, profile, entered)


def _look_and_work(worker: _Worker) -> int:
    cleared = float("-inf")
    with suppress(Stopped):
        while True:
            with suppress(Busy, MediumProblem):  # a full disk may have room again; the table has all
                worker.turn()
                if time.monotonic() - cleared > _CLEAR:
                    clear(worker.archive, worker.profile)
                    cleared = time.monotonic()
            wait_for_any(list(worker.children.running.values()), _LOOK)
    with stoppable():  # the wish to stop has done its work
        worker.end()
    return worker.children.started
