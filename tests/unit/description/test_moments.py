"""Days and times as people write them, and what is none."""

from __future__ import annotations

from datetime import datetime

import pytest

from preserve.description.moments import day_of, iso, of_serial, on_the_day_of


@pytest.mark.parametrize(
    "written",
    [
        "2026.9.15",
        "2026-9-15",
        "2026/09/15",
        "2026年9月15日",
        "2026年9月15号",
        "2026 年 9 月 15 日",
        "２０２６年９月１５日",
        "２０２６／９／１５",
        "2026年9月15日（星期二）",
        "2026-09-15 周二",
        "二〇二六年九月十五日",
        "二○二六年九月十五日",
        "20260915",
        "46280",
    ],
)
def test_every_usual_way_of_writing_a_day(written: str) -> None:
    assert iso(written) == "2026-09-15"


@pytest.mark.parametrize(
    "written",
    [
        "2026.9.15 20:12",
        "2026年9月15日20时12分",
        "2026年9月15日 20：12",
        "2026-09-15T20:12:00",
        "2026/9/15 下午 8:12",
        "2026/9/15 8:12:00 PM",
        "2026年9月15日晚上8点12分",
        "20260915201200",
        "20260915 2012",
        "46280.8416666667",
    ],
)
def test_every_usual_way_of_writing_a_moment(written: str) -> None:
    assert iso(written) == "2026-09-15T20:12:00"


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ("20:12", "2026-09-15T20:12:00"),
        ("20时12分", "2026-09-15T20:12:00"),
        ("２０：１２", "2026-09-15T20:12:00"),
        ("下午8:12", "2026-09-15T20:12:00"),
        ("次日0:10", "2026-09-16T00:10:00"),
        ("24:00", "2026-09-16T00:00:00"),
        ("2026.9.16 0:10", "2026-09-16T00:10:00"),
        ("随后", "随后"),
    ],
)
def test_an_end_that_is_a_time_alone_is_of_the_day_of_the_start(written: str, end: str) -> None:
    assert on_the_day_of("2026-09-15T19:30:00", written) == end


def test_without_a_start_a_time_alone_stays_what_it_is() -> None:
    assert on_the_day_of(None, "20:12") == "20:12"
    assert on_the_day_of("下午", "20:12") == "20:12"


@pytest.mark.parametrize(
    "written",
    ["2026年9月", "9月15日", "26.9.15", "15/9/2026", "一二年三月四日", "86400", "1234", "上周", "12:00", "2026"],
)
def test_what_leaves_the_day_open_stays_as_it_was(written: str) -> None:
    assert iso(written) == written


def test_nothing_is_nothing() -> None:
    assert iso("  ") is None


def test_a_spreadsheets_other_calendar() -> None:
    assert of_serial(44818, datetime.fromisoformat("1904-01-01")) == "2026-09-15"


def test_only_whole_moments_become_their_day() -> None:
    assert day_of("2026-09-15T20:12:00") == "2026-09-15"
    assert day_of("2026-09-15T20:12:00+08:00") == "2026-09-15T20:12:00+08:00"
    assert day_of(None) is None
