"""Counts what the database does for a piece of work, whatever the machine: steps of its virtual machine."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

EVERY = 10


def steps(connection: Connection, work: Callable[[], object]) -> int:
    """How many steps (in tens, rounded up) SQLite takes for what `work` asks: each row it looks at costs several."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    raw = connection.connection.driver_connection
    assert raw is not None
    raw.set_progress_handler(tick, EVERY)
    try:
        work()
    finally:
        raw.set_progress_handler(None, EVERY)
    return count
