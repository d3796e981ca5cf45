"""How much of a list follows, counted as far as somebody reads it: counting all would grow with the archive."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

MOST_COUNTED = 10_000


def count_up_to(connection: Connection, query: Select[Any], most: int | None = MOST_COUNTED) -> int:
    """How many rows a query has; `most` where it has as many or more, and no more of them are read. None: all."""
    return int(connection.execute(select(func.count()).select_from(query.limit(most).subquery())).scalar_one())
