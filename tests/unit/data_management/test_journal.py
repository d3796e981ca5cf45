"""The journal of ingests: one live ingest a case, facts file by file, and nothing left of what is over."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.data_management import journal
from preserve.data_management.cases import Case, insert
from preserve.data_management.journal import IngestRow
from preserve.errors import Refused

FILES = [(1, b"\xd6\xd0.txt", "a.txt", 3, 10), (2, "甲.mp4".encode(), "b.mp4", 500, None)]


def _ingest(identifier: str, case_number: str, state: str = "running") -> IngestRow:
    facts = ("folder", "f", state, "copy", "lossless", "{}", "[]", "2026-11-23T08:00:00Z", None, "b")
    return IngestRow(identifier, f"aip-{identifier}", case_number, "/deposit", *facts)


@pytest.fixture
def begun(connection: Connection) -> Connection:
    journal.create(connection, _ingest("1", "1号"))
    journal.add_files(connection, "1", FILES)
    return connection


@pytest.mark.parametrize("state", ["running", "waiting", "done"])
def test_one_live_ingest_a_case(begun: Connection, state: str) -> None:
    journal.change(begun, "1", state=state)
    with pytest.raises(Refused, match=r"ingest\.case-known"), begun.begin_nested():
        journal.create(begun, _ingest("2", "1号"))
    found = journal.live(begun, "1号")
    assert found is not None and found.id == "1"


def test_a_refused_one_is_no_obstacle(begun: Connection) -> None:
    journal.change(begun, "1", state="refused")
    assert journal.live(begun, "1号") is None
    journal.create(begun, _ingest("2", "1号"))
    assert {row.id for row in journal.unfinished(begun)} == {"1", "2"}
    assert len(journal.unfinished(begun, newest=1)) == 1


def test_a_case_that_the_catalogue_has_is_known(connection: Connection) -> None:
    insert(connection, Case("o", "1号", "", "t", "penalty", "", "p", "internal", None, None, False, "{}"))
    with pytest.raises(Refused, match=r"ingest\.case-known"):
        journal.create(connection, _ingest("1", "1号"))


def test_facts_are_asked_for_by_what_lacks_and_what_is_there(begun: Connection) -> None:
    journal.record(begun, "1", [{"number": 1, "copied": "{}", "identified": "{}"}])
    journal.record(begun, "1", [])
    assert [row.path for row in journal.files_after(begun, "1", 0, 10)] == [path for _, path, *_ in FILES]
    assert [row.number for row in journal.files_after(begun, "1", 0, 10, lacking="copied")] == [2]
    assert [row.number for row in journal.files_after(begun, "1", 0, 10, having="copied", lacking="normalised")] == [1]
    assert [row.number for row in journal.files_after(begun, "1", 1, 10)] == [2]
    assert journal.files_after(begun, "1", 0, 1, having="characterised") == []
    assert journal.totals(begun, "1") == (2, 503) and journal.totals(begun, "1", lacking="copied") == (1, 500)
    assert journal.totals(begun, "2") == (0, 0)


def test_the_same_is_said_of_ranges_of_files_and_of_no_other(connection: Connection) -> None:
    for ingest in ("1", "2"):
        journal.create(connection, _ingest(ingest, f"{ingest}号"))
        journal.add_files(connection, ingest, [(number, b"a", "a", 1, None) for number in range(1, 10)])
    journal.record_alike(connection, "1", "{}", [(2, 3), (5, 5), (8, 9)])
    said = [row.number for row in journal.files_after(connection, "1", 0, 10, having="normalised")]
    assert said == [2, 3, 5, 8, 9]
    assert not journal.files_after(connection, "2", 0, 10, having="normalised")


def test_nothing_but_facts_is_recorded(begun: Connection) -> None:
    with pytest.raises(ValueError, match="not facts"):
        journal.record(begun, "1", [{"number": 1, "path": "other"}])


def test_findings_come_back_as_they_were(begun: Connection) -> None:
    findings = [Finding("rules.filed-late", "甲", "error", {"days": 3}, "why")]
    journal.change(begun, "1", findings=journal.findings_text(findings))
    row = journal.live(begun, "1号")
    assert row is not None and journal.read_findings(row.findings) == findings


def test_what_is_over_is_forgotten(begun: Connection) -> None:
    journal.forget_files(begun, "1")
    assert journal.files_after(begun, "1", 0, 10) == []
