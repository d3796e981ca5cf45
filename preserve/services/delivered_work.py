"""The worker of an archive whose catalogue is on a server: does what Procrastinate delivers, each job in a process.

Every worker, on whichever machine, also looks for deliveries of workers that are gone. It does so itself and not by a
job: a job of that kind could be lost in the same way.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import procrastinate
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker

from preserve import clock
from preserve.data_management import deliveries, jobs, nodes
from preserve.data_management.archive import Archive
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.nodes import Node
from preserve.errors import Busy, Conflict, MediumProblem, NotFound, PreserveError, Refused, Stopped
from preserve.progress import check_stop
from preserve.services import job_arguments
from preserve.services.job_children import TRIES, Children, vanished
from preserve.services.job_clearing import clear
from preserve.services.job_profile import JobsProfile
from preserve.services.joining import digest_of_profiles, require_clock
from preserve.services.runs import Lane
from preserve.services.signs_of_life import SignsOfLife

Result = TypeVar("Result")

BEAT = 2.0
"""Seconds between two signs of life of a worker."""
SILENT = 8.0
"""Seconds without one after which its work is another's."""
_log = logging.getLogger("preserve.worker")
_PROMPT = ("waited", "ingest", "work")
"""Lanes whose jobs are told of at once, by a connection each that listens; of the others after some seconds."""

_CONNECTIONS = 6  # of the deliveries, beside those that listen
_LOOK = 0.5  # seconds between two looks at jobs that are to stop
_LOOK_FOR_GONE = 2.0
_LOOK_FOR_LEFT = 60.0  # seconds between two looks for jobs that wait and are carried by nothing
_CLEAR = 3600.0
_PAUSE = 5.0  # seconds in which a machine that cannot begin a process leaves work to the others


def work(archive: Archive, limits: Mapping[Lane, int], profile: JobsProfile, node: Node) -> int:
    """Take what is delivered until this process is asked to stop, then let its jobs stop; how many were started.

    Raises MediumProblem where the server was away for longer than the deliveries wait, or its role lost its rights.
    """
    worker = _Worker(archive, limits, profile, node)
    try:
        asyncio.run(worker.run())
    except procrastinate.exceptions.ConnectorException as error:
        reason = " ".join(str(error.__cause__ or error).split())
        raise MediumProblem("catalogue.unreachable", archive.home.catalogue_name, reason=reason) from error
    finally:
        worker.threads.shutdown()
    return worker.children.started


def take_over(archive: Archive, delivery: int, job: str, attempt: int) -> None:
    """End a delivery whose worker is gone, and have the job delivered anew; once, whoever else does the same."""
    job_arguments.declare_all()  # nobody may wait for that in the transaction
    with archive.catalogue.begin() as connection:
        if not deliveries.finish(connection, delivery):
            return
        with suppress(NotFound):
            row = jobs.read(connection, job)
            if row.state in jobs.AT_WORK and row.attempt == attempt:
                vanished(archive, connection, row, TRIES)
            elif row.state == "queued" and row.attempt == attempt - 1:
                deliveries.deliver(connection, row)  # it was fetched, and the worker died before it began


class _Worker:
    def __init__(self, archive: Archive, limits: Mapping[Lane, int], profile: JobsProfile, node: Node) -> None:
        self.archive, self.limits, self.profile = archive, limits, profile
        self.node = node
        self.children = Children(archive, TRIES, node.name)
        self.signs = SignsOfLife(archive)
        self.takers: list[Worker] = []
        self.stopping = threading.Event()
        self.unfit: PreserveError | None = None  # why this machine may work no longer
        # One for each child that may run, and some for the looks: none of them may wait for the others.
        self.threads = ThreadPoolExecutor(sum(limits.values()) + 8, thread_name_prefix="delivered")

    async def run(self) -> None:
        """Work until it is asked to stop. Raises MediumProblem where the server is not there at the beginning."""
        place = self.archive.catalogue.place
        assert isinstance(place, PostgresqlSchema), "a worker of this kind is begun where the catalogue is on a server"
        given = place.arguments(deliveries.work_schema(place.schema))
        connector = procrastinate.PsycopgConnector(conninfo=place.url, kwargs=given, min_size=1, max_size=_CONNECTIONS)
        app = procrastinate.App(connector=connector)
        app.task(name=deliveries.TASK)(self.attempt)
        async with app.open_async():
            workers = [asyncio.create_task(self._lane(app, *each)) for each in self._lanes()]
            looks = [asyncio.create_task(self._again(*each)) for each in self._looks(app)]
            try:
                await self._until_asked_to_stop([*workers, *looks])
            finally:
                self.stopping.set()
                for task in workers:
                    task.cancel()  # it takes nothing more, and ends when its children have
                await self._end_children()
                await asyncio.gather(*workers, return_exceptions=True)
                for task in looks:
                    task.cancel()
                await asyncio.gather(*looks, return_exceptions=True)

    def _lanes(self) -> list[tuple[str, list[str], int]]:
        """Each lane with its queues and how many of its jobs may run here at once."""
        burners = [deliveries.queue_of("burn", str(device)) for device in sorted(Path("/dev").glob("sr*"))]
        return [(lane, [lane, *(burners if lane == "burn" else [])], most) for lane, most in self.limits.items()]

    async def _lane(self, app: procrastinate.App, lane: str, queues: list[str], most: int) -> None:
        taker = Worker(
            app,
            queues=queues,
            name=lane,
            concurrency=most,
            install_signal_handlers=False,
            delete_jobs=DeleteJobCondition.ALWAYS,
            update_heartbeat_interval=_CLEAR,  # we do, see below
            stalled_worker_timeout=SILENT,
            fetch_job_polling_interval=BEAT,
            listen_notify=lane in _PROMPT,
        )
        self.takers.append(taker)
        await taker.run()  # type: ignore[no-untyped-call]

    async def _beat_of_takers(self, app: procrastinate.App) -> None:
        """Give each lane's sign of life, again after one that failed.

        Procrastinate's own ends for good with its first error, and nobody hears of it: the lane takes deliveries as
        before, and everybody else takes each away from it at once.
        """
        for taker in self.takers:
            if taker.worker_id is not None:
                await app.job_manager.update_heartbeat(taker.worker_id)

    async def attempt(self, job: str, attempt: int) -> None:
        """Do an attempt of a job, where it is still the next one."""
        try:
            started = not self.stopping.is_set() and await self._in_thread(self._start, job, attempt)
        except (Busy, MediumProblem):
            started = False
        if not started:
            await self._insist(partial(self._give_back, job, attempt))
            if self.children.unable and not self.stopping.is_set():
                await asyncio.sleep(_PAUSE)
            return
        await self._in_thread(self.children.running[job].wait)
        try:
            await self._insist(partial(self.children.reap, job))
        finally:
            self.children.forget(job)  # whatever could not be written down: it has ended, and nobody waits for it

    def _start(self, job: str, attempt: int) -> bool:
        with self.archive.catalogue.read() as connection, suppress(NotFound):
            row = jobs.read(connection, job)
            return row.attempt == attempt - 1 and self.children.start(row)
        return False

    def _give_back(self, job: str, attempt: int) -> None:
        """Have an attempt delivered anew that was not begun here, where it is still the next one."""
        with self.archive.catalogue.begin() as connection, suppress(NotFound):
            row = jobs.read(connection, job)
            if row.state == "queued" and row.attempt == attempt - 1:
                deliveries.deliver(connection, row)

    async def _insist(self, what: Callable[[], Any]) -> None:
        """Do it when the catalogue can be written; what is not written down is seen by the others after a while."""
        for _ in range(3):
            try:
                await self._in_thread(what)
            except (Busy, MediumProblem):
                await asyncio.sleep(BEAT)
            else:
                return

    def _looks(self, app: procrastinate.App) -> list[tuple[float, Callable[[], Awaitable[Any]]]]:
        return [
            (_LOOK, partial(self._in_thread, self._tell_who_is_to_stop)),
            (BEAT, partial(self._in_thread, self._end_who_hangs)),
            (BEAT, partial(self._in_thread, self._beat)),
            (BEAT, partial(self._beat_of_takers, app)),
            (_LOOK_FOR_GONE, partial(self._rescue, app)),
            (_LOOK_FOR_LEFT, partial(self._in_thread, self._deliver_what_was_left)),
            (_CLEAR, partial(self._in_thread, clear, self.archive, self.profile)),
        ]

    async def _again(self, seconds: float, look: Callable[[], Awaitable[Any]]) -> None:
        """Look again and again. A look that fails is taken again: the server may be back by then."""
        while True:
            try:
                await look()
            except (PreserveError, procrastinate.exceptions.ConnectorException) as error:
                _log.warning("a look is taken again: %s", error)
            await asyncio.sleep(seconds)

    def _tell_who_is_to_stop(self) -> None:
        mine = list(self.children.running)
        if not mine:
            return
        with self.archive.catalogue.read() as connection:
            asked = jobs.of_state(connection, mine, "stopping")
        for job in asked:
            self.children.tell(job)

    def _end_who_hangs(self) -> None:
        for job in self.signs.silent(list(self.children.running)):
            _log.warning("job %s gives no sign of life: its process is killed", job)
            if (child := self.children.running.get(job)) is not None:
                child.kill()

    def _beat(self) -> None:
        # A job reads the rules when it begins: who joins is held to what is read now, not to what was read at first.
        profiles = ""
        with suppress(OSError):  # one is being written anew
            profiles = digest_of_profiles(self.archive.home.profiles)
        before = clock.now()
        with self.archive.catalogue.aside() as connection:
            if not nodes.beat(connection, self.node.worker, profiles):
                self.unfit = Conflict("cluster.node-there", self.node.name)
            moment = nodes.clock_of(connection)
        try:
            require_clock(self.node.name, moment, before, clock.now())
        except Refused as wrong:
            self.unfit = wrong

    async def _rescue(self, app: procrastinate.App) -> None:
        for delivery in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
            if delivery.id is not None:
                job, attempt = str(delivery.task_kwargs.get("job", "")), delivery.task_kwargs.get("attempt", 0)
                await self._in_thread(take_over, self.archive, delivery.id, job, int(str(attempt)))

    def _deliver_what_was_left(self) -> None:
        """See to jobs that nothing carries: in a catalogue that was moved here or set back, or after a lost word."""
        job_arguments.declare_all()  # nobody may wait for that in the transaction
        with self.archive.catalogue.begin() as connection:
            rows = {row.id: row for row in jobs.unfinished(connection)}
            # A delivery names the attempt that it is for: of a job that waits the next one, else the one at work.
            wanted = {row.id: row.attempt + (row.state == "queued") for row in rows.values()}
            for job in deliveries.undelivered(connection, wanted):
                if rows[job].state == "queued":
                    deliveries.deliver(connection, rows[job])
                else:
                    vanished(self.archive, connection, rows[job], TRIES)

    async def _until_asked_to_stop(self, tasks: list[asyncio.Task[None]]) -> None:
        """Return when this process is asked to stop. Raises what a lane or a look raised that ended.

        Without its looks a worker would tell nobody that it lives, nor any job that it is to stop: better it ends, and
        another one is started.
        """
        while True:
            try:
                check_stop()
            except Stopped:
                return
            if self.unfit is not None:
                raise self.unfit
            done, _ = await asyncio.wait(tasks, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
                raise MediumProblem("job.worker-cut", self.archive.home.catalogue_name)

    async def _end_children(self) -> None:
        while self.children.running:
            for job in list(self.children.running):
                self.children.tell(job)
            await asyncio.sleep(0.1)

    def _in_thread(self, what: Callable[..., Result], *given: Any) -> Coroutine[Any, Any, Result]:
        async def done() -> Result:
            return await asyncio.get_running_loop().run_in_executor(self.threads, partial(what, *given))

        return done()
