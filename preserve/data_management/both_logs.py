"""Reads the ledger and the log of looks together, in the order of time: what was done to something and who looked.

Looks that earlier releases recorded stand in the ledger. Numbers count within one log; `Entry.reference` names an entry
among those of both.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from preserve.data_management import ledger, looks
from preserve.data_management.ledger import Entry


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where a reading that goes from the newest backwards stopped: below these numbers; none is the end of a log."""

    ledger: int | None = None
    looks: int | None = None

    def __str__(self) -> str:
        """`12.40`: entries below 12, looks below 40."""
        return f"{self.ledger or ''}.{self.looks or ''}"


def place_of(text: str) -> LogPlace:
    """The place that `str` wrote. Raises ValueError."""
    of_ledger, dot, of_looks = text.partition(".")
    if not dot:
        raise ValueError(text)
    return LogPlace(*(_number(part) if part else None for part in (of_ledger, of_looks)))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(text)
    return int(text)


def _when(entry: Entry) -> str:
    return entry.time


def merged(deeds: Iterable[Entry], seen: Iterable[Entry]) -> Iterator[Entry]:
    """Entries of both logs, each in its order, by their times; of one second what was done comes first."""
    return heapq.merge(deeds, seen, key=_when)


def entries(connection: Connection) -> Iterator[Entry]:
    """Every entry and every look, oldest first, as they lie there."""
    return merged(ledger.entries(connection), looks.entries(connection))


def about(connection: Connection, subject: str) -> list[Entry]:
    """What stands in both logs about one subject, oldest first. Raises NotIntact."""
    return list(merged(ledger.about(connection, subject), looks.about(connection, subject)))


def newest_about(
    connection: Connection, subject: str, *, before: LogPlace, limit: int
) -> tuple[list[Entry], LogPlace | None, int]:
    """The newest `limit` about one subject in both logs, newest first; where to go on, if at all, and how many remain.

    Raises NotIntact.
    """
    deeds = ledger.newest_about(connection, subject, before=before.ledger, limit=limit)
    seen = looks.newest_about(connection, subject, before=before.looks, limit=limit)
    page = list(heapq.merge(seen, deeds, key=_when, reverse=True))[:limit]
    if len(page) < limit:
        return page, None, 0
    last = {entry.log: entry.number for entry in page}
    # Where a page holds none of a log, that log goes on from where it stood.
    after = LogPlace(last.get(Entry.log, before.ledger), last.get(looks.LOG, before.looks))
    more = ledger.count_about(connection, subject, before=_below(after.ledger, ledger.size(connection)))
    more += looks.count_about(connection, subject, before=_below(after.looks, looks.size(connection)))
    return page, after if more else None, more


def _below(number: int | None, size: int) -> int:
    return size + 1 if number is None else number
