"""A job's own process: it acts as who asked, does the operation, and writes down how that ended.

Only a worker starts it. An attempt that is not the job's any more writes nothing: neither what the operation would
write into the catalogue, nor how it ended.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from metadata.findings import Value
from preserve.clock import now, stamp
from preserve.data_management import jobs, leases
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.jobs import JobRow, State
from preserve.errors import Busy, MediumProblem, NotPermitted
from preserve.home import Home
from preserve.messages import LANGUAGES, Language, speaking
from preserve.progress import Silent, Unit, check_stop, stoppable
from preserve.services import job_arguments, job_folders
from preserve.services.documents import as_document
from preserve.services.failures import Failure, failure_of
from preserve.services.job_children import TRIES
from preserve.services.job_views import failure_document
from preserve.services.operation import Operation
from preserve.services.operation import job as long_work
from preserve.services.session import AsJob, Session, begin
from preserve.work import boot_id, end_gently_with_parent, hold
from storage_adapters.errors import MediumFailing, StoreAway

_log = logging.getLogger("preserve.jobs")
_EVERY = 0.25  # seconds between two lines of progress
_LET_GO = 10.0  # seconds for an earlier attempt, which has written how it ended, to end
_MOST = 1 << 20  # bytes of progress, from which on only the newest is kept
_STORE_AWAY = 600.0  # seconds that an attempt waits for the store before it is begun
_LOOK_AGAIN = 1.0
_TRIES = 6  # to write how it ended, while the catalogue is busy; each waits some seconds
PASSING = frozenset(
    {
        "catalogue.busy",  # another writer hangs, or was cut off; the server ends it
        "catalogue.unreachable",
        "catalogue.not-committed",
        "catalogue.in-doubt",  # the next attempt sees what became of it
        "lease.lost",
        "ledger.sealer-absent",
        "storage.store-away",  # the next attempt waits for it
    }
)
"""What ends an attempt and is over by itself: the job goes on, some times."""

UNCOUNTED = frozenset({"ledger.sealer-absent"})
"""Of these, what counts as no try. The job has no part in it, and each attempt has waited for half a minute. After two
minutes nobody writes anything, and the job goes on when the sealer is back, whenever that is."""

_STATES: Mapping[int, State] = {2: "refused", 3: "refused", 6: "refused", 8: "stopped"}


class Told(Silent):
    """Writes how far the work is into a file, in codes and numbers, some times a second."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._path, self._clock = path, clock
        self._lock = threading.Lock()
        self._number = job_folders.last_number(path)
        self._line: dict[str, Any] = {}
        self._written = float("-inf")
        self._is_new = False

    def begin(
        self, code: str, total: int | None = None, files: int = 0, *, unit: Unit = "bytes", **values: Value
    ) -> None:
        """A new stretch of work. Raises Stopped."""
        self.check()
        with self._lock:
            self._line = {"code": code, "values": values, "unit": unit, "done": 0, "total": total}
            self._line |= {"files_done": 0, "files": files}
            self._note()

    def __call__(self, moved: int, files: int = 0) -> None:
        """So much more is done. Raises Stopped."""
        self.check()
        with self._lock:
            if self._line:
                self._line["done"] += moved
                self._line["files_done"] += files
                self._note()

    def close(self) -> None:
        """Write what was told last."""
        with self._lock:
            if self._is_new:
                self._write()

    def _note(self) -> None:
        self._is_new = True
        if self._clock() - self._written >= _EVERY:
            self._write()

    def _write(self) -> None:
        self._number += 1
        line = json.dumps({"number": self._number, **self._line, "time": stamp(now())}, ensure_ascii=True)
        # Work must not fail because nobody can be told how far it is.
        try:
            too_much = self._path.exists() and self._path.stat().st_size > _MOST
            with self._path.open("w" if too_much else "a", encoding="ascii") as stream:
                stream.write(line + "\n")
        except OSError:
            pass
        self._written, self._is_new = self._clock(), False


@dataclass(frozen=True, slots=True)
class JobRan:
    """How an attempt of a job ended."""

    id: str
    attempt: int
    state: State


_WHY_OPEN = "the row of the job says who asked and which process may do it; whoever started this process is not asked"


@long_work("job.run", needs="home", open_to_all=_WHY_OPEN)
def run(session: Session, job: str, attempt: int, *, room: str = "") -> JobRan:
    """Do one attempt of a job, in the process that a worker started for it; `room` declares its operation.

    Raises NotPermitted for any other process and for an attempt that is not the job's, NotFound.
    """
    home, worker = session.home, os.getppid()
    end_gently_with_parent(worker)
    job_arguments.enter(room)
    archive = open_archive(home.path)
    try:
        with archive.catalogue.read() as connection:
            jobs.read(connection, job)  # before its name becomes that of a folder
        busy = NotPermitted("job.not-this-attempt", job)
        place = job_folders.folder(home, job)
        # Over several machines it is a lease: this attempt has it at once, though an earlier one hangs and lives.
        with stoppable(), leases.taken_by(job, attempt), hold(place / job_folders.LOCK, busy, _LET_GO):
            row = _taken(archive, job, attempt, worker)
            progress = Told(place / job_folders.PROGRESS)
            state, result, failure = _outcome(home, row, progress)
            progress.close()
            ended = _write_end(archive, row, state, result, failure)
            if ended != "queued":
                job_folders.forget_secrets(home, job)
            job_folders.note_state(home, job, ended, stamp(now()))
    finally:
        archive.close()
    return JobRan(job, attempt, ended)


def _taken(archive: Archive, job: str, attempt: int, worker: int) -> JobRow:
    """The attempt, which is this process's from here on. Raises as `jobs.take`, and StorageError.

    A store that is away is asked before anything is written. It is waited for: an attempt that ends before it is taken
    has vanished, and the next would be as quick to end.
    """
    until = time.monotonic() + _STORE_AWAY
    while True:
        try:
            with archive.catalogue.begin() as connection:
                return jobs.take(connection, job, attempt, worker=worker, pid=os.getpid(), boot=boot_id())
        except (StoreAway, MediumFailing) as error:  # one that begins again says that it fails
            if time.monotonic() >= until:
                raise
            _log.warning("tried again: %s", error.code)
        check_stop()
        time.sleep(_LOOK_AGAIN)


Outcome = tuple[State, dict[str, Any] | None, dict[str, Any] | None]


def _outcome(home: Home, row: JobRow, progress: Told) -> Outcome:
    try:
        return "done", _do(home, row, progress), None
    except Exception as error:  # noqa: BLE001  whatever it was, it is written down as how the job ended
        failure = failure_of(error)
        if failure is None:
            trace = job_folders.folder(home, row.id) / "defect.txt"
            with suppress(OSError):  # without room for the trace the job still ends, and says how
                trace.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="replace")
            failure = Failure(1, "job.defect", row.id, {"kind": type(error).__name__})
        document = _within_home(failure_document(failure), f"{home.path}/")
        if failure.code in PASSING and (row.resumed < TRIES or failure.code in UNCOUNTED):
            return "stopped", None, document
        return _STATES.get(failure.status, "failed"), None, document


def _do(home: Home, row: JobRow, progress: Told) -> dict[str, Any]:
    """The result's document in each language. Raises whatever the operation raises."""
    operation, runs = job_arguments.fit(row.operation)
    given = dict(json.loads(row.arguments))
    for name, secret in job_folders.read_secrets(home, row.id).items():
        given = job_arguments.with_value(given, name, secret)
    if runs.folder:
        job_folders.outbox(home, row.id).parent.mkdir(parents=True, exist_ok=True)
        if runs.anew and row.attempt > 1:
            job_folders.empty_outbox(home, row.id)
        given = job_arguments.with_value(given, runs.folder, job_folders.outbox(home, row.id))
    arguments = job_arguments.read(row.operation, given)
    job_arguments.require_reachable(home, arguments)
    spoken: Language = "en" if row.language == "en" else "zh"
    with speaking(spoken):
        session = _session(home, row, operation, spoken)
        try:
            result = operation(replace(session, progress=progress), **arguments)
        finally:
            session.close()
    documents: dict[str, Any] = {}
    for each in LANGUAGES:
        with speaking(each):
            documents[each] = _within_home(as_document(result), f"{home.path}/")
    return documents


def _within_home(value: Any, home: str) -> Any:
    """A document in which paths of the home begin within it: where the home lies on the machine is no reader's."""
    if isinstance(value, dict):
        return {name: _within_home(each, home) for name, each in value.items()}
    if isinstance(value, list):
        return [_within_home(each, home) for each in value]
    return value.replace(home, "") if isinstance(value, str) else value


def _session(home: Home, row: JobRow, operation: Operation[..., Any], spoken: Language) -> Session:
    session = begin(home.path, AsJob(row.id, row.attempt, row.account), spoken, operation.needs)

    def fence(connection: Connection) -> None:
        jobs.require_attempt(connection, row.id, row.attempt)

    if session.opened is None:
        return session
    return replace(session, opened=session.opened.guarded(fence, each=True))


def _write_end(
    archive: Archive, row: JobRow, state: State, result: dict[str, Any] | None, failure: dict[str, Any] | None
) -> State:
    """The state in which the job is then. Raises NotPermitted where another attempt has begun; Busy."""
    for attempt in range(_TRIES):
        try:
            with archive.catalogue.begin() as connection:
                before = jobs.read(connection, row.id).state
                wrote = jobs.end(connection, row.id, row.attempt, state, archive.now(), result=result, failure=failure)
                again = wrote and state == "stopped" and before == "running" and job_arguments.resumes(row.operation)
                if again:  # nobody asked for it: the worker ends, or the server went away
                    code = "" if failure is None else failure["code"]
                    jobs.queue_again(connection, row.id, by_itself=code in PASSING - UNCOUNTED)
        except (Busy, MediumProblem) as error:
            if error.code == "lease.lost":
                break
            if attempt == _TRIES - 1:
                raise
            time.sleep(attempt)
        else:
            if not wrote:
                break
            return "queued" if again else state
    raise NotPermitted("job.not-this-attempt", row.id)
