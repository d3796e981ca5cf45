"""An entry of the ledger in a transaction of its own, so that nobody waits for a program while the lock is held.

Two messages go to the server. The first begins the transaction and is answered with its number; it holds nothing that
others wait for. The second takes the schema's lock, appends the entry where what has to be asked permits it, and
commits: between the lock and the end of the COMMIT the server has nobody to wait for.

The number comes first because the answer to the second message may be lost. Then the server is asked by that number
(`in_doubt`); the entry is never sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from preserve.data_management.engines import Entry, Question
from preserve.data_management.engines.in_doubt import LINE, Number, require_written
from preserve.data_management.engines.postgresql_schema import OLDEST_READER
from preserve.data_management.engines.round_trips import HANGS, NOT_PREPARED, forget_prepared, prepared, taken

_NUMBERED = f"AS SELECT {HANGS}, pg_current_xact_id()::text, {LINE}"


def append(
    engine: Engine, schema: str, entry: Entry, asked: Question, again: Callable[[], Engine], name: str
) -> int | None:
    """Append an entry by its text before and after its number, which is returned; None, and nothing done, where
    what was asked does not permit it.

    `again` gives connections of their own to ask what became of it, and `name` is what the place is called. Raises
    Busy where the connection was lost and nothing was written, MediumProblem where that cannot be known, and psycopg's
    errors.
    """
    wanted = _wanted(asked)
    line, number = _begun(engine, entry, wanted)
    raw: Any = line.dbapi_connection
    try:
        head, tail, value = (_literal(raw, part) for part in (*entry, asked.value))
        appending = prepared(line.info, wanted, raw.execute)
        cursor = raw.execute(f"SELECT {taken(schema)}; EXECUTE {appending} ({head}, {tail}, {value}); COMMIT")
        cursor.nextset()
        (found,) = cursor.fetchone()
        raw.autocommit = False
    except BaseException as error:
        lost = raw.closed
        line.invalidate()  # closed, and with it what is open on it: the next one is made anew
        if not lost or not isinstance(error, Exception):
            raise
        return require_written(number, again, name, error)
    line.close()
    return None if found is None else int(found)


def _begun(engine: Engine, entry: Entry, wanted: str) -> tuple[PoolProxiedConnection, Number]:
    """A connection with its transaction begun, and the number of that. Raises psycopg's errors.

    Nothing was done yet: a connection that the server let go while it lay in the pool is opened anew, once.
    """
    for last in (False, True):
        line = engine.raw_connection()
        raw: Any = line.dbapi_connection
        try:
            raw.autocommit = True  # psycopg's own BEGIN would be a message more
            return line, _numbered(raw, line.info, entry, wanted)
        except BaseException:
            again = raw.closed and not last
            line.invalidate()
            if not again:
                raise
            engine.dispose()
    raise AssertionError("unreachable")


def _numbered(raw: Any, known: dict[Any, Any], entry: Entry, wanted: str) -> Number:
    """Begin the transaction; its number. What follows is prepared before, while nobody waits for it."""
    prepared(known, wanted, raw.execute)
    begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; EXECUTE "
    try:
        cursor = raw.execute(begin + prepared(known, _NUMBERED, raw.execute))
    except Exception as error:
        if getattr(error, "sqlstate", "") != NOT_PREPARED:
            raise
        forget_prepared(known, raw)
        prepared(known, wanted, raw.execute)
        cursor = raw.execute(begin + prepared(known, _NUMBERED, raw.execute))
    cursor.nextset()
    _, number, line = cursor.fetchone()
    return Number(number, line, entry)


def _wanted(asked: Question) -> str:
    """What appends where the question's answer, the value, and the schema's own word permit it."""
    from preserve.data_management.database import SCHEMA

    return (
        f"(text, text, text) AS SELECT CASE WHEN coalesce({OLDEST_READER}, '') <= '{SCHEMA}' AND ({asked.condition})"
        f" THEN ledger_append($1, $2) END FROM ({asked.text}) asked"
    )


def _literal(raw: Any, value: str) -> str:
    from psycopg import sql

    return sql.Literal(value).as_string(raw)
