"""Searches both logs from the newest entry backwards: by actor, action, subject and time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import rfc8785
from sqlalchemy import Connection, Select, Table, bindparam, func, select

from preserve.data_management import ledger, looks
from preserve.data_management.both_logs import LogPlace
from preserve.data_management.engines.dialect import json_text, position
from preserve.data_management.ledger import Entry
from preserve.data_management.tables import ledger as deeds_table
from preserve.data_management.tables import looks as looks_table

Which = Literal["", "deeds", "looks"]
"""Entries of the ledger, of the log of looks, or of both."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What entries must be; what is empty does not matter. `since` and `until` are stamps, `until` is not within."""

    actor: str = ""
    actions: tuple[str, ...] = ()
    subject: str = ""
    since: str = ""
    until: str = ""
    which: Which = ""


@dataclass(frozen=True, slots=True)
class _Log:
    table: Table
    name: str
    checked: Callable[[int, str, bytes], Entry]


_DEEDS = _Log(deeds_table, Entry.log, ledger.checked)
_LOOKS = _Log(looks_table, looks.LOG, looks.checked)


def newest(
    connection: Connection, wanted: Wanted, *, before: LogPlace, limit: int
) -> tuple[list[Entry], LogPlace | None]:
    """The newest `limit` entries that are so, newest first, and where to go on, if at all. Raises NotIntact."""
    deeds = _page(connection, _DEEDS, wanted, before.ledger, limit) if wanted.which != "looks" else []
    seen = _page(connection, _LOOKS, wanted, before.looks, limit) if wanted.which != "deeds" else []
    page = list(heapq.merge(seen, deeds, key=lambda entry: entry.time, reverse=True))[:limit]
    if len(deeds) + len(seen) <= len(page) and max(len(deeds), len(seen)) < limit:
        return page, None
    last = {entry.log: entry.number for entry in page}
    return page, LogPlace(last.get(_DEEDS.name, before.ledger), last.get(_LOOKS.name, before.looks))


def _page(connection: Connection, log: _Log, wanted: Wanted, before: int | None, limit: int) -> list[Entry]:
    table = log.table
    query = _narrowed(connection, log, wanted, select(table.c.number, table.c.entry, table.c.leaf))
    if before is not None:
        query = query.where(table.c.number < before)
    rows = connection.execute(query.order_by(table.c.number.desc()).limit(limit))
    return [log.checked(row.number, row.entry, row.leaf) for row in rows]


def _narrowed(connection: Connection, log: _Log, wanted: Wanted, query: Select[Any]) -> Select[Any]:
    table = log.table
    if wanted.actor:
        # Canonical JSON has its keys in order, and a quotation mark within a text is escaped: nothing else reads so.
        actor = rfc8785.dumps(wanted.actor).decode("utf-8")
        query = query.where(position(table.c.entry, f'"actor":{actor},"details":') > 0)
    if wanted.actions:
        query = query.where(table.c.action.in_(wanted.actions))
    if wanted.subject:
        query = query.where(table.c.subject == wanted.subject)
    if wanted.since:
        query = query.where(table.c.number >= _first_at(connection, log, wanted.since))
    if wanted.until:
        query = query.where(table.c.number < _first_at(connection, log, wanted.until))
    return query


def _first_at(connection: Connection, log: _Log, moment: str) -> int:
    """The number of the first entry at a moment or after it: times grow with the numbers."""
    low, high = 1, int(connection.execute(select(func.coalesce(func.max(log.table.c.number), 0))).scalar_one()) + 1
    while low < high:
        middle = (low + high) // 2
        entry = connection.execute(select(log.table.c.entry).where(log.table.c.number == middle)).scalar()
        if entry is not None and Entry(middle, str(entry), b"").time >= moment:
            high = middle
        else:
            low = middle + 1
    return low


def actions(connection: Connection) -> tuple[str, ...]:
    """Every action that stands in one of the logs."""
    found: set[str] = set()
    for table in (deeds_table, looks_table):
        # From each to the next one of the index: asked for what is distinct, SQLite reads an entry of it for each deed.
        query = select(func.min(table.c.action)).where(table.c.action > bindparam("after"))
        after: str | None = ""
        while after is not None:
            after = connection.execute(query, {"after": after}).scalar()
            found |= {after} if after is not None else set()
    return tuple(sorted(found))


def count_by_action(connection: Connection, since: str) -> Counter[str]:
    """How often each thing was done since a moment."""
    where = deeds_table.c.number >= _first_at(connection, _DEEDS, since)
    query = select(deeds_table.c.action, func.count()).where(where).group_by(deeds_table.c.action)
    return Counter({str(action): int(count) for action, count in connection.execute(query)})


def looks_by_person(connection: Connection, since: str) -> Counter[str]:
    """How often each person looked at something since a moment."""
    actor = json_text(looks_table.c.entry, "actor")
    where = looks_table.c.number >= _first_at(connection, _LOOKS, since)
    query = select(actor, func.count()).where(where).group_by(actor)
    return Counter({str(name): int(count) for name, count in connection.execute(query)})
