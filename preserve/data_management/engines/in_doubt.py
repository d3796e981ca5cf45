"""A COMMIT whose answer was lost: the server knows whether it was one, and nothing is ever written a second time.

Another server may answer by then: a standby that was promoted, or one that was put back. It gives numbers again that
the first had given to transactions of which it never heard. So a number belongs to a timeline, and of another timeline
only that a transaction failed is believed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from preserve.data_management.engines import WAIT
from preserve.errors import Busy, MediumProblem

LINE = "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
"""The server's timeline, as SQL."""

_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Number:
    """A transaction's number, and the timeline in which it was given."""

    number: str
    line: str


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


def _was_committed(number: Number, engine: Callable[[], Engine], name: str) -> bool:
    """What became of the transaction. It may still be running: a server notices late that its client is gone."""
    until = time.monotonic() + WAIT
    asking = engine()
    try:
        while True:
            said: str | None = "unreachable"
            same = True
            try:
                with asking.connect() as connection:
                    asked = f"SELECT pg_xact_status(%s::xid8), {LINE} = %s"
                    said, same = connection.exec_driver_sql(asked, (number.number, number.line)).one()
            except DBAPIError:
                asking.dispose()
            if said == "aborted" or (said == "committed" and same):
                return said == "committed"
            if said in (None, "committed") or time.monotonic() >= until:
                raise MediumProblem("catalogue.in-doubt", name, transaction=number.number)
            time.sleep(_PAUSE)
    finally:
        asking.dispose()
