"""Working days against an independent source of China's holidays, and against their own arithmetic."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.errors import Refused, Stopped
from preserve.progress import ask_to_stop, stoppable
from preserve.working_days import read_calendar, working_day_from, working_days_after, working_days_between

OTHER = holidays.country_holidays("CN", years=range(2018, 2026))
DAYS = st.dates(date(2018, 1, 1), date(2025, 12, 31))


@given(DAYS)
def test_another_source_agrees(day: date) -> None:
    works, certain = read_calendar()(day)
    assert certain
    assert works == OTHER.is_working_day(day)


@given(DAYS, st.integers(1, 60))
def test_so_many_working_days_later_there_are_so_many_between(day: date, count: int) -> None:
    calendar = read_calendar()
    end, _ = working_days_after(calendar, day, count)
    assert calendar(end)[0]
    assert working_days_between(calendar, day, end)[0] == count
    assert working_days_between(calendar, day, end - timedelta(days=1))[0] == count - 1


def test_the_profile_adds_a_year_and_makes_it_certain(tmp_path: Path) -> None:
    assert working_days_after(read_calendar(), date(2090, 1, 1), 1)[1] is False
    (tmp_path / "calendar.toml").write_text(
        "[[year]]\nyear = 2090\nholidays = [2090-01-02]\nworkdays = [2090-01-07]\n"
    )  # Monday 2 January off, Saturday the 7th worked
    calendar = read_calendar(tmp_path)
    assert working_days_after(calendar, date(2090, 1, 1), 1) == (date(2090, 1, 3), True)
    assert working_days_after(calendar, date(2090, 1, 6), 1) == (date(2090, 1, 7), True)


def test_a_wrong_calendar_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "calendar.toml").write_text('[[year]]\nyear = 2090\nholidays = ["soon"]\n')
    with pytest.raises(Refused) as refusal:
        read_calendar(tmp_path)
    assert [one.where.rpartition(":")[2] for one in refusal.value.findings] == ["3"]


def test_counting_far_days_ends_when_somebody_asks() -> None:
    with stoppable():
        ask_to_stop()
        with pytest.raises(Stopped):
            working_days_between(read_calendar(), date(1, 1, 1), date(2026, 1, 1))
        with pytest.raises(Stopped):
            working_days_after(read_calendar(), date(2026, 1, 1), 2000)


@given(st.dates(), st.integers(0, 40))
def test_no_day_overflows_the_calendar(day: date, count: int) -> None:
    try:
        assert working_days_after(read_calendar(), day, count)[0] >= day
    except ValueError as error:
        assert "no working days" in str(error)
        assert day.year == 9999


@given(DAYS)
def test_a_due_day_is_the_day_itself_or_the_next_working_day(day: date) -> None:
    calendar = read_calendar()
    found, certain = working_day_from(calendar, day)
    assert certain and calendar(found)[0]
    assert working_days_between(calendar, day, found)[0] == (found > day)
