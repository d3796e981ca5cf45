"""Figures for a monitor, each read from an index or from a bounded stretch of one: none grows with the archive's age.

They read the tables alone and prove nothing. What is counted is counted up to `MOST`: an alarm needs no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, text

from preserve.clock import parse, stamp
from preserve.data_management import jobs, ledger, standings
from preserve.data_management.ledger import Entry
from preserve.data_management.tables import copies, versions
from preserve.data_management.tables import jobs as jobs_table
from preserve.data_management.tables import ledger as entries

MOST = 10_000
"""So many of a sort are counted; there may be more."""

_ENDED = ("done", *jobs.AGAIN)
# The words of the index `copies_in_trouble`: SQLite takes a partial index only where a query says the same.
_IN_TROUBLE = "state IN ('planned', 'written', 'suspect', 'lost')"
_ULID_TIME = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Ended:
    """So many jobs ended; `seconds` is the sum of how long each one's last attempt took, `longest` the most of one."""

    count: int
    seconds: float
    longest: float


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Packages made within a span of time, of whatever version, with their files and bytes."""

    packages: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Unread:
    """Copies on a medium that were last read before each of two moments, at most `MOST`."""

    due: int
    overdue: int


def ended_jobs(connection: Connection, since: datetime) -> dict[tuple[str, str], Ended]:
    """By lane and state: jobs that were asked for since a moment and ended."""
    columns = (jobs_table.c.lane, jobs_table.c.state, jobs_table.c.started, jobs_table.c.ended)
    query = select(*columns).where(jobs_table.c.state.in_(_ENDED), jobs_table.c.id >= first_id(since))
    found: dict[tuple[str, str], list[float]] = {}
    for lane, state, started, ended in connection.execute(query):
        taken = (parse(ended) - parse(started)).total_seconds() if started and ended else 0.0
        found.setdefault((str(lane), str(state)), []).append(max(0.0, taken))
    return {key: Ended(len(taken), sum(taken), max(taken)) for key, taken in sorted(found.items())}


def first_id(moment: datetime) -> str:
    """The first ULID of a moment: what was named later sorts after it."""
    number, letters = int(moment.timestamp() * 1000), ""
    for _ in range(10):
        number, place = divmod(number, 32)
        letters = _ULID_TIME[place] + letters
    return letters + "0" * 16


def taken_in(connection: Connection, since: datetime) -> TakenIn:
    """The packages that were made since a moment."""
    sums = (func.coalesce(func.sum(versions.c.files), 0), func.coalesce(func.sum(versions.c.size), 0))
    row = connection.execute(select(func.count(), *sums).where(versions.c.created >= stamp(since))).one()
    return TakenIn(*map(int, row))


def copies_in_trouble(connection: Connection) -> dict[str, int]:
    """By state: copies that are planned, written and not read back, suspect or lost, on media in use or planned."""
    query = text(
        f"SELECT c.state, count(*) FROM copies c JOIN media m ON m.id = c.medium WHERE c.{_IN_TROUBLE}"
        " AND m.state IN ('in use', 'planned') GROUP BY c.state"
    )
    return {str(state): int(count) for state, count in connection.execute(query)}


def unread(connection: Connection, medium: str, due: datetime, overdue: datetime) -> Unread:
    """How many copies of a medium were last read before these moments, at most `MOST`."""
    counts = []
    for before in (due, overdue):
        some = _readable(medium).where(copies.c.verified <= stamp(before)).limit(MOST).subquery()
        counts.append(int(connection.execute(select(func.count()).select_from(some)).scalar_one()))
    return Unread(*counts)


def oldest_reading(connection: Connection, medium: str) -> str:
    """When the copy of a medium was read that was not read for longest (RFC 3339); empty where there is none."""
    query = _readable(medium).where(copies.c.verified.is_not(None)).order_by(copies.c.verified).limit(1)
    return str(connection.execute(query).scalar() or "")


def _readable(medium: str) -> Select[Any]:
    states = ("verified", "due", "repaired")
    return select(copies.c.verified).where(copies.c.medium == medium, copies.c.state.in_(states))


def newest_of(connection: Connection, *actions: str) -> Entry | None:
    """The newest entry of the ledger of one of these actions, each sought by itself. Raises NotIntact."""
    numbers = []
    for action in actions:
        query = select(func.max(entries.c.number)).where(entries.c.action == action)
        numbers.append(int(connection.execute(query).scalar() or 0))
    return next(iter(ledger.numbered(connection, [max(numbers)])), None) if any(numbers) else None


def entry_before(connection: Connection, moment: datetime) -> int:
    """The number of the last entry before a moment, 0 where there is none: some twenty entries are read.

    A clock that was set back meanwhile makes it one of several that lie nearby.
    """
    before, after = 0, ledger.size(connection) + 1
    while after - before > 1:
        middle = (before + after) // 2
        entry = next(iter(ledger.numbered(connection, [middle])), None)
        if entry is None or parse(entry.time) >= moment:
            after = middle
        else:
            before = middle
    return before


def deeds(connection: Connection, actions: Collection[str], since: datetime) -> dict[str, int]:
    """How many entries of each of these actions were made since a moment; 0 for one without any."""
    found = standings.of_actions(connection, actions, entry_before(connection, since))
    return {action: found.get(action, 0) for action in actions}


def waiting_jobs(connection: Connection) -> tuple[Counter[tuple[str, str]], str]:
    """Jobs that wait or are at work by lane and state; and when the one was asked for that waits longest."""
    rows = jobs.unfinished(connection)
    asked = min((row.asked for row in rows if row.state in jobs.WAITING), default="")
    return Counter((row.lane, str(row.state)) for row in rows), asked
