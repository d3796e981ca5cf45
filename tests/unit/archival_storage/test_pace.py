"""How fast and how long an audit reads: hours over midnight, a budget that counts what is begun, rests that are due."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.archival_storage.pace import Budget, OutOfBudget, Pace, parse_hours, parse_size, parse_span, stepped_back
from preserve.errors import UsageError

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Clock:
    """Time that goes on only when somebody reads or rests."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def nap(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


def pace(budget: Budget, clock: Clock, now: datetime = NOON) -> Pace:
    return Pace(budget, lambda moved: None, lambda: now, clock, clock.nap)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), (" 1.5 h ", 5400)])
def test_spans(text: str, seconds: float) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize(("text", "size"), [("500", 500), ("20GB", 20 * 10**9), ("1.5 TB", 15 * 10**11), ("3k", 3000)])
def test_sizes_as_drives_are_sold(text: str, size: int) -> None:
    assert parse_size(text) == size


@given(st.text(max_size=12))
def test_what_makes_no_sense_is_a_mistake_of_the_caller(text: str) -> None:
    for parse in (parse_span, parse_size, parse_hours):
        try:
            parse(text)
        except UsageError as error:
            assert error.where == text


def test_hours_may_go_over_midnight_and_are_the_bureau_s() -> None:
    budget = Budget(hours=parse_hours("22:00-06:00"), zone=ZoneInfo("Asia/Shanghai"))
    opened = {hour for hour in range(24) if budget.open_at(NOON.replace(hour=hour))}
    assert opened == {14, 15, 16, 17, 18, 19, 20, 21}  # UTC; at 6 it is over
    assert parse_hours("08:00-12:30") == (time(8), time(12, 30)) and parse_hours("") is None


def test_half_of_the_time_is_rest() -> None:
    clock = Clock()
    reading = pace(Budget(share=0.25), clock)
    clock.seconds += 1
    reading(10)
    assert sum(clock.slept) == pytest.approx(3) and max(clock.slept) <= 0.25
    assert reading.size == 10
    before = len(clock.slept)
    pace(Budget(share=1), clock)(5)
    assert len(clock.slept) == before


def test_what_is_begun_counts_though_it_is_not_read_yet() -> None:
    reading = pace(Budget(size=100), Clock())
    reading.check(60)
    reading.check(60)  # what is begun is finished: a file may go over
    with pytest.raises(OutOfBudget, match="bytes"):
        reading.check(1)
    other = pace(Budget(size=100), Clock())
    other(100)  # of files whose size nobody knew
    with pytest.raises(OutOfBudget, match="bytes"):
        other.check()


def test_time_and_hours_end_it() -> None:
    clock = Clock()
    reading = pace(Budget(seconds=10), clock)
    clock.seconds = 9.9
    reading.check()
    clock.seconds = 10
    with pytest.raises(OutOfBudget, match="seconds"):
        reading.check()
    closed = Budget(hours=(time(1), time(2)))
    with pytest.raises(OutOfBudget, match="hours"):
        pace(closed, Clock()).check()
    pace(closed, Clock(), NOON - timedelta(hours=10, minutes=30)).check()


def test_only_the_work_steps_back() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    mine = priority()
    assert stepped_back(priority) == min(mine + 10, 19) and priority() == mine
    with pytest.raises(ZeroDivisionError):
        stepped_back(lambda: 1 // 0)
