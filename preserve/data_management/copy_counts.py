"""Sums over copies: how much lies on each medium, and how much of it was read back when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, case, func, select, text

from preserve.data_management.holdings import CopyRow
from preserve.data_management.tables import copies, versions

_BATCH = 500  # objids that one query asks for
_GONE = ("planned", "retired", "lost")
_READABLE = ("verified", "due", "repaired")


@dataclass(frozen=True, slots=True)
class Load:
    """So many copies on a medium, and their bytes there."""

    copies: int
    size: int


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Copies on a medium and their bytes; of these, the ones that were read back later than some moment."""

    medium: str
    copies: int
    size: int
    copies_since: int
    size_since: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Copies on a medium, how many of them are due to be read, and when the longest unread one was read (RFC 3339)."""

    copies: int
    due: int
    oldest: str


def loads(connection: Connection) -> dict[str, Load]:
    """What lies on each medium, by its identity; of a divided package only the share that lies there."""
    query = (
        select(copies.c.medium, func.count(), func.coalesce(func.sum(versions.c.size // copies.c.parts), 0))
        .join(versions, (versions.c.objid == copies.c.objid) & (versions.c.version == copies.c.version))
        .where(copies.c.state.notin_(_GONE))
        .group_by(copies.c.medium)
    )
    return {str(medium): Load(int(count), int(size)) for medium, count, size in connection.execute(query)}


def read_back(connection: Connection, kind: str, since: str) -> list[ReadBack]:
    """For each medium in use of a kind, how much of it was read back later than `since` (RFC 3339 in UTC)."""
    query = text(
        "SELECT c.medium, count(*), sum(v.size), coalesce(sum(CASE WHEN c.verified > :since THEN 1 END), 0),"
        " coalesce(sum(CASE WHEN c.verified > :since THEN v.size END), 0) FROM copies c"
        " JOIN versions v ON v.objid = c.objid AND v.version = c.version JOIN media m ON m.id = c.medium"
        " WHERE m.kind = :kind AND m.state = 'in use' AND c.state NOT IN ('planned', 'retired', 'lost')"
        " GROUP BY c.medium"
    )
    rows = connection.execute(query, {"since": since, "kind": kind})
    return [ReadBack(str(medium), *map(int, counts)) for medium, *counts in rows]


def waiting_on(connection: Connection, medium: str, before: str, now: str) -> Waiting:
    """What of a medium is due: last read at `before` or earlier, or, under a wrong clock, later than `now`."""
    due = case(((copies.c.verified <= before) | (copies.c.verified > now), 1), else_=0)
    query = select(func.count(), func.coalesce(func.sum(due), 0), func.min(copies.c.verified)).where(
        copies.c.medium == medium, copies.c.state.in_(_READABLE)
    )
    count, waiting, oldest = connection.execute(query).one()
    return Waiting(int(count), int(waiting), str(oldest or ""))


def longest_unread(connection: Connection, medium: str, before: str, now: str, limit: int) -> list[CopyRow]:
    """The copies of a medium that are due, as `waiting_on` counts them; wrongly dated ones first, then by their age."""
    rows: list[CopyRow] = []
    columns = [copies.c[name] for name in CopyRow.__dataclass_fields__]
    for condition in (copies.c.verified > now, copies.c.verified <= before):
        query = select(*columns).where(copies.c.medium == medium, condition, copies.c.state.in_(_READABLE))
        oldest = query.order_by(copies.c.verified).limit(limit - len(rows))
        rows += [CopyRow(*row) for row in connection.execute(oldest)]
    return rows


def media_of(connection: Connection, objids: Iterable[str], states: Iterable[str]) -> dict[str, list[str]]:
    """By objid: the media that have a copy of any version of a case in one of these states."""
    media: dict[str, list[str]] = {}
    wanted = list(states)
    waiting = iter(sorted(set(objids)))
    while batch := list(islice(waiting, _BATCH)):
        query = select(copies.c.objid, copies.c.medium).where(copies.c.objid.in_(batch), copies.c.state.in_(wanted))
        for objid, medium in connection.execute(query.distinct().order_by(copies.c.objid, copies.c.medium)):
            media.setdefault(str(objid), []).append(str(medium))
    return media
