"""The append-only log of everything done: entries in the same database and transaction as what they record.

An entry is canonical JSON (RFC 8785) with `number`, `time`, `actor`, `action`, `subject`, `details`. Its leaf hash
is that of RFC 9162 §2.1.1. An entry names cases by number and identifier and people by account; no other personal
data belongs into it, because nothing is ever taken out of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from heapq import merge
from typing import TYPE_CHECKING, Any, ClassVar

import rfc8785
from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select
from sqlalchemy import text as sql

from preserve.clock import now, stamp
from preserve.data_management.engines import round_trips
from preserve.data_management.engines.dialect import is_sqlite, json_text, on
from preserve.data_management.log_rows import LogRows, about_query
from preserve.data_management.tables import ledger
from preserve.errors import NotIntact
from preserve.home import Home, acting_person

if TYPE_CHECKING:
    from preserve.data_management.database import Catalogue


@dataclass(frozen=True)
class Entry:
    """One row: its number, its canonical text, and its leaf hash as stored. What the text says is read when asked."""

    log: ClassVar[str] = "ledger"

    number: int
    text: str
    leaf: bytes

    @property
    def reference(self) -> str:
        """What names it among the entries of both logs: its number, before which stands the log where it is another."""
        return str(self.number)

    @cached_property
    def data(self) -> dict[str, Any]:
        """The entry as the canonical JSON says. Raises ValueError where the text is none."""
        data: dict[str, Any] = json.loads(self.text)
        return data

    @property
    def time(self) -> str:
        """When it was written, RFC 3339 in UTC."""
        return str(self.data["time"])

    @property
    def actor(self) -> str:
        """The account that acted."""
        return str(self.data["actor"])

    @property
    def action(self) -> str:
        """What was done: `hold.added`."""
        return str(self.data["action"])

    @property
    def subject(self) -> str:
        """What it was done to: an objid, a number, an account, a medium."""
        return str(self.data["subject"])

    @property
    def details(self) -> dict[str, Any]:
        """What else is known of it."""
        details: dict[str, Any] = self.data["details"]
        return details


def leaf_hash(text: str) -> bytes:
    """SHA-256 of 0x00 and the entry (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + text.encode("utf-8")).digest()


def row_of(text: str) -> dict[str, Any]:
    """The row of the table that an entry's canonical text makes; the columns to search by follow from the text."""
    return {"number": json.loads(text)["number"], "entry": text, "leaf": leaf_hash(text)}


def append(
    connection: Connection, *, action: str, subject: str, actor: str, details: Mapping[str, Any], moment: datetime
) -> int:
    """Write one entry in the caller's transaction; return its number."""
    return add(connection, action=action, subject=subject, actor=actor, details=details, moment=moment).number


def add(
    connection: Connection, *, action: str, subject: str, actor: str, details: Mapping[str, Any], moment: datetime
) -> Entry:
    """As `append`; return the entry, for whoever keeps an index of it."""
    head, tail = _around(action, subject, actor, details, moment)
    if is_sqlite(connection):
        number = size(connection) + 1
        text = f"{head}{number}{tail}"
        leaf = leaf_hash(text)
        connection.execute(ledger.insert(), {"number": number, "entry": text, "leaf": leaf})
        return Entry(number, text, leaf)
    # Number, leaf hash and row in one round trip, while everybody else who writes is waiting.
    number = round_trips.append(connection, head, tail)
    text = f"{head}{number}{tail}"
    return Entry(number, text, leaf_hash(text))


def append_alone(
    catalogue: Catalogue, *, action: str, subject: str, actor: str, details: Mapping[str, Any], moment: datetime
) -> int:
    """As `append`, in a transaction of its own; on a server without waiting for anybody under the lock. Raises Busy."""
    if (number := catalogue.append_alone(_around(action, subject, actor, details, moment))) is not None:
        return number
    with catalogue.begin() as connection:
        return append(connection, action=action, subject=subject, actor=actor, details=details, moment=moment)


def _around(action: str, subject: str, actor: str, details: Mapping[str, Any], moment: datetime) -> tuple[str, str]:
    """What stands before an entry's number in its canonical text, and what stands after it."""
    entry: dict[str, Any] = {
        "action": action,
        "actor": actor,
        "details": dict(details),
        "number": 0,
        "subject": subject,
    }
    whole = rfc8785.dumps({**entry, "time": stamp(moment)}).decode("utf-8")
    # RFC 8785 puts the keys in order. After the number only two texts follow, in which a quotation mark is escaped.
    head, _, tail = whole.rpartition('"number":0,"subject":')
    return f'{head}"number":', f',"subject":{tail}'


def note(home: Home, connection: Connection, action: str, details: Mapping[str, Any]) -> None:
    """Write an entry about the archive itself, by whoever is at work on it, in the caller's transaction."""
    own, who = home.settings.archive_id, acting_person()
    append(connection, action=action, subject=own, actor=who, details=details, moment=now())


def _require(entry: Entry) -> None:
    """Raises NotIntact for an entry that was changed, or stands under another number."""
    if leaf_hash(entry.text) != entry.leaf or not _stands_at(entry):
        raise NotIntact("ledger.entry-changed", str(entry.number), number=entry.number)


def _stands_at(entry: Entry) -> bool:
    """Whether its own text gives the number under which it lies."""
    try:
        return bool(entry.data["number"] == entry.number)
    except (ValueError, KeyError, TypeError):
        return False


_ROWS = LogRows(ledger, Entry, _require)
size, entries, lines, leaves = _ROWS.size, _ROWS.entries, _ROWS.lines, _ROWS.leaves
about, newest_about, count_about, naming = _ROWS.about, _ROWS.newest_about, _ROWS.count_about, _ROWS.naming
checked = _ROWS.checked
# Made once: whoever is recognised is, by several of them.
_OF_ACTION = _ROWS.query().where(ledger.c.action.in_(bindparam("actions", expanding=True))).order_by(ledger.c.number)
_NEWEST_OF = _ROWS.query().where(ledger.c.action == bindparam("action")).order_by(ledger.c.number.desc())
_NEWEST_ABOUT = about_query(ledger, narrowed=True).order_by(ledger.c.number.desc())
_NEWEST_BELOW = _NEWEST_ABOUT.where(ledger.c.number < bindparam("below")).limit(bindparam("most"))
_AT_FIRST, _MOST = 20, 1000  # so many are read at once, and ten times as many each time


def of_action(connection: Connection, *actions: str) -> list[Entry]:
    """The entries of one action, or of several, oldest first. Raises NotIntact."""
    return [checked(*row) for row in connection.execute(_OF_ACTION, {"actions": actions})]


def newest_of(connection: Connection, *actions: str) -> Iterator[Entry]:
    """The entries of these actions, the newest first, read only as far as somebody asks. Raises NotIntact."""
    each = [_as_asked(connection, _NEWEST_OF, {"action": action}) for action in actions]
    return merge(*each, key=lambda entry: entry.number, reverse=True)


def unproven(connection: Connection, *actions: str) -> Iterator[Entry]:
    """As `of_action`, as the entries lie there: for who compares what they say with other evidence."""
    for row in connection.execute(_ROWS.query().where(ledger.c.action.in_(actions)).order_by(ledger.c.number)):
        yield Entry(row.number, row.entry, bytes(row.leaf))


def newest(connection: Connection, subject: str, *actions: str) -> Iterator[Entry]:
    """Entries about a subject, the newest first, read only as far as somebody asks. Raises NotIntact."""
    asked = {"subject": subject, "actions": actions}
    return _as_asked(connection, _NEWEST_ABOUT, asked) if is_sqlite(connection) else _newest_in_parts(connection, asked)


def _as_asked(connection: Connection, query: Select[Any], asked: dict[str, Any]) -> Iterator[Entry]:
    with connection.execute(query, asked, execution_options={"yield_per": 100}) as rows:
        for row in rows:
            yield checked(*row)


def _newest_in_parts(connection: Connection, asked: dict[str, Any]) -> Iterator[Entry]:
    """The same from a server, which is asked three times more where it opens a stream: mostly one entry is wanted."""
    below, most = (1 << 63) - 1, _AT_FIRST
    while rows := connection.execute(_NEWEST_BELOW, {**asked, "below": below, "most": most}).all():
        for row in rows:
            yield _ROWS.checked(*row)
        if len(rows) < most:
            return
        below, most = rows[-1].number, min(10 * most, _MOST)


def newest_with(connection: Connection, action: str, later: str, limit: int) -> list[tuple[Entry, Entry | None]]:
    """The newest entries of an action, newest first, each with the newest entry of another about its subject.

    One query, which reads so many entries however many there are. Raises NotIntact.
    """
    newest_ones = _ROWS.query().add_columns(ledger.c.subject).where(ledger.c.action == action)
    first = newest_ones.order_by(ledger.c.number.desc()).limit(limit).cte("first")
    other = ledger.alias("other")
    own = select(func.max(other.c.number)).where(other.c.subject == first.c.subject, other.c.action == later)
    second = ledger.alias("second")
    query = (
        select(first.c.number, first.c.entry, first.c.leaf, second.c.number, second.c.entry, second.c.leaf)
        .select_from(first.outerjoin(second, second.c.number == own.scalar_subquery()))
        .order_by(first.c.number.desc())
    )
    rows = connection.execute(query)
    return [(checked(*row[:3]), None if row[3] is None else checked(*row[3:])) for row in rows]


def opened_about(connection: Connection, objid: str, actions: Iterable[str]) -> list[str]:
    """The subjects (numbers of proceedings) that entries of these actions opened about a case, oldest first.

    The index that answers is one over the entries' own text, which the database keeps: it cannot be changed alone.
    """
    # By name: the planner would rather read every opening out of the table than all of the index, which holds no more.
    query = sql(
        f"SELECT action, subject FROM ledger {on(connection, 'INDEXED BY ledger_by_cases', '')} "
        f"WHERE cases IS NOT NULL AND {on(connection, 'instr', 'strpos')}(cases, :objid) > 0 ORDER BY number"
    )
    wanted = set(actions)
    rows = connection.execute(query, {"objid": f'"{objid}"'})
    return list(dict.fromkeys(str(subject) for action, subject in rows if action in wanted))


def about_any(connection: Connection, subjects: Iterable[str], actions: Iterable[str]) -> list[Entry]:
    """The entries of these actions about any of these subjects, oldest first. Raises NotIntact."""
    query = _ROWS.query().where(ledger.c.subject.in_(list(subjects)), ledger.c.action.in_(list(actions)))
    # By an expression: to get the order for nothing, SQLite would read every entry of an action for some of them.
    return list(_ROWS.read(connection, query.order_by(None).order_by(ledger.c.number + 0)))


def numbered(connection: Connection, numbers: Iterable[int]) -> list[Entry]:
    """The entries of these numbers, in their order. Raises NotIntact."""
    return list(_ROWS.read(connection, _ROWS.query().where(ledger.c.number.in_(list(numbers)))))


def count_listings(connection: Connection, action: str, word: str, after: int, upto: int) -> int:
    """How many entries of an action, after number `after` and up to `upto`, tell of a range that `word` lies in.

    A range is `first` and `last` in the details; an entry of an earlier release has none, and counts.
    """
    first, last = (json_text(ledger.c.entry, "details", end) for end in ("first", "last"))
    here = (ledger.c.action == action, ledger.c.number > after, ledger.c.number <= upto)
    within = or_(first.is_(None), and_(first <= word, last >= word))
    return int(connection.execute(select(func.count()).select_from(ledger).where(*here, within)).scalar_one())


def subjects_of(connection: Connection, action: str) -> list[str]:
    """Every subject of an action, once."""
    return list(connection.execute(select(ledger.c.subject).where(ledger.c.action == action).distinct()).scalars())


def subjects(connection: Connection, prefix: str) -> list[str]:
    """Every subject that begins with these words, once."""
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    query = select(ledger.c.subject).where(ledger.c.subject >= prefix, ledger.c.subject < end).distinct()
    return list(connection.execute(query).scalars())


def of_actor(
    connection: Connection, account: str, actions: Iterable[str], limit: int, *, naming: Iterable[str] = ()
) -> list[Entry]:
    """The newest entries of these actions by one account, newest first, at most `limit`.

    With `naming` only those in which one of these words stands as a value. Raises NotIntact.
    """
    # Canonical JSON begins with the action and the actor: the text itself says whose it is.
    wanted = {action: _beginning(action, account) for action in actions}
    begins = [func.substr(ledger.c.entry, 1, len(text)) == text for text in wanted.values()]
    query = _ROWS.query().where(ledger.c.action.in_(wanted), or_(*begins)).order_by(ledger.c.number.desc())
    if words := [rfc8785.dumps(word).decode("utf-8") for word in naming]:
        query = query.where(or_(*(ledger.c.entry.contains(word, autoescape=True) for word in words)))
    return [_ROWS.checked(*row) for row in connection.execute(query.limit(limit))]


def _beginning(action: str, account: str) -> str:
    return rfc8785.dumps({"action": action, "actor": account}).decode("utf-8").removesuffix("}") + ","
