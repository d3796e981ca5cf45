"""Entries are read by those who act on them only as they were written."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from preserve.data_management import ledger
from preserve.errors import NotIntact

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def kept(connection: Connection) -> Connection:
    """Ten entries, two about each of five subjects."""
    for number in range(10):
        ledger.append(connection, action="a", subject=f"s{number % 5}", actor="z", details={}, moment=MOMENT)
    return connection


def test_what_somebody_acts_on_is_the_entry_that_was_hashed(kept: Connection) -> None:
    assert [entry.number for entry in ledger.about(kept, "s2")] == [3, 8]
    assert [entry.number for entry in ledger.about_any(kept, ["s2", "s4"], ["a"])] == [3, 5, 8, 10]
    assert [entry.number for entry in ledger.numbered(kept, [7, 1])] == [1, 7]
    assert [entry.number for entry in ledger.newest(kept, "s2", "a")] == [8, 3]
    assert [entry.number for entry in ledger.newest_about(kept, "s2", before=8, limit=5)] == [3]
    assert ledger.count_about(kept, "s2", before=8) == 1
    kept.execute(text("UPDATE ledger SET entry = replace(entry, '\"z\"', '\"y\"') WHERE number = 3"))
    with pytest.raises(NotIntact, match=r"ledger\.entry-changed"):
        ledger.about(kept, "s2")
    assert len(list(ledger.unproven(kept, "a"))) == 10  # for who judges them by other evidence


def test_an_entry_under_another_number_is_none_that_somebody_acts_on(kept: Connection) -> None:
    """Text and hash agree, and still it is not the entry that was written there: nobody finds it by its subject."""
    kept.execute(text("UPDATE ledger SET number = 99 WHERE number = 3"))
    assert [entry.number for entry in ledger.about(kept, "s2")] == [8]
    for read in (lambda: ledger.of_action(kept, "a"), lambda: ledger.numbered(kept, [99])):
        with pytest.raises(NotIntact, match=r"ledger\.entry-changed"):
            read()


def test_the_newest_come_first_however_many_are_read(kept: Connection) -> None:
    for number in range(250):
        ledger.append(kept, action="ab"[number % 2], subject="s9", actor="z", details={}, moment=MOMENT)
    assert [entry.number for entry in ledger.newest(kept, "s9", "a", "b")] == list(range(260, 10, -1))
    assert [entry.number for entry in ledger.newest(kept, "s9", "b")] == list(range(260, 10, -2))
    assert [entry.number for entry in islice(ledger.newest(kept, "s9", "a"), 2)] == [259, 257]
    assert list(ledger.newest(kept, "s9", "c")) == []


def test_an_entry_is_read_once(kept: Connection) -> None:
    (entry,) = ledger.numbered(kept, [4])
    assert (entry.actor, entry.action, entry.subject, entry.time) == ("z", "a", "s3", "2026-11-23T08:00:00Z")
    assert entry.data is entry.data and entry.details == {}


@pytest.mark.parametrize("subject", ['with "quotes"', "back\\slash", "沪文执罚〔2026〕12号", '","subject":"other'])
def test_what_an_entry_is_about_is_found_by_its_own_text(kept: Connection, subject: str) -> None:
    """The column to search by is made by the database out of the canonical JSON."""
    details = {"text": '"number":11,"subject":"x"'}
    ledger.append(kept, action="b.c", subject=subject, actor="z", details=details, moment=MOMENT)
    assert [entry.number for entry in ledger.about(kept, subject)] == [11]
    assert ledger.subjects_of(kept, "b.c") == [subject]
    assert [entry.subject for entry in ledger.of_action(kept, "b.c")] == [subject]


def test_subjects_by_their_beginning(kept: Connection) -> None:
    for subject in ("H2026-0001", "H2026-0002", "H2027-0001"):
        ledger.append(kept, action="hold.added", subject=subject, actor="z", details={"cases": ["o"]}, moment=MOMENT)
    assert sorted(ledger.subjects(kept, "H2026-")) == ["H2026-0001", "H2026-0002"]
    assert ledger.opened_about(kept, "o", ["hold.added"]) == ["H2026-0001", "H2026-0002", "H2027-0001"]
    assert ledger.opened_about(kept, "o", ["request.opened"]) == []
    assert [entry.subject for entry in ledger.naming(kept, "H2027")] == ["H2027-0001"]


def test_listings_that_a_case_stood_in(kept: Connection) -> None:
    """An earlier release listed all cases, and told no range."""
    for details in ({}, {"first": "1", "last": "3"}, {"first": "4", "last": "9"}):
        ledger.append(kept, action="listed", subject="s", actor="z", details=details, moment=MOMENT)
    assert ledger.count_listings(kept, "listed", "2", after=0, upto=99) == 2
    assert ledger.count_listings(kept, "listed", "2", after=11, upto=99) == 1
    assert ledger.count_listings(kept, "listed", "2", after=0, upto=11) == 1


@pytest.mark.sqlite
def test_some_subjects_are_found_without_reading_every_entry_of_an_action(kept: Connection) -> None:
    """Sorted by its number, SQLite would walk all entries of the action for some hundred cases: and so for each some."""
    plans: list[str] = []

    @event.listens_for(kept.engine, "before_cursor_execute")
    def explain(connection: Connection, cursor: Any, statement: str, values: Any, *others: Any) -> None:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        plans.extend(str(row[3]) for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values))  # type: ignore[attr-defined]

    try:
        ledger.about_any(kept, [f"s{number}" for number in range(500)], ["a"])
    finally:
        event.remove(kept.engine, "before_cursor_execute", explain)
    assert any("ledger_by_subject (subject=? AND action=?)" in plan for plan in plans), plans
