"""What a monitor is told is counted rightly: of which jobs, which copies, which day; and ends where it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from ulid import ULID

from preserve.clock import stamp
from preserve.data_management import figures, jobs, ledger
from preserve.data_management.figures import Ended, TakenIn, Unread
from preserve.data_management.tables import cases, copies, media, versions
from preserve.data_management.tables import jobs as jobs_table

NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def _job(connection: Connection, asked: datetime, lane: str, state: str, seconds: int | None = None) -> None:
    started = stamp(asked + timedelta(seconds=60)) if seconds is not None else None
    ended = stamp(asked + timedelta(seconds=60 + seconds)) if seconds is not None else None
    row: Mapping[str, Any] = {
        "id": str(ULID.from_datetime(asked)),
        "operation": "deposits.ingest",
        "arguments": "{}",
        "subject": "案〔2026〕7号",
        "account": "wu",
        "key": "",
        "language": "zh",
        "lane": lane,
        "place": "",
        "state": state,
        "attempt": 1,
        "resumed": 0,
        "asked": stamp(asked),
        "started": started,
        "ended": ended,
    }
    connection.execute(jobs_table.insert(), row)


def test_jobs_that_wait_and_jobs_that_ended_within_the_day(connection: Connection) -> None:
    _job(connection, NOW - 3 * DAY, "ingest", "queued")
    _job(connection, NOW - timedelta(hours=1), "ingest", "queued")
    _job(connection, NOW - timedelta(hours=2), "audit", "running")
    _job(connection, NOW - timedelta(hours=3), "ingest", "done", 40)
    _job(connection, NOW - timedelta(hours=4), "ingest", "done", 20)
    _job(connection, NOW - timedelta(hours=5), "work", "failed", 7)
    _job(connection, NOW - timedelta(hours=5), "work", "stopped")
    _job(connection, NOW - 2 * DAY, "ingest", "done", 5000)
    waiting, since = figures.waiting_jobs(connection)
    assert waiting == {("ingest", "queued"): 2, ("audit", "running"): 1}
    assert since == stamp(NOW - 3 * DAY)
    assert figures.ended_jobs(connection, NOW - DAY) == {
        ("ingest", "done"): Ended(2, 60.0, 40.0),
        ("work", "failed"): Ended(1, 7.0, 7.0),
        ("work", "stopped"): Ended(1, 0.0, 0.0),
    }


def test_a_clock_that_was_set_back_makes_no_negative_seconds(connection: Connection) -> None:
    _job(connection, NOW, "ingest", "done", -30)
    assert figures.ended_jobs(connection, NOW - DAY)["ingest", "done"] == Ended(1, 0.0, 0.0)


def test_nothing_waits_in_an_empty_archive(connection: Connection) -> None:
    assert figures.waiting_jobs(connection) == ({}, "")
    assert figures.taken_in(connection, NOW) == TakenIn(0, 0, 0)
    assert figures.copies_in_trouble(connection) == {}
    assert figures.newest_of(connection, "ledger.verified") is None
    assert figures.entry_before(connection, NOW) == 0


@pytest.mark.parametrize("moment", [NOW, datetime(2000, 1, 1, tzinfo=UTC), NOW + timedelta(milliseconds=1)])
def test_the_first_identifier_of_a_moment_sorts_before_all_of_it_and_after_all_before(moment: datetime) -> None:
    first = figures.first_id(moment)
    assert ULID.from_str(first).datetime == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert first <= str(ULID.from_datetime(moment))
    assert first > str(ULID.from_datetime(moment - timedelta(milliseconds=1)))


def _copy(connection: Connection, name: str, medium: str, state: str, verified: datetime | None = None) -> None:
    row = {"name": name, "medium": medium, "objid": name, "version": 1, "state": state}
    connection.execute(copies.insert(), {**row, "verified": stamp(verified) if verified else None})


def _medium(connection: Connection, name: str, state: str = "in use") -> None:
    row = {"id": name, "kind": "s3", "label": name, "location": "", "state": state, "added": "2026"}
    connection.execute(media.insert(), row)


def test_copies_in_trouble_on_media_that_are_used(connection: Connection) -> None:
    for name, state in (("a", "in use"), ("b", "planned"), ("c", "retired"), ("d", "lost")):
        _medium(connection, name, state)
        for number, of_copy in enumerate(("verified", "suspect", "planned", "retired", "lost")):
            _copy(connection, f"{number}", name, of_copy)
    assert figures.copies_in_trouble(connection) == {"suspect": 2, "planned": 2, "lost": 2}


def test_copies_that_are_due_and_the_longest_unread(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    _medium(connection, "a")
    _medium(connection, "b")
    for days in (1, 89, 90, 91, 200):
        _copy(connection, f"p{days}", "a", "verified", NOW - days * DAY)
    _copy(connection, "suspect", "a", "suspect", NOW - 900 * DAY)
    _copy(connection, "never", "a", "verified")
    _copy(connection, "other", "b", "verified", NOW - 800 * DAY)
    due, overdue = NOW - 90 * DAY, NOW - 97 * DAY
    assert figures.unread(connection, "a", due, overdue) == Unread(3, 1)
    assert figures.oldest_reading(connection, "a") == stamp(NOW - 200 * DAY)
    assert figures.unread(connection, "nobody", due, overdue) == Unread(0, 0)
    assert figures.oldest_reading(connection, "nobody") == ""
    monkeypatch.setattr(figures, "MOST", 2)
    assert figures.unread(connection, "a", due, overdue).due == 2


def test_what_was_taken_in_since(connection: Connection) -> None:
    case = {"objid": "o", "case_number": "n", "title": "t", "case_type": "penalty", "producer": "p"}
    connection.execute(cases.insert(), {**case, "classification": "internal", "long_term": False, "description": "{}"})
    for version, age in ((1, 2 * DAY), (2, timedelta(hours=23)), (3, timedelta(0))):
        row = {"objid": "o", "version": version, "name": f"o{version}", "created": stamp(NOW - age)}
        sums = {"files": 10 * version, "size": 1000 * version, "manifest_sha256": ""}
        connection.execute(versions.insert(), {**row, **sums})
    assert figures.taken_in(connection, NOW - DAY) == TakenIn(2, 50, 5000)


def test_deeds_of_a_day_by_their_place_in_the_ledger(connection: Connection) -> None:
    for hours in range(100):
        action = "access.denied" if hours % 2 else "person.login-refused"
        moment = NOW - timedelta(hours=100 - hours)
        ledger.append(connection, action=action, subject="x", actor="wu", details={}, moment=moment)
    assert figures.entry_before(connection, NOW - DAY) == 76
    assert figures.entry_before(connection, NOW + DAY) == 100
    assert figures.entry_before(connection, NOW - 200 * DAY) == 0
    found = figures.deeds(connection, ("access.denied", "person.login-refused", "no.such"), NOW - DAY)
    assert found == {"access.denied": 12, "person.login-refused": 12, "no.such": 0}
    newest = figures.newest_of(connection, "access.denied", "no.such")
    assert newest is not None and newest.number == 100


def test_every_state_of_a_job_has_ended_or_has_not() -> None:
    assert {*jobs.WAITING, *jobs.AT_WORK, *figures._ENDED} == set(jobs.State.__args__)  # type: ignore[attr-defined]
