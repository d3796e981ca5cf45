"""Fields of forms as values, and what is no day, no number, no digest."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.datastructures import ImmutableMultiDict

from preserve.errors import UsageError
from preserve.web import forms
from preserve.web.asked import Asked


def asked(**fields: str) -> Asked:
    return cast(Asked, SimpleNamespace(form=ImmutableMultiDict(fields), files=cast(Any, ImmutableMultiDict([]))))


def test_days_and_numbers_and_names() -> None:
    assert forms.day(asked(until=" 2036-12-31 "), "until") == date(2036, 12, 31)
    assert forms.day(asked(), "until") is None
    assert forms.numbers(["3", "1", "3"]) == [3, 1]
    assert forms.names(" 甲，乙\r\n乙；丙、, \n") == ["甲", "乙", "丙"]
    assert forms.one_of("b", ("a", "b"), "a") == "b" and forms.one_of("<", ("a", "b"), "a") == "a"
    assert forms.seen(asked(seen="a" * 64)) == "a" * 64


@pytest.mark.parametrize("text", ["31.12.2036", "2036-13-01", "soon"])
def test_what_is_no_day_is_said(text: str) -> None:
    with pytest.raises(UsageError, match=r"web\.appraisal-day-wrong"):
        forms.day(asked(until=text), "until")


@pytest.mark.parametrize("text", ["", "-1", "1.5", "٣", "1" * 12, "x"])
def test_what_is_no_number_is_said(text: str) -> None:
    with pytest.raises(UsageError, match=r"web\.appraisal-number-wrong"):
        forms.numbers([text])


@pytest.mark.parametrize("text", ["", "a" * 63, "A" * 64, "g" * 64])
def test_what_is_no_digest_is_said(text: str) -> None:
    with pytest.raises(UsageError, match=r"web\.appraisal-not-seen"):
        forms.seen(asked(seen=text))


def test_a_file_that_was_not_sent_is_said() -> None:
    with pytest.raises(UsageError, match=r"web\.field-missing"), forms.uploaded(asked(), "receipt"):
        pass
