"""Runs of the audit: begun, ended, made again, and held against the ledger."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, update

from preserve.data_management import audits
from preserve.data_management.audits import Outcome
from preserve.data_management.tables import audits as table
from preserve.errors import NotIntact

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def ran(connection: Connection) -> Connection:
    """Two runs, of which the second ended without a word."""
    for run in ("1", "2"):
        audits.begin(connection, run, actor="z", moment=MOMENT)
    outcome = Outcome("done", "", Counter({"intact": 3}), "audits/2026-11/1.parquet", "0" * 64)
    audits.end(connection, "1", outcome, actor="z", moment=MOMENT)
    return connection


def test_newest_first_and_by_state(ran: Connection) -> None:
    assert [(row.id, row.state, row.counts) for row in audits.runs(ran)] == [
        ("2", "running", {}),
        ("1", "done", {"intact": 3}),
    ]
    assert [row.id for row in audits.runs(ran, "running")] == ["2"]
    assert [row.id for row in audits.runs(ran, limit=1)] == ["2"]


def test_made_again_they_are_the_same(ran: Connection) -> None:
    before = audits.runs(ran)
    audits.replay(ran)
    assert audits.runs(ran) == before and list(audits.compare(ran)) == []


@pytest.mark.parametrize("changes", [{"sha256": "1" * 64}, {"counts": "{"}, {"state": "done"}])
def test_a_row_that_says_something_else_is_found(ran: Connection, changes: dict[str, str]) -> None:
    ran.execute(update(table).values(**changes))
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        audits.require(ran, "2")
    assert {finding.values["table"] for finding in audits.compare(ran)} == {"audits"}
