"""Whoever changes a row alone is found out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from preserve.data_management import holdings
from preserve.data_management.tables import copies, media
from preserve.errors import NotIntact

OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"
NAME = f"{OBJID}_v0001"
MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = MOMENT + timedelta(days=3)


@pytest.mark.parametrize(
    ("change", "table"),
    [
        (update(copies).values(state="lost"), "copies"),
        (update(copies).values(written="2020-01-01T00:00:00Z"), "copies"),
        (copies.delete(), "copies"),
        (update(media).values(place="C楼"), "media"),
        (update(media).values(details="{"), "media"),
    ],
)
def test_a_row_that_was_changed_alone_is_found(held: Connection, change: object, table: str) -> None:
    held.execute(change)
    assert {finding.values["table"] for finding in holdings.compare(held)} == {table}
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        holdings.require_on(held, "m1")


def test_a_copy_that_no_entry_tells_of_is_found(held: Connection) -> None:
    held.execute(copies.insert(), {"name": "x_v0001", "medium": "m1", "objid": "x", "version": 1, "state": "verified"})
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        holdings.require_copies(held, "x")
