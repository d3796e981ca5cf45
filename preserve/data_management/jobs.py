"""Jobs: rows of work that was asked for, each held to the entry of the ledger that tells who asked for what.

What the row says of the work's course (state, attempt, result) is in the catalogue alone. Who asked, and for what, is
what a job's process may act by, so that is believed only where the ledger says the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, delete, func, or_, select, update

from preserve.clock import stamp
from preserve.data_management import deliveries, ledger
from preserve.data_management.engines.dialect import position
from preserve.data_management.tables import jobs
from preserve.errors import Conflict, NotFound, NotIntact, NotPermitted

ASKED = "job.asked"
STOP_ASKED = "job.stop-asked"
RESUMED = "job.resumed"

State = Literal["queued", "running", "stopping", "stopped", "done", "refused", "failed", "lost"]

WAITING: tuple[State, ...] = ("queued",)
AT_WORK: tuple[State, ...] = ("running", "stopping")
AGAIN: tuple[State, ...] = ("stopped", "refused", "failed", "lost")
"""How a job ended that can be asked to go on."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job, as its table has it; `result` and `failure` are JSON."""

    id: str
    operation: str
    arguments: str
    subject: str
    account: str
    key: str
    language: str
    lane: str
    place: str
    state: State
    attempt: int
    resumed: int
    asked: str
    scopes: str | None = None
    started: str | None = None
    ended: str | None = None
    pid: int | None = None
    boot: str | None = None
    node: str | None = None
    result: str | None = None
    failure: str | None = None


def commitment(arguments: str) -> str:
    """What the ledger is told of a job's arguments."""
    return hashlib.sha256(arguments.encode("utf-8", "surrogatepass")).hexdigest()


def ask(connection: Connection, row: JobRow, moment: datetime) -> tuple[JobRow, bool]:
    """Enter a job; or give the one that this account asked for with this key before, and False.

    Raises Conflict where the key was used for something else.
    """
    if row.key:
        found = _one(connection, (jobs.c.account == row.account) & (jobs.c.key == row.key))
        if found is not None:
            if (found.operation, found.arguments) != (row.operation, row.arguments):
                raise Conflict("job.key-used", found.id)
            return found, False
    connection.execute(jobs.insert(), asdict(row))
    ledger.append(connection, action=ASKED, subject=row.id, actor=row.account, details=_told(row), moment=moment)
    deliveries.deliver(connection, row)
    return row, True


def read(connection: Connection, job: str) -> JobRow:
    """The job of that id. Raises NotFound."""
    row = _one(connection, jobs.c.id == job)
    if row is None:
        raise NotFound("job.none", job)
    return row


def find(
    connection: Connection, *, account: str = "", states: Collection[str] = (), before: str = "", limit: int = 50
) -> list[JobRow]:
    """Jobs, the newest first: of one account, in some states, from before the one of an id; at most `limit`."""
    query = select(jobs).order_by(jobs.c.id.desc()).limit(limit)
    if account:
        query = query.where(jobs.c.account == account)
    if states:
        query = query.where(jobs.c.state.in_(list(states)))
    if before:
        query = query.where(jobs.c.id < before)
    return [JobRow(**row._mapping) for row in connection.execute(query)]


def of_subject(connection: Connection, operation: str, subject: str, limit: int, *, done: bool = True) -> list[JobRow]:
    """Jobs of an operation that are about this, the newest first; with `done` only those that came to their end."""
    about = [jobs.c.operation == operation, jobs.c.subject == subject, *([jobs.c.state == "done"] if done else [])]
    query = select(jobs).where(*about).order_by(jobs.c.id.desc()).limit(limit)
    return [JobRow(**row._mapping) for row in connection.execute(query)]


def count(connection: Connection) -> dict[str, int]:
    """How many jobs are in each state that any is in."""
    query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
    return {str(state): int(number) for state, number in connection.execute(query)}


def unfinished(connection: Connection) -> list[JobRow]:
    """Every job that waits or is at work, in the order in which they were asked for."""
    query = select(jobs).where(jobs.c.state.in_([*WAITING, *AT_WORK])).order_by(jobs.c.id)
    return [JobRow(**row._mapping) for row in connection.execute(query)]


def asker(connection: Connection, job: str, attempt: int) -> tuple[str, list[str] | None]:
    """The account that an attempt of a job acts as, and the duties that it is limited to, or None.

    Raises NotPermitted for an attempt that is not, or no longer, the job's; NotIntact where the ledger does not tell
    that this account asked for this.
    """
    row = _one(connection, jobs.c.id == job)
    if row is None or row.attempt != attempt or row.state not in AT_WORK:
        raise NotPermitted("job.not-this-attempt", job)
    require_told(connection, row)
    return row.account, None if row.scopes is None else json.loads(row.scopes)


def _told(row: JobRow) -> dict[str, Any]:
    """What the ledger tells of a job."""
    told = {"operation": row.operation, "arguments": commitment(row.arguments)}
    return told if row.scopes is None else {**told, "scopes": json.loads(row.scopes)}


def require_told(connection: Connection, row: JobRow) -> None:
    """Raises NotIntact unless the ledger tells that this account asked for this."""
    told = next(ledger.newest(connection, row.id, ASKED), None)
    if told is None or told.actor != row.account or told.details != _told(row):
        raise NotIntact("ledger.contradicts-index", row.id, table=jobs.name)


def start(connection: Connection, job: str, *, pid: int, boot: str, moment: datetime, node: str = "") -> int | None:
    """Begin the next attempt of a job that waits, for a worker; its number, or None where it does not wait any more."""
    row = read(connection, job)
    if row.state not in WAITING:
        return None
    values = {"state": "running", "attempt": row.attempt + 1, "pid": pid, "boot": boot, "started": stamp(moment)}
    _change(connection, job, {**values, "node": node, "ended": None, "result": None, "failure": None})
    return row.attempt + 1


def take(connection: Connection, job: str, attempt: int, *, worker: int, pid: int, boot: str) -> JobRow:
    """The attempt that a worker began becomes that of its child. Raises NotPermitted where it began none for it."""
    row = _one(connection, jobs.c.id == job)
    if row is None or (row.attempt, row.pid, row.boot) != (attempt, worker, boot) or row.state not in AT_WORK:
        raise NotPermitted("job.not-this-attempt", job)
    require_told(connection, row)
    _change(connection, job, {"pid": pid})
    return replace(row, pid=pid)


def require_attempt(connection: Connection, job: str, attempt: int) -> None:
    """The fence: raises NotPermitted unless this attempt is the job's, and at work."""
    query = select(jobs.c.attempt, jobs.c.state).where(jobs.c.id == job)
    if (row := connection.execute(query).first()) is None or row.attempt != attempt or row.state not in AT_WORK:
        raise NotPermitted("job.not-this-attempt", job)


def end(
    connection: Connection,
    job: str,
    attempt: int,
    state: State,
    moment: datetime,
    *,
    result: Mapping[str, Any] | None = None,
    failure: Mapping[str, Any] | None = None,
) -> bool:
    """How an attempt ended; False, and nothing is written, where another one has begun or it has ended."""
    mine = (jobs.c.id == job) & (jobs.c.attempt == attempt) & jobs.c.state.in_(AT_WORK)
    values = {
        "state": state,
        "ended": stamp(moment),
        "result": None if result is None else json.dumps(result, ensure_ascii=False),
        "failure": None if failure is None else json.dumps(failure, ensure_ascii=False),
    }
    return connection.execute(update(jobs).where(mine).values(values)).rowcount == 1


def queue_again(connection: Connection, job: str, *, by_itself: bool = False) -> None:
    """A job that ended waits again, for its next attempt."""
    row = read(connection, job)
    _change(connection, job, {"state": "queued", "ended": None, "resumed": row.resumed + by_itself})
    deliveries.deliver(connection, row)


def ask_to_stop(connection: Connection, row: JobRow, account: str, moment: datetime) -> State:
    """Note that a job is to stop; one that waits has stopped. Raises Conflict for one that ended."""
    if row.state not in (*WAITING, *AT_WORK):
        raise Conflict("job.ended", row.id)
    state: State = "stopped" if row.state == "queued" else "stopping"
    _change(connection, row.id, {"state": state, **({"ended": stamp(moment)} if state == "stopped" else {})})
    ledger.append(connection, action=STOP_ASKED, subject=row.id, actor=account, details={}, moment=moment)
    return state


def ask_to_resume(connection: Connection, row: JobRow, account: str, moment: datetime) -> None:
    """Let a job wait again that ended and is not done. Raises Conflict for any other."""
    if row.state not in AGAIN:
        raise Conflict("job.not-ended", row.id)
    queue_again(connection, row.id)
    ledger.append(connection, action=RESUMED, subject=row.id, actor=account, details={}, moment=moment)


def ended_before(connection: Connection, moment: datetime) -> Iterator[JobRow]:
    """Jobs that ended before a moment."""
    over = jobs.c.state.in_(["done", *AGAIN]) & (jobs.c.ended < stamp(moment))
    for row in connection.execute(select(jobs).where(over).order_by(jobs.c.id)).all():
        yield JobRow(**row._mapping)


def of_state(connection: Connection, ids: Collection[str], state: State) -> list[str]:
    """Those of some jobs that are in that state."""
    query = select(jobs.c.id).where(jobs.c.id.in_(list(ids)), jobs.c.state == state)
    return [str(job) for job in connection.execute(query).scalars()]


def is_there(connection: Connection, job: str) -> bool:
    """Whether the table has a job of that id."""
    return _one(connection, jobs.c.id == job) is not None


def forget_about(connection: Connection, *names: str) -> None:
    """Take every job that ended and says one of these names out of the table: what it is about was destroyed."""
    said = [jobs.c.arguments, jobs.c.subject, jobs.c.result, jobs.c.failure]
    words = {word for name in names if name for word in (name, json.dumps(name)[1:-1])}
    about = or_(*[position(column, word) > 0 for column in said for word in words])
    connection.execute(delete(jobs).where(jobs.c.state.in_(["done", *AGAIN]), about))


def forget(connection: Connection, job: str) -> None:
    """Take a job out of the table; the ledger keeps that it was asked for."""
    connection.execute(delete(jobs).where(jobs.c.id == job))


def _one(connection: Connection, which: Any) -> JobRow | None:
    row = connection.execute(select(jobs).where(which)).first()
    return None if row is None else JobRow(**cast(Mapping[str, Any], row._mapping))


def _change(connection: Connection, job: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(jobs).where(jobs.c.id == job).values(dict(values)))
