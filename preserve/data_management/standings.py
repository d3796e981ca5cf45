"""How many things stand where: counts for first pages and annual sheets, each read from an index, never from the rows.

They read the tables alone and prove nothing: whoever acts reads the one thing they act on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, func, or_, select, text

from preserve.data_management import ledger
from preserve.data_management.engines.dialect import on
from preserve.data_management.holdings import CopyRow, in_states
from preserve.data_management.tables import copies, ingests, media, proceedings, versions
from preserve.data_management.tables import ledger as entries

_LATE = ("rule.filed-late", "rule.filed-late-uncertain")
_EXPLAINED = "rule.filed-late-explained"


@dataclass(frozen=True, slots=True)
class Standing:
    """So many proceedings of a kind in a state; of these `late` are past their day, and `first` is the earliest day."""

    count: int
    late: int = 0
    first: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in within a span of time: cases, files and their bytes.

    Of `judged` cases it is known whether they came in time: `late` of them did not, `explained` of these with a reason.
    """

    cases: int
    files: int
    size: int
    judged: int
    late: int
    explained: int


def of_proceedings(connection: Connection, today: str) -> dict[tuple[str, str], Standing]:
    """By kind and state, with the days of requests."""
    late = func.coalesce(func.sum(case(((proceedings.c.due > "") & (proceedings.c.due < today), 1), else_=0)), 0)
    first = func.min(case((proceedings.c.due > "", proceedings.c.due)))
    query = select(proceedings.c.kind, proceedings.c.state, func.count(), late, first)
    query = query.group_by(proceedings.c.kind, proceedings.c.state)
    return {
        (str(kind), str(state)): Standing(int(count), int(late), str(first or ""))
        for kind, state, count, late, first in connection.execute(query)
    }


def of_ingests(connection: Connection, states: Collection[str]) -> dict[str, int]:
    """How many ingests are in each of these states; what is done, which is nearly all, should not be among them."""
    query = select(ingests.c.state, func.count()).where(ingests.c.state.in_(list(states))).group_by(ingests.c.state)
    return {str(state): int(count) for state, count in connection.execute(query)}


def copies_in(connection: Connection, states: Collection[str], most: int) -> list[CopyRow]:
    """The copies on media in use that are in one of these states, by package and medium, at most so many."""
    columns = [copies.c[name] for name in CopyRow.__dataclass_fields__]
    query = select(*columns).join(media, media.c.id == copies.c.medium)
    query = query.where(in_states(states), media.c.state == "in use")
    return [CopyRow(*row) for row in connection.execute(query.order_by(copies.c.name, copies.c.medium).limit(most))]


def of_actions(connection: Connection, actions: Collection[str], after: int) -> dict[str, int]:
    """How many entries of each action follow the entry of that number; an action without any is not there."""
    # By name: the planner would rather read the rows after the number one by one.
    query = text(
        f"SELECT action, count(*) FROM ledger {on(connection, 'INDEXED BY ledger_by_action', '')}"
        " WHERE action = :action AND number > :after GROUP BY action"
    )
    found = {}
    for action in actions:
        if row := connection.execute(query, {"action": action, "after": after}).first():
            found[str(row[0])] = int(row[1])
    return found


def last_visit(connection: Connection, account: str, action: str) -> ledger.Entry | None:
    """The entry of the last `action` (a login) of an account before the newest one; None where there is none."""
    before = ledger.newest(connection, account, action)
    next(before, None)
    return next(before, None)


def newest_entry(connection: Connection, actions: Collection[str]) -> ledger.Entry | None:
    """The newest entry of one of these actions."""
    query = select(func.max(entries.c.number)).where(entries.c.action.in_(list(actions)))
    number = connection.execute(query).scalar()
    return next(iter(ledger.numbered(connection, [int(number)])), None) if number else None


def package_before_last(connection: Connection, count: int) -> str:
    """The name of the package after which `count` more were made; empty where there are no more than those."""
    query = select(versions.c.name).order_by(versions.c.created.desc(), versions.c.name.desc()).offset(count).limit(1)
    return str(connection.execute(query).scalar() or "")


def years(connection: Connection) -> tuple[int, int] | None:
    """The years of the first and of the last package (by UTC); None where there is none."""
    # Two questions: SQLite answers one of both by reading the whole index, and each alone by one end of it.
    first, last = (connection.execute(select(end(versions.c.created))).scalar() for end in (func.min, func.max))
    return (int(str(first)[:4]), int(str(last)[:4])) if first and last else None


def packages_within(connection: Connection, since: str, before: str) -> int:
    """How many packages, of any version, were made in a span of time (RFC 3339 in UTC)."""
    query = select(func.count()).where(versions.c.created >= since, versions.c.created < before)
    return int(connection.execute(query).scalar_one())


def intake(connection: Connection, since: str, before: str) -> Intake:
    """The cases of which the first package was made in a span of time (RFC 3339 in UTC).

    Whether one came in time stands in the findings of its ingest, which a catalogue that was made again has not.
    """
    within = (versions.c.version == 1, versions.c.created >= since, versions.c.created < before)
    sums = [func.count(), func.coalesce(func.sum(versions.c.files), 0), func.coalesce(func.sum(versions.c.size), 0)]
    count, files, size = connection.execute(select(*sums).where(*within)).one()
    named = [_has(code) for code in (*_LATE, _EXPLAINED)]
    late = func.coalesce(func.sum(case((or_(*named), 1), else_=0)), 0)
    explained = func.coalesce(func.sum(case((_has(_EXPLAINED), 1), else_=0)), 0)
    told = select(func.count(), late, explained).select_from(versions)
    judged = connection.execute(told.join(ingests, ingests.c.objid == versions.c.objid).where(*within)).one()
    return Intake(int(count), int(files), int(size), *map(int, judged))


def _has(code: str) -> ColumnElement[bool]:
    return ingests.c.findings.contains(f'"{code}"', autoescape=True)


def media_by_kind(connection: Connection) -> list[tuple[str, str, int]]:
    """Kind, state and number of the media."""
    query = select(media.c.kind, media.c.state, func.count()).group_by(media.c.kind, media.c.state)
    return [(str(kind), str(state), int(count)) for kind, state, count in connection.execute(query)]
