"""Days as old lists write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.ingest.legacy.days import known_day, known_span, month_of_cell

DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))
FORMS = st.sampled_from(
    [
        "{0.year}年{0.month}月{0.day}日",
        "{0.year}.{0.month}.{0.day}",
        "{0:%Y%m%d}",
        "{0:%Y-%m-%d}",
        "{0.year}/{0.month}/{0.day}",
    ]
)


@given(DAYS, FORMS)
def test_a_day_is_that_day_in_every_form(day: date, form: str) -> None:
    found = known_day(form.format(day))
    assert found is not None
    assert (found.text, found.whole) == (day.isoformat(), True)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("2019-3", "2019-03"),
        ("2019年3月", "2019-03"),
        ("201903", "2019-03"),
        ("2019", "2019"),
        ("2019年度", "2019"),
        ("二〇一九年三月五日", "2019-03-05"),
        ("２０１９．３．５", "2019-03-05"),
        ("43529", "2019-03-05"),
    ],
)
def test_what_is_known_of_a_day(written: str, text: str) -> None:
    found = known_day(written)
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize(
    "written", ["", "不详", "2019-13", "2019-02-30", "1066", "19.3.5", "昨天", "2019年3月5日至6日"]
)
def test_what_is_no_day_is_none(written: str) -> None:
    assert known_day(written) is None


@given(st.tuples(DAYS, DAYS), FORMS, st.sampled_from(["至", "—", "~", " - ", "－"]))
def test_a_span_is_its_two_days(days: tuple[date, date], form: str, between: str) -> None:
    first, last = sorted(days)
    found = known_span(form.format(first) + between + form.format(last))
    assert found is not None
    assert found[0] is not None
    assert (found[0].text, found[1].text) == (first.isoformat(), last.isoformat())


def test_spans_in_part() -> None:
    assert known_span("2019-2020") == (known_day("2019"), known_day("2020"))
    assert known_span("2019.3.5-6.7") == (known_day("2019-03-05"), known_day("2019-06-07"))
    assert known_span("2019年") == (None, known_day("2019"))
    assert known_span("2020.1.1-2019.1.1") is None


def test_a_cell_that_shows_no_day_has_none() -> None:
    first = datetime(2019, 3, 1)
    assert month_of_cell(first, 'yyyy"年"m"月"') == "2019-03"
    assert month_of_cell(first, "mmm-yy") == "2019-03"
    assert month_of_cell(first, "yyyy-mm-dd") == ""
    assert month_of_cell("2019", "yyyy") == ""


@given(st.text(max_size=40))
def test_nothing_that_is_written_breaks_it(text: str) -> None:
    known_day(text)
    known_span(text)
