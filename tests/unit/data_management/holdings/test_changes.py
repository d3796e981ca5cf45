"""What a medium or a copy becomes stands in the ledger, and the rows follow from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from preserve.data_management import holdings, ledger

OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"
NAME = f"{OBJID}_v0001"
MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = MOMENT + timedelta(days=3)


def test_what_belongs_to_a_kind_goes_into_its_details(held: Connection) -> None:
    row = holdings.read_medium(held, "甲")
    assert row is not None and row == holdings.read_medium(held, "m1")
    assert (row.state, row.building, row.capacity, dict(row.details)) == ("in use", "A楼", 10, {"serial": "S1"})
    holdings.change_medium(held, "m1", actor="z", moment=LATER, state="retired", health="good", kind="optical")
    row = holdings.read_medium(held, "m1")
    assert row is not None
    assert (row.kind, row.state, row.details["health"]) == ("drive", "retired", "good")  # it never becomes another kind


def test_a_medium_is_entered_once(held: Connection) -> None:
    before = ledger.size(held)
    holdings.add_medium(held, "m1", kind="optical", label="乙", location="", actor="z", moment=LATER)
    assert ledger.size(held) == before and holdings.all_media(held, "optical") == []


def test_replaying_the_ledger_gives_the_same_rows(held: Connection) -> None:
    holdings.change_medium(held, "m1", actor="z", moment=LATER, place="B楼", free=3)
    before = holdings.all_media(held), holdings.copies_of(held, "")
    holdings.replay(held)
    assert (holdings.all_media(held), holdings.copies_of(held, "")) == before
    assert list(holdings.compare(held)) == []
