"""Ends a transaction that was begun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection


@contextmanager
def ended(connection: Connection) -> Iterator[None]:
    """Commit where the body ends well, else roll back; the connection goes back either way."""
    transaction = connection.get_transaction()
    assert transaction is not None
    with transaction:
        yield
