"""The append-only log of who looked at what, in the form of the ledger: recorded before anything is shown.

Looks are many and deeds are few: they have a log of their own, so that the ledger stays short. A look is canonical JSON
as an entry of the ledger is, with `log` besides, so that neither passes for the other; its number counts in this log
alone. Looks that releases before this log recorded stand in the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import rfc8785
from sqlalchemy import Connection, and_, func, or_, select

from preserve.clock import stamp
from preserve.data_management.engines.dialect import json_text
from preserve.data_management.ledger import Entry, leaf_hash
from preserve.data_management.log_rows import LogRows
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


def count_listings(connection: Connection, action: str, word: str, since: str, upto: int) -> int:
    """How many looks of an action, at or after the moment `since` and up to number `upto`, were at a range with `word`.

    A range is `first` and `last` in the details.
    """
    first, last, when = (json_text(looks.c.entry, *at) for at in (("details", "first"), ("details", "last"), ("time",)))
    here = (looks.c.action == action, looks.c.number <= upto, when >= since)
    within = or_(first.is_(None), and_(first <= word, last >= word))
    return int(connection.execute(select(func.count()).select_from(looks).where(*here, within)).scalar_one())


def looked_since(connection: Connection, action: str, subject: str, account: str, since: str) -> bool:
    """Whether somebody looked at something at or after a moment, as the log says; nothing is decided by it."""
    actor = json_text(looks.c.entry, "actor")
    when = json_text(looks.c.entry, "time")
    query = select(looks.c.number).where(
        looks.c.subject == subject, looks.c.action == action, actor == account, when >= since
    )
    return connection.execute(query.limit(1)).first() is not None


def objects_seen(connection: Connection, objid: str, account: str) -> set[str]:
    """The identifiers of the objects of a case that somebody looked at, as the log says; nothing is decided by it."""
    actor = json_text(looks.c.entry, "actor")
    named = json_text(looks.c.entry, "details", "objects")
    query = select(named).where(looks.c.subject == objid, looks.c.action == "object.viewed", actor == account)
    return {str(identifier) for told in connection.execute(query).scalars() if told for identifier in json.loads(told)}


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


def _require(look: Look) -> None:
    if problem_of(look, look.number):
        raise NotIntact("looks.changed", look.reference, number=look.number)


_ROWS = LogRows(looks, Look, _require)
size, entries, lines, leaves = _ROWS.size, _ROWS.entries, _ROWS.lines, _ROWS.leaves
about, newest_about, count_about, naming = _ROWS.about, _ROWS.newest_about, _ROWS.count_about, _ROWS.naming
checked = _ROWS.checked
