"""Working days: the State Council's holidays and make-up days, and the years that `profiles/calendar.toml` adds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from preserve.profiles import read_profile
from preserve.progress import check_stop

_LIMIT = 3660  # days looked at before something must be wrong with the calendar itself


class Year(BaseModel):
    """One year as the State Council announced it: days off work, and week-end days on which people work."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: Annotated[int, Field(ge=2004, le=2200)]
    holidays: tuple[date, ...]
    workdays: tuple[date, ...] = ()
    source: str = ""


class CalendarProfile(BaseModel):
    """`profiles/calendar.toml`: years that the library does not know, or knows wrongly; they go before it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: tuple[Year, ...] = ()


Calendar = Callable[[date], tuple[bool, bool]]
"""Whether people work on a day, and whether that is certain."""


def read_calendar(own: Path | None = None) -> Calendar:
    """The calendar of the profile and the library. Raises Refused for a wrong profile."""
    return _calendar(read_profile("calendar.toml", CalendarProfile, own))


@cache
def _calendar(profile: CalendarProfile) -> Calendar:
    import chinese_calendar

    known = {one.year: (frozenset(one.holidays), frozenset(one.workdays)) for one in profile.year}

    @lru_cache(maxsize=1 << 14)  # each of several rules counts over the same months
    def works(day: date) -> tuple[bool, bool]:
        if day.year in known:
            holidays, workdays = known[day.year]
            return day in workdays or (day.weekday() < 5 and day not in holidays), True
        try:
            return bool(chinese_calendar.is_workday(day)), True
        except NotImplementedError:
            return day.weekday() < 5, False

    return works


def _ask(day: date) -> None:
    """Whether to stop, asked some times a year: it costs more than the counting."""
    if not day.toordinal() % 64:
        check_stop()


def working_days_after(calendar: Calendar, day: date, count: int) -> tuple[date, bool]:
    """The day that is `count` working days after `day`, and whether that is certain.

    It is not certain where a year on the way is not known yet: Monday to Friday then count, and it must be said.
    Raises ValueError where the calendar has ten years without enough working days.
    """
    certain = True
    end = date.fromordinal(min(day.toordinal() + _LIMIT, date.max.toordinal()))
    while count > 0:
        if day >= end:
            raise ValueError("no working days")
        day += timedelta(days=1)
        _ask(day)
        works, sure = calendar(day)
        certain = certain and sure
        count -= works
    return day, certain


def working_days_between(calendar: Calendar, first: date, last: date) -> tuple[int, bool]:
    """How many working days lie after `first`, up to and with `last`; and whether that is certain.

    Raises Stopped where somebody asked to stop: between far days there are many.
    """
    count, certain = 0, True
    day = first
    while day < last:
        day += timedelta(days=1)
        _ask(day)
        works, sure = calendar(day)
        certain = certain and sure
        count += works
    return count, certain


def working_day_from(calendar: Calendar, day: date) -> tuple[date, bool]:
    """The day itself, or the next on which people work (民事诉讼法 Art. 85); and whether that is certain.

    Raises ValueError where the calendar has ten years without one.
    """
    works, certain = calendar(day)
    if works:
        return day, certain
    following, sure = working_days_after(calendar, day, 1)
    return following, certain and sure
