"""Rows of media and copies follow from the ledger, and whoever changes one alone is found out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from preserve.clock import stamp
from preserve.data_management import holdings, ledger
from preserve.data_management.holdings import CopyRow
from preserve.data_management.tables import copies, media
from preserve.errors import NotIntact

OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"
NAME = f"{OBJID}_v0001"
MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
LATER = MOMENT + timedelta(days=3)


@pytest.fixture
def held(connection: Connection) -> Connection:
    more = {"place": "A楼/1架", "capacity": 10, "serial": "S1"}
    holdings.add_medium(connection, "m1", kind="drive", label="甲", location="", actor="z", moment=MOMENT, **more)
    for state in ("planned", "written", "verified"):
        holdings.set_copy(connection, CopyRow(NAME, "m1", OBJID, 1, state, None, None), actor="z", moment=MOMENT)
    return connection


def test_what_belongs_to_a_kind_goes_into_its_details(held: Connection) -> None:
    row = holdings.read_medium(held, "甲")
    assert row is not None and row == holdings.read_medium(held, "m1")
    assert (row.state, row.building, row.capacity, dict(row.details)) == ("in use", "A楼", 10, {"serial": "S1"})
    holdings.change_medium(held, "m1", actor="z", moment=LATER, state="retired", health="good", kind="optical")
    row = holdings.read_medium(held, "m1")
    assert row is not None
    assert (row.kind, row.state, row.details["health"]) == ("drive", "retired", "good")  # it never becomes another kind


def test_a_label_that_two_have_names_neither(held: Connection) -> None:
    holdings.add_medium(held, "m2", kind="drive", label="甲", location="", actor="z", moment=LATER)
    assert holdings.read_medium(held, "甲") is None
    assert [row.id for row in holdings.all_media(held, "drive")] == ["m1", "m2"]


def test_a_medium_is_entered_once(held: Connection) -> None:
    before = ledger.size(held)
    holdings.add_medium(held, "m1", kind="optical", label="乙", location="", actor="z", moment=LATER)
    assert ledger.size(held) == before and holdings.all_media(held, "optical") == []


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


def test_replaying_the_ledger_gives_the_same_rows(held: Connection) -> None:
    holdings.change_medium(held, "m1", actor="z", moment=LATER, place="B楼", free=3)
    before = holdings.all_media(held), holdings.copies_of(held, "")
    holdings.replay(held)
    assert (holdings.all_media(held), holdings.copies_of(held, "")) == before
    assert list(holdings.compare(held)) == []


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
