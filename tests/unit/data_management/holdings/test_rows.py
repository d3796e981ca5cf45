"""Media and copies as they are listed; the times of checks go forward alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import holdings
from preserve.data_management.holdings import CopyRow

OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"
NAME = f"{OBJID}_v0001"
MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = MOMENT + timedelta(days=3)


def test_a_label_that_two_have_names_neither(held: Connection) -> None:
    holdings.add_medium(held, "m2", kind="drive", label="甲", location="", actor="z", moment=LATER)
    assert holdings.read_medium(held, "甲") is None
    assert [row.id for row in holdings.all_media(held, "drive")] == ["m1", "m2"]


def test_a_copy_keeps_when_it_was_written_and_read(held: Connection) -> None:
    row = holdings.read_copy(held, NAME, "m1")
    assert row == CopyRow(NAME, "m1", OBJID, 1, "verified", stamp(MOMENT), stamp(MOMENT))
    holdings.confirm(held, [(NAME, "m1")], LATER)
    holdings.advance(held, [(NAME, "m1", stamp(MOMENT)), (NAME, "m2", stamp(LATER))])  # none goes back
    row = holdings.read_copy(held, NAME, "m1")
    assert row is not None and row.verified == stamp(LATER)
    holdings.require_held(held, OBJID)  # the records of the audit say when, not the ledger
    assert holdings.count_in(held, ["verified"]) == 1
    assert holdings.copies_on(held, "m1", ["lost"]) == []
