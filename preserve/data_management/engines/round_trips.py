"""The statements of a write transaction that everybody else who writes waits for, each in one round trip to PostgreSQL.

They go to psycopg directly. What opens the transaction is one text of several statements: it begins, takes the schema's
lock, and asks what every write transaction has to know. Each of them sees what was committed before it ran (READ
COMMITTED), so what is asked is newer than the lock. An entry's statement tells the transaction's number besides, by
which a COMMIT is asked after whose answer was lost. An entry in a transaction of its own goes another way (`alone`).

The connection is one on which psycopg begins nothing by itself (SQLAlchemy's AUTOCOMMIT), and prepares nothing of
several statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from preserve.data_management.engines.in_doubt import LINE, Number
from preserve.data_management.engines.postgresql_schema import LOCK, OLDEST_READER

HANGS = "set_config('idle_in_transaction_session_timeout', '10000', true)"
"""Ends a transaction that says nothing for so many milliseconds: others wait for its lock for some eight seconds."""
_ANSWER = "what the transaction asked when it began"
_NUMBER = "the number of the transaction"
_PREPARED = "what is prepared"
_NAMED = "how many names were given"
_APPENDED = "the text of the newest entry that it appended"
NOT_PREPARED = "26000"
_APPEND = "SELECT ledger_append(%s, %s), pg_current_xact_id()::text"


def lock(schema: str) -> str:
    """What takes the schema's lock until the transaction ends, as SQL.

    Who holds it and says nothing for a while was stopped, or cut off: its transaction is rolled back by the server.
    """
    return f"SELECT {HANGS}, {taken(schema)}"


def taken(schema: str) -> str:
    """The call that takes the lock."""
    return f"pg_advisory_xact_lock(hashtextextended('{schema}', {LOCK}))"


def begin(connection: Connection, schema: str, question: str) -> None:
    """Begin to write: hold the schema's lock, and have asked `question`, a query of one row, or nothing.

    The lock is taken before anything is read, so that all that is read is newer than it. Raises DBAPIError.
    """
    known = connection.info
    for what in (_ANSWER, _NUMBER, _APPENDED):
        known.pop(what, None)
    try:
        known[_ANSWER] = _begin(connection, schema, question)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != NOT_PREPARED:
            raise
        forget_prepared(known, _raw(connection))
        known[_ANSWER] = _begin(connection, schema, question)


def take_time(connection: Connection) -> None:
    """Let a transaction be silent for as long as it likes.

    Who makes a catalogue reads packages between two statements; nobody takes that for a process that hangs. A machine
    that is cut off meanwhile is found out by its line alone.
    """
    _run(connection, "SET LOCAL idle_in_transaction_session_timeout = 0")


def write_nothing(connection: Connection) -> None:
    """Have the server refuse to write in this transaction from here on."""
    _run(connection, "SET TRANSACTION READ ONLY")


def begin_to_read(connection: Connection) -> None:
    """Begin to read, all of one moment. Raises DBAPIError."""
    # Until something is read, the view is not fixed.
    _run(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1")


def _begin(connection: Connection, schema: str, question: str) -> Any:
    """The answer to the question."""
    asked = f", asked.* FROM ({question}) asked" if question else ""
    name = prepared(
        connection.info, f"AS SELECT {LINE}, {OLDEST_READER}{asked}", lambda statement: _run(connection, statement)
    )
    began = ("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", lock(schema))
    cursor = _run(connection, "; ".join((*began, f"EXECUTE {name}")))
    cursor.nextset()
    cursor.nextset()
    return cursor.fetchone()


def prepared(known: dict[Any, Any], what: str, run: Callable[[str], Any]) -> str:
    """The name of a statement that a connection has prepared: planning it each time takes as long as running it.

    `known` is what is kept with that connection (`info`), and `run` runs a statement on it.
    """
    names: dict[str, str] = known.setdefault(_PREPARED, {})
    if what not in names:
        # No name is given twice: when one is found gone, others that came after it may still be there.
        known[_NAMED] = known.get(_NAMED, 0) + 1
        name = f"ours_{known[_NAMED]}"
        run(f"PREPARE {name} {what}")
        names[what] = name
    return names[what]


def forget_prepared(known: dict[Any, Any], raw: Any) -> None:
    """For who finds a statement gone: psycopg lets all that was prepared go after a rollback, without a word."""
    known.pop(_PREPARED, None)
    raw.rollback()


def _raw(connection: Connection) -> Any:
    """psycopg's own connection."""
    return connection.connection.dbapi_connection


def answer(connection: Connection) -> Sequence[Any] | None:
    """What this write transaction's question was answered with; None where it asked none, or is none."""
    said = connection.info.get(_ANSWER)
    return said[2:] or None if said else None


def append(connection: Connection, head: str, tail: str) -> int:
    """Append an entry by its text before and after its number, which is returned. Raises DBAPIError."""
    number, transaction = _run(connection, _APPEND, (head, tail), prepare=True).fetchone()
    connection.info[_NUMBER], connection.info[_APPENDED] = transaction, (head, tail)
    return int(number)


def number_of(connection: Connection) -> tuple[Number, str | None] | None:
    """The number of this transaction, and the oldest schema whose programs may work here, where both are known.

    None where nothing was appended, and where a statement failed, after which nothing can be committed.
    """
    said, number = connection.info.get(_ANSWER), connection.info.get(_NUMBER)
    if said is None or number is None or _raw(connection).info.transaction_status.name != "INTRANS":
        return None
    return Number(str(number), str(said[0]), connection.info.get(_APPENDED)), said[1]


def _run(connection: Connection, statement: str, values: Sequence[object] | None = None, prepare: bool = False) -> Any:
    """A cursor over the answer; errors come as SQLAlchemy tells them."""
    raw = _raw(connection)
    try:
        return raw.execute(statement, values, prepare=prepare)
    except Exception as error:
        dialect = connection.dialect
        assert dialect.dbapi is not None
        if not isinstance(error, dialect.dbapi.Error):
            raise
        lost = dialect.is_disconnect(error, raw, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement,
            None,
            error,
            dialect.dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        ) from error
