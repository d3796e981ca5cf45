"""The case description: what is read as a day, which limits hold, that unknown fields are refused, the round trip."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from preserve.description.fixed_values import Classification
from preserve.description.schema import MOST_SECONDS, CaseDescription, ClockOffset, MeasureTaken


def described(**changes: Any) -> dict[str, Any]:
    return {
        "case_number": "临文综罚〔2026〕7号",
        "case_type": "penalty",
        "title": "擅自举办营业性演出",
        "cause": "擅自演出",
        "producer": {"name": "临江市文化和旅游局"},
        "start": "2026-01-05",
        "closed": "2026-02-02",
        "objects": [{"file": "a.txt", "kind": "立案审批表", "stage": "initiation"}],
        **changes,
    }


def mistakes(**changes: Any) -> list[tuple[str, str]]:
    try:
        CaseDescription.model_validate(described(**changes))
    except ValidationError as error:
        return [(".".join(map(str, mistake["loc"])), mistake["type"]) for mistake in error.errors()]
    return []


def test_a_description_comes_back_from_json_as_it_was() -> None:
    case = CaseDescription.model_validate(described(title="  题名 ", parties=[{"name": "张三"}]))
    assert case.title == "题名"
    assert case.parties[0].classification is Classification.PRIVACY
    assert CaseDescription.model_validate_json(case.model_dump_json()) == case
    assert json.loads(case.model_dump_json())["start"] == "2026-01-05"


@pytest.mark.parametrize("value", [20260312, 1.7e9, "20260312", " 1760000000 ", "+5", "1760054400.0", "-5.5"])
def test_a_bare_number_is_no_day(value: object) -> None:
    assert mistakes(start=value) == [("start", "date_is_number")]


@given(st.dates())
def test_a_day_is_taken_where_its_year_is_one_of_this_archive(day: date) -> None:
    expected = [] if 1949 <= day.year <= 2100 else [("closed", "date_year")]
    assert mistakes(closed=day.isoformat()) == expected


def test_names_texts_and_fields_have_their_limits() -> None:
    assert mistakes(case_type="行政处罚") == [("case_type", "string_pattern_mismatch")]
    assert mistakes(case_type="a" * 65) == [("case_type", "string_pattern_mismatch")]
    assert mistakes(title="  ") == [("title", "string_too_short")]
    assert mistakes(title="字" * 2001) == [("title", "string_too_long")]
    assert mistakes(note="字" * 100_001) == [("note", "string_too_long")]
    assert mistakes(parties=[{"name": "甲"}] * 10_001) == [("parties", "too_long")]
    assert mistakes(clsoed="2026-01-01") == [("clsoed", "extra_forbidden")]
    assert mistakes(producer={"name": "局", "phone": "1"}) == [("producer.phone", "extra_forbidden")]


def test_a_clock_is_off_by_ten_years_at_most_and_by_a_number() -> None:
    def offset(seconds: object) -> ClockOffset:
        return ClockOffset.model_validate({"device": "DSJ-1", "seconds": seconds, "source": "对时记录"})

    assert offset(-MOST_SECONDS).seconds == -MOST_SECONDS
    for seconds in (MOST_SECONDS + 1, float("nan"), float("inf")):
        with pytest.raises(ValidationError):
            offset(seconds)


def test_moments_keep_their_zone_and_their_absence() -> None:
    taken = MeasureTaken.model_validate({"measure": "seizure", "start": "2026-01-05T09:30:00+08:00"})
    assert taken.start.utcoffset() is not None
    bare = MeasureTaken.model_validate({"measure": "seizure", "start": "2026-01-05T09:30"})
    assert bare.start.tzinfo is None
    for number in (1_760_000_000, "1760000000", "1760000000.5"):
        with pytest.raises(ValidationError, match="a bare number is no date"):
            MeasureTaken.model_validate({"measure": "seizure", "start": number})


def test_the_whole_is_as_strict_as_its_strictest_object() -> None:
    objects = [
        {"file": f"{number}.txt", "kind": "笔录", "stage": "filing", "classification": name}
        for number, name in enumerate((None, "privacy", "commercial-secret"))
    ]
    assert CaseDescription.model_validate(described()).strictest is Classification.INTERNAL
    assert CaseDescription.model_validate(described(objects=objects)).strictest is Classification.COMMERCIAL_SECRET
    own = described(objects=objects, classification="state-secret")
    assert CaseDescription.model_validate(own).strictest is Classification.STATE_SECRET
