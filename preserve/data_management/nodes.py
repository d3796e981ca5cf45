"""The machines that work on one archive: which there are, what each may run, and when it was last seen.

Times are the database's: the machines' own clocks may differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, text, update

from preserve.clock import parse, stamp
from preserve.data_management.jobs import AT_WORK
from preserve.data_management.tables import jobs, nodes
from preserve.errors import Conflict

SILENT = timedelta(seconds=15)
"""After how long without a sign of life a machine counts as gone."""

_KEPT = timedelta(days=30)
"""How long one is listed that does not come back: a container may have another name each time it is started."""


@dataclass(frozen=True, slots=True)
class Node:
    """One machine's worker, as its row has it; `lanes` is JSON."""

    name: str
    worker: str
    boot: str
    pid: int
    version: str
    profiles: str
    lanes: str
    joined: str = ""
    seen: str = ""
    ended: str | None = None


def clock_of(connection: Connection) -> datetime:
    """What time it is by the database; on SQLite by this machine."""
    if connection.dialect.name == "sqlite":
        return parse(str(connection.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")).scalar_one()))
    said: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return said


def is_alive(node: Node, moment: datetime) -> bool:
    """Whether it was seen a moment ago, and has not left."""
    return node.ended is None and moment - parse(node.seen) < SILENT


def all_nodes(connection: Connection) -> list[Node]:
    """Every machine that works here or did within some weeks, by name."""
    return [Node(**row._mapping) for row in connection.execute(select(nodes).order_by(nodes.c.name))]


def enter(connection: Connection, node: Node, *, ended: Callable[[Node], bool]) -> None:
    """Enter a machine. Raises Conflict where another worker of that name is alive, unless it `ended`."""
    moment = clock_of(connection)
    found = connection.execute(select(nodes).where(nodes.c.name == node.name)).first()
    before = None if found is None else Node(**found._mapping)
    if before is not None and is_alive(before, moment) and not ended(before):
        raise Conflict("cluster.node-there", node.name)
    connection.execute(delete(nodes).where((nodes.c.name == node.name) | (nodes.c.seen < stamp(moment - _KEPT))))
    at = stamp(moment)
    connection.execute(nodes.insert(), {**asdict(node), "joined": at, "seen": at, "ended": None})


def beat(connection: Connection, worker: str, profiles: str = "") -> bool:
    """A sign of life; False where another worker has the name by now. `profiles`: the digest of its rules now."""
    values = {"seen": stamp(clock_of(connection)), **({"profiles": profiles} if profiles else {})}
    return connection.execute(update(nodes).where(nodes.c.worker == worker).values(values)).rowcount == 1


def leave(connection: Connection, worker: str) -> None:
    """Note that a machine left as it was asked to."""
    at = stamp(clock_of(connection))
    connection.execute(update(nodes).where(nodes.c.worker == worker).values({"seen": at, "ended": at}))


def at_work(connection: Connection) -> dict[str, int]:
    """How many jobs run on each machine."""
    query = select(jobs.c.node, func.count()).where(jobs.c.state.in_(AT_WORK)).group_by(jobs.c.node)
    return {str(node or ""): int(number) for node, number in connection.execute(query)}


def ended_since(connection: Connection, moment: datetime) -> dict[tuple[str, str], int]:
    """How many jobs ended since a moment, by lane and state."""
    query = select(jobs.c.lane, jobs.c.state, func.count()).where(jobs.c.ended >= stamp(moment))
    found = connection.execute(query.group_by(jobs.c.lane, jobs.c.state))
    return {(str(lane), str(state)): int(number) for lane, state, number in found}
