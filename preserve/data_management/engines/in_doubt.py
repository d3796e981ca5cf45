"""A COMMIT whose answer was lost: the server knows whether it was one, and nothing is ever written a second time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from preserve.data_management.engines import WAIT
from preserve.errors import Busy, MediumProblem

_PAUSE = 0.1


@contextmanager
def committed(connection: Connection, engine: Callable[[], Engine], name: str) -> Iterator[None]:
    """Commit where the body ends well, else roll back.

    Where the connection is lost in COMMIT, the server is asked on another one: what was committed counts as done, of
    what was not nothing is there. Raises Busy for the latter, MediumProblem where the server does not say.
    """
    transaction = connection.get_transaction()
    assert transaction is not None
    try:
        yield
        number = connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()::text").scalar()
    except BaseException:
        transaction.close()
        connection.close()
        raise
    try:
        transaction.commit()
    except Exception as error:
        if not _is_lost(connection, error):
            raise
        if number is not None and not _was_committed(str(number), engine, name):
            raise Busy("catalogue.not-committed", name) from error
    finally:
        connection.close()


def _is_lost(connection: Connection, error: Exception) -> bool:
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    raw = None if connection.invalidated else connection.connection.dbapi_connection
    return raw is None or bool(getattr(raw, "closed", False))


def _was_committed(number: str, engine: Callable[[], Engine], name: str) -> bool:
    """What became of the transaction. It may still be running: a server notices late that its client is gone."""
    until = time.monotonic() + WAIT
    asking = engine()
    try:
        while True:
            said: str | None = "unreachable"
            try:
                with asking.connect() as connection:
                    said = connection.exec_driver_sql("SELECT pg_xact_status(%s::xid8)", (number,)).scalar()
            except DBAPIError:
                asking.dispose()
            if said in ("committed", "aborted"):
                return said == "committed"
            if said is None or time.monotonic() >= until:
                raise MediumProblem("catalogue.in-doubt", name, transaction=number)
            time.sleep(_PAUSE)
    finally:
        asking.dispose()
