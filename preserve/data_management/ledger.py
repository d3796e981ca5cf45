"""The append-only log of everything done: entries in the same database and transaction as what they record.

An entry is canonical JSON (RFC 8785) with `number`, `time`, `actor`, `action`, `subject`, `details`. Its leaf hash
is that of RFC 9162 §2.1.1. An entry names cases by number and identifier and people by account; no other personal
data belongs into it, because nothing is ever taken out of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import Connection, func, select

from preserve.clock import stamp
from preserve.data_management.tables import ledger


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its number, its canonical text, and its leaf hash as stored."""

    number: int
    text: str
    leaf: bytes
    action: str = ""
    subject: str = ""


def leaf_hash(text: str) -> bytes:
    """SHA-256 of 0x00 and the entry (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + text.encode("utf-8")).digest()


def row_of(text: str) -> dict[str, Any]:
    """The row of the table that an entry's canonical text makes."""
    data = json.loads(text)
    return {
        "number": data["number"], "entry": text, "leaf": leaf_hash(text), "action": data["action"],
        "subject": data["subject"],
    }  # fmt: skip


def append(
    connection: Connection,
    *,
    action: str,
    subject: str,
    actor: str,
    details: Mapping[str, Any],
    moment: datetime,
) -> int:
    """Write one entry in the caller's transaction; return its number."""
    number = size(connection) + 1
    text = rfc8785.dumps(
        {
            "number": number,
            "time": stamp(moment),
            "actor": actor,
            "action": action,
            "subject": subject,
            "details": dict(details),
        }
    ).decode("utf-8")
    connection.execute(ledger.insert(), row_of(text))
    return number


def size(connection: Connection) -> int:
    """How many entries there are."""
    return int(connection.execute(select(func.coalesce(func.max(ledger.c.number), 0))).scalar_one())


def entries(connection: Connection, start: int = 1, stop: int | None = None) -> Iterator[Entry]:
    """Entries from number `start` up to and including `stop`, in order."""
    query = select(ledger).where(ledger.c.number >= start)
    if stop is not None:
        query = query.where(ledger.c.number <= stop)
    for row in connection.execution_options(yield_per=1000).execute(query.order_by(ledger.c.number)):
        yield Entry(row.number, row.entry, bytes(row.leaf), row.action, row.subject)


def of_action(connection: Connection, action: str) -> list[Entry]:
    """The entries of one action, oldest first."""
    query = select(ledger).where(ledger.c.action == action).order_by(ledger.c.number)
    return [Entry(row.number, row.entry, bytes(row.leaf), row.action, row.subject) for row in connection.execute(query)]


def about(connection: Connection, subject: str, *actions: str, limit: int | None = 1000) -> list[Entry]:
    """The entries about one subject, oldest first; with `actions` only those, and however many there are.

    `limit` None: all of them.
    """
    query = select(ledger).where(ledger.c.subject == subject).order_by(ledger.c.number)
    query = query.where(ledger.c.action.in_(actions)) if actions else query.limit(limit)
    return [Entry(row.number, row.entry, bytes(row.leaf), row.action, row.subject) for row in connection.execute(query)]


def naming(connection: Connection, word: str) -> list[Entry]:
    """Every entry whose text holds `word`, oldest first: what names a case in its details, such as a search's result.

    `word` must be an identifier that nothing else contains. Reads the whole ledger once.
    """
    query = select(ledger).where(ledger.c.entry.contains(word, autoescape=True)).order_by(ledger.c.number)
    return [Entry(row.number, row.entry, bytes(row.leaf), row.action, row.subject) for row in connection.execute(query)]
