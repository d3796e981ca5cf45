"""Proceedings are what the ledger says of their steps; numbers are given once; the index alone decides nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, delete, update

from preserve.data_management import disposal_holds, ledger, proceedings
from preserve.data_management.proceedings import Kind
from preserve.data_management.tables import proceeding_cases
from preserve.data_management.tables import proceedings as table
from preserve.errors import NotIntact

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def _step(connection: Connection, kind: Kind, number: str, deed: str, step: int, **details: Any) -> None:
    details = {"state": deed, "step": step, "sha256": str(step) * 64, **details}
    proceedings.add_step(connection, kind, number, deed, details, actor="z", moment=MOMENT)


@pytest.fixture
def opened(connection: Connection) -> Connection:
    """A request about two cases, examined; a hold on one of them."""
    _step(connection, "request", "2026-0001", "opened", 1, about="party", due="2026-12-14", cases=["b", "a"])
    _step(connection, "request", "2026-0001", "examined", 2)
    _step(connection, "hold", "H2026-0001", "added", 1, about="litigation", cases=["a"])
    return connection


def test_a_proceeding_as_its_steps_say(opened: Connection) -> None:
    row = proceedings.read(opened, "2026-0001", "request")
    assert row is not None
    assert (row.state, row.steps, row.about, row.due, row.cases) == ("examined", 2, "party", "2026-12-14", ("b", "a"))
    assert proceedings.read(opened, "2026-0001", "hold") is None
    assert proceedings.read(opened, "2026-0002", "request") is None


def test_a_look_is_no_step(opened: Connection) -> None:
    details = {"cases": ["c"]}
    ledger.append(
        opened, action="request-record.viewed", subject="2026-0001", actor="z", details=details, moment=MOMENT
    )
    assert len(proceedings.told(opened, "2026-0001")) == 2


def test_by_case_and_by_state(opened: Connection) -> None:
    assert [row.number for row in proceedings.about_case(opened, "request", "a")] == ["2026-0001"]
    assert proceedings.about_case(opened, "request", "a", ["opened"]) == []
    assert proceedings.about_cases(opened, "hold", ["a", "b"], ["added"]).keys() == {"a"}
    assert proceedings.counts_of(opened, "request", ["a", "b", "c"]) == {"a": 1, "b": 1}
    assert disposal_holds.uses_of(opened, ["a"]) == {"a": 1}
    assert [block.kind for block in disposal_holds.blocks(opened, "a")] == ["litigation", "request"]
    assert {objid: len(found) for objid, found in disposal_holds.blocks_of(opened, "abc").items()} == {"a": 2, "b": 1}


def test_no_number_is_given_twice(opened: Connection) -> None:
    def number(taken: tuple[str, ...] = (), year: int = 2026) -> str:
        return proceedings.next_number(opened, "request", year, lambda one: one in taken)

    assert number() == "2026-0002"
    assert number(("2026-0002", "2026-0003")) == "2026-0004"
    assert number(year=2027) == "2027-0001"
    for last in ("2026-9999", "2026-10000"):
        _step(opened, "request", last, "opened", 1, cases=[])
    assert number() == "2026-10001"
    opened.execute(delete(table).where(table.c.number == "2026-10000"))
    assert number() == "2026-10001"  # the ledger knows it


@pytest.mark.parametrize(
    "change",
    [
        update(table).where(table.c.kind == "hold").values(state="released"),
        delete(table).where(table.c.kind == "hold"),
        delete(proceeding_cases).where(proceeding_cases.c.number == "H2026-0001"),
        update(proceeding_cases).where(proceeding_cases.c.number == "H2026-0001").values(objid="c"),
    ],
)
def test_a_hold_cannot_be_lifted_in_the_index(opened: Connection, change: object) -> None:
    opened.execute(change)
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        disposal_holds.blocks(opened, "a")
    assert "H2026-0001" in [finding.where for finding in proceedings.compare(opened)]
    proceedings.replay(opened)
    assert list(proceedings.compare(opened)) == []


def test_a_hold_that_no_entry_added_is_found(opened: Connection) -> None:
    opened.execute(proceeding_cases.insert(), {"objid": "b", "number": "H2026-0002"})
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        proceedings.about_case(opened, "hold", "b")


def _row(number: int, kind: str, state: str) -> dict[str, Any]:
    common = {"about": "chen", "due": "", "urgent": False, "steps": 1, "sha256": "0" * 64}
    name = f"{kind[0].upper()}2026-{number:04}"
    return {**common, "number": name, "kind": kind, "state": state, "opened": f"2026-01-0{number}T00:00:00Z"}


@pytest.mark.parametrize(
    ("states", "most", "listed", "older"),
    [
        ((), 10, ["D2026-0001", "D2026-0002", "D2026-0003"], 0),
        ((), 2, ["D2026-0002", "D2026-0003"], 1),
        (("executed",), 1, ["D2026-0003"], 1),
        (("proposed",), 5, ["D2026-0002"], 0),
        (("withdrawn",), 5, [], 0),
    ],
)
def test_the_newest_are_listed_and_older_ones_counted(
    connection: Connection, states: tuple[str, ...], most: int, listed: list[str], older: int
) -> None:
    kinds = [
        (1, "disposal", "executed"),
        (2, "disposal", "proposed"),
        (3, "disposal", "executed"),
        (4, "hold", "added"),
    ]
    for row in (_row(*kind) for kind in kinds):
        connection.execute(table.insert(), row)
        connection.execute(proceeding_cases.insert(), {"objid": "aip-1", "number": row["number"], "place": 0})
    rows, count = proceedings.newest(connection, "disposal", states, most)
    assert [row.number for row in rows] == listed and count == older
    assert all(row.cases == ("aip-1",) for row in rows)
