"""The append-only log of who looked at what, in the form of the ledger: recorded before anything is shown.

Looks are many and deeds are few: they have a log of their own, so that the ledger stays short. A look is canonical JSON
as an entry of the ledger is, with `log` besides, so that neither passes for the other; its number counts in this log
alone. Looks that releases before this log recorded stand in the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

import rfc8785
from sqlalchemy import Connection, Select, and_, func, or_, select

from preserve.clock import stamp
from preserve.data_management.ledger import Entry, leaf_hash
from preserve.data_management.tables import looks
from preserve.errors import NotIntact

LOG = "looks"


class Look(Entry):
    """One row of the log of looks."""

    log: ClassVar[str] = LOG

    @property
    def reference(self) -> str:
        """Its number, after the name of its log."""
        return f"{LOG}/{self.number}"


def row_of(text: str) -> dict[str, Any]:
    """The row of the table that a look's canonical text makes. Raises ValueError, KeyError, TypeError."""
    data = json.loads(text)
    if data["log"] != LOG:
        raise ValueError(f"no look: {text[:80]}")
    return {"number": data["number"], "entry": text, "leaf": leaf_hash(text)}


def append(
    connection: Connection, *, action: str, subject: str, actor: str, details: Mapping[str, Any], moment: datetime
) -> Look:
    """Write one look in the caller's transaction."""
    number = size(connection) + 1
    text = rfc8785.dumps(
        {
            "number": number,
            "log": LOG,
            "time": stamp(moment),
            "actor": actor,
            "action": action,
            "subject": subject,
            "details": dict(details),
        }
    ).decode("utf-8")
    look = Look(number, text, leaf_hash(text))
    connection.execute(looks.insert(), {"number": number, "entry": text, "leaf": look.leaf})
    return look


def size(connection: Connection) -> int:
    """How many looks there are."""
    return int(connection.execute(select(func.coalesce(func.max(looks.c.number), 0))).scalar_one())


_ROW = (looks.c.number, looks.c.entry, looks.c.leaf)


def entries(connection: Connection, start: int = 1, stop: int | None = None) -> Iterator[Look]:
    """Looks from number `start` up to and including `stop`, in order, as they lie there."""
    query = select(*_ROW).where(looks.c.number >= start)
    if stop is not None:
        query = query.where(looks.c.number <= stop)
    for row in connection.execution_options(yield_per=1000).execute(query.order_by(looks.c.number)):
        yield Look(row.number, row.entry, bytes(row.leaf))


def leaves(connection: Connection, start: int, stop: int) -> Iterator[bytes]:
    """The leaf hashes from number `start` to `stop`. Raises ValueError at a number that is missing."""
    query = select(looks.c.number, looks.c.leaf).where(looks.c.number.between(start, stop)).order_by(looks.c.number)
    expected = start
    for row in connection.execution_options(yield_per=1000).execute(query):
        if row.number != expected:
            break
        yield bytes(row.leaf)
        expected += 1
    if expected <= stop:
        raise ValueError(f"look {expected} is missing")


def about(connection: Connection, subject: str, *actions: str) -> list[Look]:
    """The looks at one subject, oldest first; with `actions` only those. Raises NotIntact."""
    query = select(*_ROW).where(looks.c.subject == subject)
    return list(_read(connection, query.where(looks.c.action.in_(actions)) if actions else query))


def naming(connection: Connection, word: str) -> list[Look]:
    """Every look whose text holds `word`, oldest first. Reads the whole log once. Raises NotIntact."""
    return list(_read(connection, select(*_ROW).where(looks.c.entry.contains(word, autoescape=True))))


def newest_about(connection: Connection, subject: str, *, before: int | None = None, limit: int) -> list[Look]:
    """The newest `limit` looks at one subject, the newest first; with `before` only those of lower numbers.

    Raises NotIntact.
    """
    query = select(*_ROW).where(looks.c.subject == subject)
    if before is not None:
        query = query.where(looks.c.number < before)
    return [_checked(*row) for row in connection.execute(query.order_by(looks.c.number.desc()).limit(limit))]


def count_about(connection: Connection, subject: str, *, before: int) -> int:
    """How many looks at one subject have numbers lower than `before`."""
    query = select(func.count()).where(looks.c.subject == subject, looks.c.number < before)
    return int(connection.execute(query).scalar_one())


def count_listings(connection: Connection, action: str, word: str, since: str, upto: int) -> int:
    """How many looks of an action, at or after the moment `since` and up to number `upto`, were at a range with `word`.

    A range is `first` and `last` in the details.
    """
    first, last, when = (
        func.json_extract(looks.c.entry, f"$.{at}") for at in ("details.first", "details.last", "time")
    )
    here = (looks.c.action == action, looks.c.number <= upto, when >= since)
    within = or_(first.is_(None), and_(first <= word, last >= word))
    return int(connection.execute(select(func.count()).select_from(looks).where(*here, within)).scalar_one())


def _read(connection: Connection, query: Select[Any]) -> Iterator[Look]:
    for row in connection.execute(query.order_by(looks.c.number)):
        yield _checked(*row)


def _checked(number: int, text: str, leaf: bytes) -> Look:
    look = Look(number, text, bytes(leaf))
    if problem_of(look, number):
        raise NotIntact("looks.changed", look.reference, number=number)
    return look


def problem_of(look: Look, expected: int) -> str:
    """What is wrong with a look that should have this number: a code, or nothing."""
    if look.number != expected:
        return "looks.missing"
    try:
        data = json.loads(look.text)
        right = data["number"] == expected and data["log"] == LOG and rfc8785.dumps(data).decode() == look.text
    except (ValueError, KeyError, TypeError):
        right = False
    return "" if right and leaf_hash(look.text) == look.leaf else "looks.changed"
