"""A COMMIT whose answer was lost: the server knows whether it was one, and nothing is ever written a second time.

A number alone proves little. Another server may answer by then: a standby that was promoted, or one that was put back.
It gives numbers again that the first had given to transactions of which it never heard; so a number belongs to a
timeline, and of another timeline only that a transaction failed is believed. A server that crashed does the same: it
forgets every number that it gave since its log was last written out, and gives them again. So of a transaction that
appended to the ledger, that it was committed is believed where its entry is there, written under that number; of
others, where the server did not crash meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from preserve.data_management.engines import WAIT, Entry
from preserve.errors import Busy, MediumProblem

LINE = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || ' ' || (SELECT stats_reset FROM pg_stat_wal)"
"""The server's timeline, and since when it counts what it does, as SQL: it counts anew after each crash."""

_PAUSE = 0.1
_NEWEST = 100_000  # entries: more than any server appends while somebody waits
_IN_THE_FUTURE = "22023"


@dataclass(frozen=True, slots=True)
class Number:
    """A transaction's number, where it was given (`LINE`), and an entry that it appended, if it did."""

    number: str
    line: str
    entry: Entry | None = None


@contextmanager
def committed(
    connection: Connection, engine: Callable[[], Engine], name: str, number_of: Callable[[Connection], Number | None]
) -> Iterator[None]:
    """Commit where the body ends well, else roll back. `number_of` gives its number, None where nothing was written.

    Where the connection is lost in COMMIT, the server is asked on another one: what was committed counts as done, of
    what was not nothing is there. Raises Busy for the latter, MediumProblem where the server does not say.
    """
    transaction = connection.get_transaction()
    assert transaction is not None
    try:
        yield
        number = number_of(connection)
    except BaseException:
        transaction.close()
        connection.close()
        raise
    try:
        transaction.commit()
    except Exception as error:
        if not _is_lost(connection, error):
            raise
        if number is not None and not _was_committed(number, engine, name):
            raise Busy("catalogue.not-committed", name) from error
    finally:
        connection.close()


def _is_lost(connection: Connection, error: Exception) -> bool:
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    raw = None if connection.invalidated else connection.connection.dbapi_connection
    return raw is None or bool(getattr(raw, "closed", False))


def require_written(number: Number, engine: Callable[[], Engine], name: str, lost: Exception) -> int:
    """The number of the entry that a transaction appended whose connection was lost. Raises as `committed`."""
    if (found := _became(number, engine, name)) is None:
        raise Busy("catalogue.not-committed", name) from lost
    return found


def _was_committed(number: Number, engine: Callable[[], Engine], name: str) -> bool:
    return _became(number, engine, name) is not None


def _became(number: Number, engine: Callable[[], Engine], name: str) -> int | None:
    """What became of the transaction: the number of its entry, 0 where it has none; None where nothing is there of it.

    It may still be running: a server notices late that its client is gone. Raises MediumProblem.
    """
    until = time.monotonic() + WAIT
    asking = engine()
    try:
        while True:
            said: str | None = "unreachable"
            try:
                with asking.connect() as connection:
                    said = _status(connection, number)
                    if said == "aborted":
                        return None
                    if said == "committed":
                        return _entry_of(connection, number, name)
            except DBAPIError:
                asking.dispose()
            if said is None or time.monotonic() >= until:
                raise MediumProblem("catalogue.in-doubt", name, transaction=number.number)
            time.sleep(_PAUSE)
    finally:
        asking.dispose()


def _status(connection: Connection, number: Number) -> str | None:
    """What the server says of the number; None where it does not know, or is not the one that can."""
    (line,) = connection.exec_driver_sql(f"SELECT {LINE}").one()
    try:
        (said,) = connection.exec_driver_sql("SELECT pg_xact_status(%s::xid8)", (number.number,)).one()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _IN_THE_FUTURE:
            raise
        # A number that the server has not given yet: it crashed, and what it forgot was not committed.
        said = "aborted" if _timeline(line) == _timeline(number.line) else None
    connection.rollback()  # what is asked next is newer
    if (
        said == "committed"
        and line != number.line
        and (number.entry is None or _timeline(line) != _timeline(number.line))
    ):
        return None
    return None if said is None else str(said)


def _timeline(line: str) -> str:
    return line.partition(" ")[0]


def _entry_of(connection: Connection, number: Number, name: str) -> int | None:
    """The number of the entry that a committed transaction appended, 0 where it appended none.

    None where its number is another transaction's. Raises MediumProblem where the entry is there by another one: the
    catalogue was made again.
    """
    if number.entry is None:
        return 0
    newest = f"SELECT number, entry, xmin FROM ledger ORDER BY number DESC LIMIT {_NEWEST}"
    asked = (
        f"SELECT number, xmin = %s::xid8::xid FROM ({newest}) AS newest WHERE entry = %s || number || %s"
        " ORDER BY 2 DESC, 1 DESC LIMIT 1"
    )
    row = connection.exec_driver_sql(asked, (number.number, *number.entry)).first()
    if row is None:
        return None
    found, ours = row
    if not ours:
        raise MediumProblem("catalogue.in-doubt", name, transaction=number.number)
    return int(found)
