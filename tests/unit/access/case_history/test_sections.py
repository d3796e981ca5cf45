"""A history on paper: its verdict first, then what it is about, its copies, its proof, and every event in order."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from metadata.findings import Finding
from preserve.access.case_history.model import Happening, History, Subject
from preserve.access.case_history.sections import local, sections, title, verdict
from preserve.data_management.audit_records import Record
from preserve.data_management.destroyed import Gone
from preserve.messages import say, speaking
from tests.support.histories import MEDIUM, NAME, OBJID, copy_of, history_of

ZONE = ZoneInfo("Asia/Shanghai")
HAPPENINGS = (
    Happening("2026-01-02T00:00:00Z", "package", "preserve 1", "ingestion end", "success", "e1"),
    Happening("2026-01-02T00:00:01Z", "ledger", "chen", "case.registered", "success", "4", details={}),
    Happening("2026-02-01T16:30:00Z", "ledger", "chen", "copy.changed", "fail", "9", details={}),
)


def lines_of(history: History) -> str:
    with speaking("en"):
        section = verdict(history, {"m-1": "Main store"}, ZONE)
        assert section.bad == (not history.sound)
        return section.words


def test_moments_are_told_in_the_bureau_s_zone_and_others_as_they_stand() -> None:
    assert local("2026-02-01T16:30:00Z", ZONE) == "2026-02-02 00:30:00"
    assert local("some day", ZONE) == "some day"


def test_the_verdict_is_good_only_where_nothing_stands_against_it() -> None:
    with speaking("en"):
        assert say("history.verdict-good") in lines_of(history_of())
        assert say("history.ledger-good", entries=12) in lines_of(history_of())
        damaged = history_of(copies=((copy_of("verified"), MEDIUM), (copy_of("suspect"), MEDIUM)))
        assert say("history.verdict-bad") in lines_of(damaged)
        assert say("history.copies-bad", count=2, bad=1) in lines_of(damaged)
        finding = Finding("history.package-unread", NAME, "error", {"reason": "gone"})
        doubtful = lines_of(history_of(findings=(finding,)))
        assert say("history.verdict-bad") in doubtful
        assert say(finding.code, where=NAME, reason="gone") in doubtful
        assert say("history.ledger-good", entries=12) not in doubtful
        assert say("history.no-copies") in lines_of(history_of(copies=()))


def test_of_a_case_that_was_destroyed_no_copy_is_missing() -> None:
    gone = Gone(OBJID, "", "D2026-0001", "destroyed", "2026-02-01T16:30:00Z", "0" * 64)
    lines = lines_of(history_of(gone=(gone,), copies=(), missing=(("optical", 2),)))
    with speaking("en"):
        assert say("history.verdict-gone", disposal="D2026-0001", when="2026-02-02 00:30:00") in lines
    assert lines.count("\n") == 4
    assert len(lines_of(history_of(missing=(("optical", 2),))).split("\n")) == 6


@pytest.mark.parametrize(("day", "audited"), [(1, True), (20, False)])
def test_what_was_verified_last_is_the_later_of_writing_and_audit(day: int, audited: bool) -> None:
    check = Record(datetime(2026, 2, 10, tzinfo=UTC), "run-1", NAME, "m-1", "", 7, 999, "0" * 64, "intact", "", "", 5)
    history = history_of(last=check, copies=((copy_of("verified", verified=f"2026-02-{day:02}T00:00:00Z"), MEDIUM),))
    words = lines_of(history)
    assert ("Main store" in words) == audited
    assert ("2026-02-10" in words) == audited and (f"2026-02-{day:02}" in words) != audited


def test_every_event_has_its_row_and_the_proof_names_its_entries() -> None:
    with speaking("en"):
        parts = sections(history_of(happenings=HAPPENINGS, listings=3), {}, ZONE, ("a-proof/", "ab" * 32))
        proof, table = parts[3], parts[5]
        assert [(row[0], row[1]) for row in table.rows] == [
            ("1", "2026-01-02 08:00:00"),
            ("2", "2026-01-02 08:00:01"),
            ("3", "2026-02-02 00:30:00"),
        ]
        assert table.rows[2][5] == say("history.outcome-fail") and table.fresh
        values = dict(proof.rows)
        assert values[say("history.proof-entries")] == say("history.proof-range", count=2, first="4", last="9")
        assert values[say("history.proof-digest")] == "ab" * 32
        assert values[say("history.proof-listings")] == say("history.times", count=3)
        for section in parts:
            assert all(len(row) == len(section.heads) for row in section.rows)


def test_an_object_s_history_says_which_object() -> None:
    subject = Subject("id-1", "data/a.pdf", "original", 1234, "cd" * 32, "PDF 1.7", "fmt/276")
    history = history_of(subject=subject, title="")
    with speaking("en"):
        assert title(history) != title(history_of())
        rows = dict(sections(history, {}, ZONE, ("", ""))[1].rows)
    assert {"data/a.pdf", "cd" * 32, "id-1", "PDF 1.7 fmt/276"} <= set(rows.values())
    assert "测试案" not in rows.values()
