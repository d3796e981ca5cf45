"""What goes, goes once and for all: the ledger says so, whatever a row says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, delete, update

from preserve.data_management import destroyed, ledger
from preserve.data_management.proof.anchors import REDUCED
from preserve.data_management.tables import tombstones
from preserve.errors import NotIntact, Refused

OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"
NAME, SECOND = f"{OBJID}_v0001", f"{OBJID}_v0002"
MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
DIGEST = "0" * 64


def _begin(connection: Connection, item: str = "") -> None:
    destroyed.begin(connection, OBJID, item, "D2026-0001", DIGEST, actor="z", moment=MOMENT)


def _finish(connection: Connection, item: str = "") -> None:
    destroyed.finish(connection, OBJID, item, "D2026-0001", DIGEST, actor="z", moment=MOMENT)


def test_a_case_is_gone_from_the_moment_it_begins_to_go(connection: Connection) -> None:
    assert not destroyed.is_gone(connection, NAME)
    destroyed.refuse(connection, NAME)
    _begin(connection)
    assert destroyed.is_gone(connection, NAME)
    for name in (NAME, OBJID):
        with pytest.raises(Refused, match=r"storage\.destroyed"):
            destroyed.refuse(connection, name)
    _finish(connection)
    assert [one.state for one in destroyed.of_case(connection, OBJID, whole=True)] == ["destroyed"]


def test_of_a_part_only_the_versions_that_held_it_go(connection: Connection) -> None:
    _begin(connection, "recording")
    details = {"disposal": "D2026-0001", "version": 2}
    ledger.append(connection, action=REDUCED, subject=OBJID, actor="z", details=details, moment=MOMENT)
    assert not destroyed.is_gone(connection, NAME)  # until it went
    with pytest.raises(Refused, match=r"storage\.destroyed"):
        destroyed.refuse(connection, NAME)  # but nothing is done with it any more
    _finish(connection, "recording")
    assert destroyed.is_gone(connection, NAME) and not destroyed.is_gone(connection, SECOND)
    destroyed.refuse(connection, SECOND)
    assert destroyed.of_case(connection, OBJID, whole=True) == []


def test_entries_of_a_ledger_in_no_catalogue_say_the_same(connection: Connection) -> None:
    _begin(connection, "recording")
    details = {"disposal": "D2026-0001", "version": 2}
    ledger.append(connection, action=REDUCED, subject=OBJID, actor="z", details=details, moment=MOMENT)
    _finish(connection, "recording")
    gone = destroyed.told_in(entry.data for entry in ledger.entries(connection))
    assert gone(NAME) and not gone(SECOND)


@pytest.mark.parametrize("change", [delete(tombstones), update(tombstones).values(state="begun")])
def test_a_row_cannot_bring_anything_back(connection: Connection, change: object) -> None:
    _begin(connection)
    _finish(connection)
    connection.execute(change)
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        destroyed.is_gone(connection, NAME)
    assert [finding.where for finding in destroyed.compare(connection)] == [OBJID]
    destroyed.replay(connection)
    assert list(destroyed.compare(connection)) == []
    assert [one.item for one in destroyed.all_gone(connection)] == [""]
