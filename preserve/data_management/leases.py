"""Locks that hold over several machines: rows of the catalogue that run out by the database's clock.

A file's lock is let go by the kernel with the process that holds it; of a process on another machine no kernel here
knows. So each lease runs out unless it is renewed, and whoever lost one writes nothing more into the catalogue: a
process that was stopped for a while, or cut off, must not go on where another has begun. The row is locked by each
transaction of who holds it, so that nobody takes the lease between that question and the commit.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from ulid import ULID

from preserve.data_management.engines import CataloguePlace
from preserve.errors import Busy, PreserveError
from preserve.progress import ask_to_stop, check_stop

TERM = 9.0
"""Seconds after which a lease runs out that is not renewed."""

_log = logging.getLogger("preserve.leases")
_RENEW = 3.0
_LOOK_AGAIN = 0.1  # seconds between two looks at a lease that another holds
_NOW = "to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_UNTIL = _NOW.replace("clock_timestamp()", f"(clock_timestamp() + interval '{TERM} seconds')")

# An attempt of a job that has ended, or that another came after, can write nothing any more: what it left behind, since
# it was killed or the server was away when it let go, is free for whoever comes. One that is to begin keeps its own.
_IS_OVER = (
    "EXISTS (SELECT 1 FROM jobs AS j WHERE j.id = l.job AND"
    " (j.attempt > l.attempt OR (j.attempt = l.attempt AND j.state NOT IN ('running', 'stopping'))))"
)
_TAKE = text(
    "INSERT INTO leases AS l (name, holder, fence, job, attempt, until)"
    f" VALUES (:name, :holder, 1, :job, :attempt, {_UNTIL}) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,"
    " fence = l.fence + 1, job = excluded.job, attempt = excluded.attempt, until = excluded.until"
    f" WHERE l.until < {_NOW} OR (l.job <> '' AND l.job = excluded.job AND l.attempt < excluded.attempt)"
    f" OR {_IS_OVER} RETURNING 1"
)
_LET_GO = text("DELETE FROM leases WHERE name = :name AND holder = :holder")
# One that ran out and that nobody took is still its holder's: a server that was away for a while takes nothing away.
_KEEP = text(f"UPDATE leases SET until = {_UNTIL} WHERE holder = ANY(:holders) RETURNING holder")
_UNTIL_WHEN = text("SELECT name, until FROM leases WHERE name = ANY(:names)")
_STILL = text("SELECT holder FROM leases WHERE holder = ANY(:holders) FOR SHARE")


@dataclass(slots=True)
class _Held:
    name: str
    holder: str
    place: str
    """Of the catalogue that has it, by name."""
    context: Context
    """Of the work that holds it, to ask that work to stop."""
    lost: bool = False


_held: ContextVar[tuple[_Held, ...]] = ContextVar("leases", default=())
Result = TypeVar("Result")

_job: ContextVar[tuple[str, int]] = ContextVar("job", default=("", 0))


@contextmanager
def taken_by(job: str, attempt: int) -> Iterator[None]:
    """Within it, leases are taken for an attempt of a job: a later attempt takes them over."""
    before = _job.set((job, attempt))
    try:
        yield
    finally:
        _job.reset(before)


def is_later_attempt() -> bool:
    """Whether this is the work of a job that an earlier attempt may have done, all but saying so."""
    return _job.get()[1] > 1


def are_held(place: str) -> bool:
    """Whether this piece of work holds any in the catalogue there."""
    return any(each.place == place for each in _held.get())


def require_held(connection: Connection, place: str = "") -> None:
    """Raises Busy unless this piece of work still has its leases in the catalogue there, until this transaction ends.

    Who makes another one, to put it in the place of that, holds none in it. Without `place` all are asked for.
    """
    held = [each for each in _held.get() if place in ("", each.place)]
    if not held:
        return
    still = {str(holder) for (holder,) in connection.execute(_STILL, {"holders": [each.holder for each in held]})}
    for each in held:
        if each.holder not in still:
            raise Busy("lease.lost", each.name)


def renewed(connection: Connection, names: list[str]) -> dict[str, str]:
    """Of leases by name, those that somebody has: until when, by the database's clock, unless renewed again."""
    return {str(name): str(until) for name, until in connection.execute(_UNTIL_WHEN, {"names": names})}


class Leases:
    """The leases of one archive, whose home is at `root` and whose catalogue is at `place`, for this process."""

    def __init__(self, root: Path, place: CataloguePlace) -> None:
        self._root = root
        self._place = place
        self._engine: Engine | None = None
        self._asking = 0
        self._mine: list[_Held] = []
        self._lock = threading.Lock()
        self._renewing: threading.Thread | None = None

    @contextmanager
    def hold(self, file: Path, busy: PreserveError, wait: float) -> Iterator[None]:
        """Hold the lease in place of this file's lock. Raises `busy` while another holds it, after `wait` seconds."""
        held = _Held(str(file.relative_to(self._root)), str(ULID()), self._place.name, copy_context())
        self._take(held, busy, time.monotonic() + wait)
        with self._lock:
            self._mine.append(held)
            if self._renewing is None:
                self._renewing = threading.Thread(target=self._renew, name="leases", daemon=True)
                self._renewing.start()
        before = _held.set((*_held.get(), held))
        try:
            yield
        finally:
            _held.reset(before)
            with self._lock:
                self._mine.remove(held)
            with suppress(PreserveError):  # it runs out by itself
                self._do(lambda connection: connection.execute(_LET_GO, {"name": held.name, "holder": held.holder}))

    def _take(self, held: _Held, busy: PreserveError, until: float) -> None:
        """Take it, or raise `busy` at that time. A job waits until who holds it renews it, or it runs out.

        What a killed process left looks held for some seconds. A person tries again then; a job that was refused stays
        so until somebody sees it.
        """
        job, attempt = _job.get()
        values = {"name": held.name, "holder": held.holder, "job": job, "attempt": attempt}
        before = ""
        while not self._do(lambda connection: connection.execute(_TAKE, values).first()):
            if time.monotonic() >= until:
                now = self._do(lambda connection: renewed(connection, [held.name])).get(held.name, "") if job else ""
                if not job or (before and now != before):
                    raise busy
                before = now
            check_stop()
            time.sleep(_LOOK_AGAIN)

    def _renew(self) -> None:
        """Renew what is held, and tell work that lost its lease to stop; while the server is away, try again.

        It ends, and with it the connection, when nothing is held any more: a process may have opened many archives.
        """
        while True:
            time.sleep(_RENEW)
            if self._is_over():
                return
            try:
                self._renew_once()
            except Exception as error:  # noqa: BLE001  whatever it was: without this thread every lease is lost
                _log.warning("leases are renewed again in a moment: %s", error)

    def _renew_once(self) -> None:
        with self._lock:
            mine = [held for held in self._mine if not held.lost]
        if not mine:
            return
        holders = [held.holder for held in mine]
        kept = {str(row[0]) for row in self._do(lambda c: c.execute(_KEEP, {"holders": holders}).all())}
        for held in mine:
            with self._lock:
                held.lost = held.holder not in kept and held in self._mine
            if held.lost:
                held.context.run(ask_to_stop)

    def _is_over(self) -> bool:
        """Whether nothing is held or asked for; then the connection is closed, and the next lease opens one."""
        with self._lock:
            if self._mine or self._asking:
                return False
            idle, self._engine, self._renewing = self._engine, None, None
        if idle is not None:
            idle.dispose()
        return True

    def _do(self, what: Callable[[Connection], Result]) -> Result:
        with self._lock:
            if self._engine is None:
                self._engine = self._place.engine()
            engine = self._engine
            self._asking += 1
        try:
            with self._place.translated(), engine.connect() as connection, connection.begin():
                return what(connection)
        finally:
            with self._lock:
                self._asking -= 1
