"""Reads the rows of a log, whichever it is: a table of numbers, texts and leaf hashes, with columns to search by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Select, Table, bindparam, func, select

_BLOCK = 1000  # entries that are held at once while many are read


class Numbered(Protocol):
    """An entry of a log."""

    @property
    def number(self) -> int:
        """Its place in the log, from 1."""

    @property
    def text(self) -> str:
        """Its canonical JSON."""


Entry_ = TypeVar("Entry_", bound=Numbered)


@cache
def _count_of(table: Table) -> Select[Any]:
    """Made once: it is asked several times in every write transaction."""
    return select(func.coalesce(func.max(table.c.number), 0))


@cache
def _leaves_of(table: Table) -> Select[Any]:
    number = table.c.number
    return select(number, table.c.leaf).where(number.between(bindparam("start"), bindparam("stop"))).order_by(number)


@cache
def about_query(table: Table, *, narrowed: bool) -> Select[Any]:
    """Entries about `subject`, in no order yet; `narrowed`: of `actions`. Made once: requests ask it often."""
    query = select(table.c.number, table.c.entry, table.c.leaf).where(table.c.subject == bindparam("subject"))
    return query.where(table.c.action.in_(bindparam("actions", expanding=True))) if narrowed else query


@cache
def _about_in_order(table: Table, *, narrowed: bool) -> Select[Any]:
    return about_query(table, narrowed=narrowed).order_by(table.c.number)


def _streamed(start: int, stop: int | None) -> dict[str, Any]:
    """Few entries come at once, more of them some at a time: for a server a stream is three questions more."""
    return {} if stop is not None and stop - start < _BLOCK else {"yield_per": _BLOCK}


@dataclass(frozen=True, slots=True)
class LogRows(Generic[Entry_]):
    """The rows of one log as its entries. `require` raises NotIntact for one that nobody may act on."""

    table: Table
    make: Callable[[int, str, bytes], Entry_]
    require: Callable[[Entry_], None]

    def query(self) -> Select[Any]:
        """Number, text and leaf of every entry, to be narrowed."""
        return select(self.table.c.number, self.table.c.entry, self.table.c.leaf)

    def read(self, connection: Connection, query: Select[Any]) -> Iterator[Entry_]:
        """Entries that somebody will act on, oldest first. Raises NotIntact."""
        for row in connection.execute(query.order_by(self.table.c.number)):
            yield self.checked(*row)

    def checked(self, number: int, text: str, leaf: bytes) -> Entry_:
        """The entry of a row. Raises NotIntact."""
        entry = self.make(number, text, bytes(leaf))
        self.require(entry)
        return entry

    def size(self, connection: Connection) -> int:
        """How many entries there are."""
        return int(connection.execute(_count_of(self.table)).scalar_one())

    def entries(self, connection: Connection, start: int = 1, stop: int | None = None) -> Iterator[Entry_]:
        """Entries from number `start` up to and including `stop`, in order, as they lie there: proving judges them."""
        query = self.query().where(self.table.c.number >= start)
        if stop is not None:
            query = query.where(self.table.c.number <= stop)
        options = _streamed(start, stop)
        for row in connection.execute(query.order_by(self.table.c.number), execution_options=options):
            yield self.make(row.number, row.entry, bytes(row.leaf))

    def lines(self, connection: Connection, start: int, stop: int) -> Iterator[bytes]:
        """The texts of these entries as a segment holds them, one a line, some hundred at once."""
        entries = self.entries(connection, start, stop)
        while block := "".join(f"{entry.text}\n" for entry in islice(entries, _BLOCK)):
            yield block.encode()

    def leaves(self, connection: Connection, start: int, stop: int) -> Iterator[bytes]:
        """The leaf hashes from number `start` to `stop`. Raises ValueError at a number that is missing."""
        expected, asked = start, {"start": start, "stop": stop}
        for row in connection.execute(_leaves_of(self.table), asked, execution_options=_streamed(start, stop)):
            if row.number != expected:
                break
            yield bytes(row.leaf)
            expected += 1
        if expected <= stop:
            raise ValueError(f"{self.table.name}: {expected} is missing")

    def about(self, connection: Connection, subject: str, *actions: str) -> list[Entry_]:
        """The entries about one subject, oldest first; with `actions` only those. Raises NotIntact."""
        asked = {"subject": subject, "actions": actions} if actions else {"subject": subject}
        rows = connection.execute(_about_in_order(self.table, narrowed=bool(actions)), asked)
        return [self.checked(*row) for row in rows]

    def newest_about(
        self, connection: Connection, subject: str, *, before: int | None = None, limit: int
    ) -> list[Entry_]:
        """The newest `limit` entries about one subject, the newest first; with `before` only those of lower numbers.

        Raises NotIntact.
        """
        query = self.query().where(self.table.c.subject == subject)
        if before is not None:
            query = query.where(self.table.c.number < before)
        rows = connection.execute(query.order_by(self.table.c.number.desc()).limit(limit))
        return [self.checked(*row) for row in rows]

    def count_about(self, connection: Connection, subject: str, *, before: int) -> int:
        """How many entries about one subject have numbers lower than `before`."""
        query = select(func.count()).where(self.table.c.subject == subject, self.table.c.number < before)
        return int(connection.execute(query).scalar_one())

    def naming(self, connection: Connection, word: str, *actions: str) -> list[Entry_]:
        """Every entry whose text holds `word`, oldest first: what names a case in its details, as a search's result.

        With `actions` only those. `word` must be an identifier that nothing else contains. Reads the whole log once.
        Raises NotIntact.
        """
        query = self.query().where(self.table.c.entry.contains(word, autoescape=True))
        return list(self.read(connection, self._of(query, actions)))

    def _of(self, query: Select[Any], actions: tuple[str, ...]) -> Select[Any]:
        return query.where(self.table.c.action.in_(actions)) if actions else query
