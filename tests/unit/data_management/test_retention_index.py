"""What falls due when; a decision of people counts where it is later, and stands in the ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, update

from preserve.data_management import destroyed, retention_index
from preserve.data_management.cases import Case, insert
from preserve.data_management.retention_index import RetentionRow, due_day
from preserve.data_management.tables import retention
from preserve.errors import NotIntact

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def _row(objid: str, computed: str, item: str = "", decided: str = "") -> RetentionRow:
    return RetentionRow(objid, item, "{}", "r", computed, decided, due_day(computed, decided))


@pytest.fixture
def kept(connection: Connection) -> Connection:
    for objid in "abcd":
        insert(connection, Case(objid, objid, "", "t", "penalty", "", "p", "internal", None, None, False, "{}"))
    retention_index.replace(connection, "a", [_row("a", "2036-01-02"), _row("a", "2030-01-01", "recording")])
    retention_index.replace(connection, "b", [_row("b", "permanent")])
    retention_index.replace(connection, "c", [_row("c", "unknown")])
    return connection


@pytest.mark.parametrize(
    ("computed", "decided", "due"),
    [
        ("2030-01-01", "", "2030-01-01"),
        ("2030-01-01", "2040-01-01", "2040-01-01"),
        ("2030-01-01", "2020-01-01", "2030-01-01"),
        ("2030-01-01", "permanent", None),
        ("permanent", "2040-01-01", None),
        ("unknown", "", None),
    ],
)
def test_the_later_day_counts_and_never_is_the_latest(computed: str, decided: str, due: str | None) -> None:
    assert due_day(computed, decided) == due


def test_due_in_a_span_both_days_included(kept: Connection) -> None:
    assert [(row.objid, row.item) for row in retention_index.due_by(kept, "", "2036-01-02")] == [
        ("a", "recording"),
        ("a", ""),
    ]
    assert retention_index.due_by(kept, "2030-01-02", "2036-01-01") == []
    assert retention_index.counts(kept) == {"rows": 4, "permanent": 1, "unknown": 1}


def test_what_goes_is_not_due_any_more(kept: Connection) -> None:
    destroyed.begin(kept, "a", "recording", "D2026-0001", "0" * 64, actor="z", moment=MOMENT)
    assert [row.item for row in retention_index.due_by(kept, "", "9999")] == [""]
    destroyed.begin(kept, "a", "", "D2026-0002", "0" * 64, actor="z", moment=MOMENT)
    assert retention_index.due_by(kept, "", "9999") == []


def test_cases_without_rows_are_those_that_are_there(kept: Connection) -> None:
    assert retention_index.without_rows(kept) == ["d"]
    destroyed.begin(kept, "d", "", "D2026-0001", "0" * 64, actor="z", moment=MOMENT)
    assert retention_index.without_rows(kept) == []


def test_rows_are_read_in_order_and_written_again(kept: Connection) -> None:
    rows = list(retention_index.all_rows(kept))
    assert [(row.objid, row.item) for row in rows] == [("a", ""), ("a", "recording"), ("b", ""), ("c", "")]
    retention_index.update(kept, [RetentionRow("c", "", "{}", "other", "2031-01-01", "", "2031-01-01")])
    assert retention_index.rows_of(kept, "c") == [RetentionRow("c", "", "{}", "other", "2031-01-01", "", "2031-01-01")]
    assert retention_index.facts_of(kept, ["a", "nothing"]) == {"a": "{}"}


def test_a_decision_moves_the_day_and_nobody_moves_it_back(kept: Connection) -> None:
    retention_index.decide(kept, "a", "", "2050-01-01", review="R2026-0001", actor="z", moment=MOMENT)
    assert retention_index.rows_of(kept, "a")[0].due == "2050-01-01"
    assert retention_index.decisions(kept) == {("a", ""): "2050-01-01"}
    retention_index.require_decided(kept, "a")
    kept.execute(update(retention).where(retention.c.item == "").values(due="2027-01-01"))
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        retention_index.require_decided(kept, "a")
