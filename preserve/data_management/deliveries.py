"""How a job that waits comes to a worker: Procrastinate carries its id, in the transaction that made it wait.

On SQLite there is nothing to carry: the one worker looks at the table. On PostgreSQL the job's row and its delivery are
committed together or not at all. Procrastinate's tables and functions are a schema of their own beside the catalogue's,
which holds nothing that is not ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import Connection, func, select, text

from preserve.data_management.engines.dialect import is_sqlite
from preserve.data_management.tables import jobs

TASK = "preserve.job"
"""The one task that is delivered: run this attempt of this job."""

_FIRST = {"waited": 100, "burn": 10}
"""What goes before other work: what somebody waits for on a page, then what a person stands beside a burner for."""

_ALONE = ("audit", "rebuild")
"""Lanes of which one job runs at a time, on whichever machine."""


class Waits(Protocol):
    """What a delivery is told of a job."""

    @property
    def id(self) -> str:
        """The job's id."""

    @property
    def attempt(self) -> int:
        """How many attempts there were."""

    @property
    def lane(self) -> str:
        """What it runs beside."""

    @property
    def place(self) -> str:
        """What only one job may use at a time."""

    @property
    def subject(self) -> str:
        """The case, the number, the medium."""


def queue_of(lane: str, place: str) -> str:
    """The queue of a job: its lane; a burn for a device waits for a machine that has the device."""
    return f"{lane}:{place}" if lane == "burn" and place else lane


def lock_of(lane: str, place: str, subject: str) -> str | None:
    """What no two jobs may have at once on any machine, or None."""
    if lane in _ALONE:
        return lane
    if place:
        return f"{lane}:{place}"
    return subject or None


def schema_of_work(connection: Connection) -> str:
    """The schema beside the catalogue's in which Procrastinate has its tables."""
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    return work_schema(str(schema))


def work_schema(schema: str) -> str:
    """The schema of the deliveries of a catalogue in `schema`."""
    return f"{schema[:58]}_work"


def deliver(connection: Connection, job: Waits) -> None:
    """Have the next attempt of a job delivered, if this transaction is committed."""
    if is_sqlite(connection):
        return
    schema = schema_of_work(connection)
    values = {
        "queue": queue_of(job.lane, job.place),
        "task": TASK,
        "priority": _FIRST.get(job.lane, 0),
        "lock": lock_of(job.lane, job.place, job.subject),
        "args": json.dumps({"job": job.id, "attempt": job.attempt + 1}),
    }
    row = "ROW(:queue, :task, :priority, :lock, NULL, CAST(:args AS jsonb), NULL)"
    asked = f"SELECT {schema}.procrastinate_defer_jobs_v1(ARRAY[{row}::{schema}.procrastinate_job_to_defer_v1])"
    connection.execute(text(asked), values)


def undelivered(connection: Connection, asked_for: Mapping[str, int]) -> list[str]:
    """Of jobs, each with an attempt of it: those of which no delivery is for that attempt."""
    if is_sqlite(connection) or not asked_for:
        return []
    asked = text(
        f"SELECT args ->> 'job', (args ->> 'attempt')::integer FROM {schema_of_work(connection)}.procrastinate_jobs"
        " WHERE task_name = :task AND status IN ('todo', 'doing') AND args ->> 'job' = ANY(:jobs)"
    )
    found = connection.execute(asked, {"task": TASK, "jobs": [*asked_for]})
    carried = {(str(job), int(attempt)) for job, attempt in found}
    return [job for job, attempt in asked_for.items() if (job, attempt) not in carried]


def finish(connection: Connection, delivery: int) -> bool:
    """End a delivery whose worker is gone; False where somebody else has ended it."""
    asked = text(
        f"DELETE FROM {schema_of_work(connection)}.procrastinate_jobs WHERE id = :number AND status = 'doing'"
        " RETURNING id"
    )
    return connection.execute(asked, {"number": delivery}).first() is not None


def waiting(connection: Connection) -> dict[str, int]:
    """How many jobs wait in each queue; on SQLite, where nothing is delivered, in each lane."""
    if is_sqlite(connection):
        query = select(jobs.c.lane, func.count()).where(jobs.c.state == "queued").group_by(jobs.c.lane)
        return {str(lane): int(number) for lane, number in connection.execute(query)}
    asked = text(
        f"SELECT queue_name, count(*) FROM {schema_of_work(connection)}.procrastinate_jobs WHERE status = 'todo'"
        " GROUP BY queue_name"
    )
    return {str(queue): int(number) for queue, number in connection.execute(asked)}


def make_schema(connection: Connection, schema: str) -> None:
    """Make Procrastinate's tables and functions in a schema of their own, where they are not there yet."""
    from procrastinate.schema import SchemaManager

    beside = work_schema(schema)
    if connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": beside}).first():
        return
    connection.exec_driver_sql(f"CREATE SCHEMA {beside}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {beside}")
    _run(connection, SchemaManager.get_schema())
    # A function finds its tables by the path of whoever calls it; the caller's path is the catalogue's.
    asked = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    for (name,) in connection.exec_driver_sql(asked).all():
        _run(connection, f"ALTER FUNCTION {name} SET search_path TO {beside}")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {schema}")


def drop_schema(connection: Connection, schema: str) -> None:
    """Take away what `make_schema` made, of a catalogue that was made beside another one."""
    connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {work_schema(schema)} CASCADE")


def _run(connection: Connection, statements: str) -> None:
    """Several statements that take no values, percent signs and all."""
    raw: Any = connection.connection.dbapi_connection
    raw.execute(statements)
