"""Both logs are searched from the newest backwards, page by page, by who acted, what, about what and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import ledger, log_search, looks
from preserve.data_management.both_logs import LogPlace
from preserve.data_management.log_search import Wanted

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def logs(connection: Connection) -> Connection:
    for number in range(40):
        moment = MOMENT + timedelta(minutes=number)
        who = ("li", "wang", 'x","actor":"li')[number % 3]
        about = {"subject": f"s{number % 4}", "actor": who, "details": {"n": number}, "moment": moment}
        if number % 2:
            ledger.append(connection, action="request.approved", **about)
        else:
            looks.append(connection, action="case.viewed", **about)
    return connection


def _all(connection: Connection, wanted: Wanted, limit: int) -> list[int]:
    found, place = [], LogPlace()
    while True:
        page, more = log_search.newest(connection, wanted, before=place, limit=limit)
        assert len(page) <= limit
        found += [entry.details["n"] for entry in page]
        if more is None:
            return found
        place = more


@pytest.mark.parametrize("limit", [1, 3, 20, 39, 40, 41, 200])
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), range(39, -1, -1)),
        (Wanted(actor="li"), range(39, -1, -3)),
        (Wanted(actor="nobody"), []),
        (Wanted(actor="%"), []),
        (Wanted(subject="s1"), range(37, -1, -4)),
        (Wanted(actions=("case.viewed",)), range(38, -1, -2)),
        (Wanted(which="deeds"), range(39, -1, -2)),
        (Wanted(which="looks", actor="wang"), range(34, -1, -6)),
        (
            Wanted(since=stamp(MOMENT + timedelta(minutes=10)), until=stamp(MOMENT + timedelta(minutes=20))),
            range(19, 9, -1),
        ),
        (Wanted(until="2001-01-01T00:00:00Z"), []),
        (Wanted(since="2101-01-01T00:00:00Z"), []),
    ],
)
def test_what_is_wanted_comes_newest_first_and_whole(
    logs: Connection, wanted: Wanted, expected: range, limit: int
) -> None:
    assert _all(logs, wanted, limit) == list(expected)


def test_counts_since_a_moment(logs: Connection) -> None:
    since = stamp(MOMENT + timedelta(minutes=30))
    assert log_search.count_by_action(logs, since) == {"request.approved": 5}
    assert sum(log_search.looks_by_person(logs, since).values()) == 5
    assert log_search.actions(logs) == ("case.viewed", "request.approved")
