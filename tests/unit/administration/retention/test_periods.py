"""Retention as arithmetic: leap days, several events, several classes, the floor that nothing undercuts."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from preserve.administration.retention.periods import CaseFacts, ObjectFacts, due_of_case, due_of_object, last_day
from preserve.administration.retention.profile import RetentionProfile, read_retention
from preserve.errors import Refused

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
DECLARED = st.sampled_from(["10-years", "30-years", "permanent"])
SHIPPED = read_retention(None)


def cls(name: str = "c", applies_to: str = "case", **more: object) -> dict[str, object]:
    words = {"zh": "类", "en": "class"}
    return {
        "name": name,
        "label": words,
        "applies_to": applies_to,
        "starts": ["closing"],
        "article": "19",
        "basis": words,
        **({} if "permanent" in more else {"years": 10}),
        **more,
    }


def profile(*classes: dict[str, object], **more: object) -> RetentionProfile:
    return RetentionProfile.model_validate({"class": list(classes), **more})


CLASSES = st.lists(
    st.builds(
        lambda to, years, count, starts, declared, long_term, number: cls(
            f"c{number}",
            to,
            years=years,
            count=count,
            declared=declared,
            long_term=long_term,
            starts=[one for one in starts if to == "recording" or one != "recording"] or ["closing"],
        ),
        st.sampled_from(["case", "recording"]),
        st.integers(1, 60),
        st.sampled_from(["next-year", "day-after"]),
        st.lists(st.sampled_from(["closing", "filing", "recording"]), min_size=1, max_size=3, unique=True),
        st.sampled_from([(), ("10-years",), ("30-years", "permanent")]),
        st.sampled_from([None, True, False]),
        st.integers(0, 10**9),
    ),
    min_size=1,
    max_size=5,
)
FACTS = st.builds(CaseFacts, st.none() | DAYS, st.none() | DAYS, st.just("penalty"), DECLARED, st.booleans())
OBJECTS = st.lists(
    st.builds(ObjectFacts, st.booleans(), st.booleans(), st.just("") | DECLARED, st.none() | DAYS, st.booleans()),
    max_size=4,
)


@given(DAYS, st.integers(1, 200))
def test_a_period_from_the_day_after_ends_on_the_corresponding_day(start: date, years: int) -> None:
    end = last_day(start, years, "day-after")
    assert end.year == start.year + years
    if (start.month, start.day) == (2, 29) and not calendar.isleap(end.year):
        assert (end.month, end.day) == (2, 28)
    else:
        assert (end.month, end.day) == (start.month, start.day)


@given(DAYS, st.integers(1, 200))
def test_a_period_from_the_first_of_january_ends_with_a_year_and_is_never_shorter(start: date, years: int) -> None:
    end = last_day(start, years, "next-year")
    assert (end.month, end.day, end.year) == (12, 31, start.year + years)
    assert end >= last_day(start, years, "day-after")


@settings(max_examples=60, deadline=None)
@given(CLASSES, FACTS, OBJECTS)
def test_nothing_undercuts_the_floor(
    classes: list[dict[str, object]], facts: CaseFacts, objects: list[ObjectFacts]
) -> None:
    """Whatever a profile says: 5 years for a recording, 10 for a case, what the description itself promises, longer for Art. 18."""
    try:
        rules = profile(*classes)
    except ValidationError:
        return  # a profile below the floor is refused as a whole
    whole = due_of_case(rules, facts, objects)
    for one in objects:
        own = due_of_object(rules, facts, one)
        if own is None:
            continue
        assert one.recording
        if own.day is not None:
            # What was filed with the case was recorded by the day of filing, where nobody wrote down when.
            recorded = one.recorded or (facts.filed if one.with_case else None)
            assert recorded is not None and own.day > last_day(recorded, 5, "day-after")
            assert whole.day is None or whole.day >= own.day
            if facts.long_term:
                assert facts.closed is not None and own.day > last_day(facts.closed, 16, "day-after")
        else:
            assert whole.day is None
    if whole.day is not None:
        assert facts.closed is not None
        promised = {"10-years": 10, "30-years": 30}[facts.declared]
        assert whole.day > last_day(facts.closed, promised, "day-after")
        assert not facts.long_term or whole.day > last_day(facts.closed, 16, "day-after")
        assert all(one.declared != "permanent" for one in objects)


@settings(max_examples=60, deadline=None)
@given(CLASSES, FACTS, OBJECTS)
def test_one_more_class_never_shortens(
    classes: list[dict[str, object]], facts: CaseFacts, objects: list[ObjectFacts]
) -> None:
    try:
        more, fewer = profile(*classes), profile(*classes[:-1]) if len(classes) > 1 else None
    except ValidationError:
        return
    assume(fewer is not None)
    assert fewer is not None
    before, after = due_of_case(fewer, facts, objects), due_of_case(more, facts, objects)
    if before.periods and before.rule and before.never != "unknown":
        assert after.day is None or (before.day is not None and after.day >= before.day)


@given(FACTS, OBJECTS)
def test_what_is_unknown_never_falls_due(facts: CaseFacts, objects: list[ObjectFacts]) -> None:
    if facts.closed is None:
        due = due_of_case(SHIPPED, facts, objects)
        assert due.day is None and due.never in ("unknown", "permanent")
    for one in objects:
        own = due_of_object(SHIPPED, facts, one)
        if own is not None and one.recorded is None and not (one.with_case and facts.filed):
            assert own.day is None


def test_the_latest_of_several_events_counts() -> None:
    facts = CaseFacts(date(2020, 3, 1), date(2020, 9, 1), "penalty", "10-years", False)
    rules = profile(
        cls("case"), cls("r", "recording", years=5, starts=["recording", "closing", "filing"], count="day-after")
    )
    due = due_of_object(rules, facts, ObjectFacts(True, False, "", date(2020, 2, 29)))
    assert due is not None and due.day == date(2025, 9, 2)
    later = due_of_object(rules, facts, ObjectFacts(True, False, "", date(2024, 2, 29)))
    assert later is not None and later.day == date(2029, 3, 1)  # 28 February 2029 is its last day


def test_shipped_rules_by_hand() -> None:
    ordinary = CaseFacts(date(2015, 12, 31), date(2016, 1, 20), "penalty", "10-years", False)
    assert due_of_case(SHIPPED, ordinary, []).day == date(2026, 1, 1)
    assert due_of_case(SHIPPED, CaseFacts(date(2016, 1, 1), None, "penalty", "10-years", False), []).day == date(
        2027, 1, 1
    )
    assert due_of_case(SHIPPED, CaseFacts(date(2016, 1, 1), None, "penalty", "30-years", False), []).day == date(
        2047, 1, 1
    )
    assert (
        due_of_case(SHIPPED, CaseFacts(date(2016, 1, 1), None, "penalty", "permanent", False), []).never == "permanent"
    )
    long_term = CaseFacts(date(2016, 1, 1), None, "penalty", "10-years", True)
    assert due_of_case(SHIPPED, long_term, []).day == date(2047, 1, 1)
    # Art. 16 makes the file of texts and recordings: only what a person says was not filed with it goes by itself.
    assert due_of_object(SHIPPED, ordinary, ObjectFacts(True, False, "", date(2015, 11, 3))) is None
    own = due_of_object(SHIPPED, ordinary, ObjectFacts(True, False, "", date(2015, 11, 3), with_case=False))
    assert own is not None and own.day == date(2021, 1, 1)  # from closing, which is later than the recording
    assert (
        due_of_object(SHIPPED, ordinary, ObjectFacts(True, True, "", date(2015, 11, 3))) is None
    )  # kept with the case
    after = ObjectFacts(True, True, "", date(2024, 5, 5))
    assert due_of_case(SHIPPED, ordinary, [after]).day == date(2029, 5, 6)  # a recording from after closing


@pytest.mark.parametrize(
    "wrong",
    [
        "[floor]\nrecording_years = 4\n",
        "[floor]\ncase_years = 9\n",
        "[floor]\nlong_term_years = 15\n",
        "[appraisal]\ngroup = 1\n",
    ],
)
def test_a_profile_below_the_law_is_refused_with_its_line(tmp_path: Path, wrong: str) -> None:
    text = (Path(__file__).parents[4] / "profiles" / "retention.toml").read_text(encoding="utf-8")
    table = wrong.splitlines()[0]
    start = text.index(table)
    end = text.index("\n[", start)
    (tmp_path / "retention.toml").write_text(text[:start] + wrong + text[end:], encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_retention(tmp_path)
    assert refusal.value.code == "profile.wrong"


def test_a_class_below_the_floor_is_refused() -> None:
    for one in (cls("r", "recording", years=4), cls("c", years=9), cls("l", "recording", years=15, long_term=True)):
        with pytest.raises(ValidationError, match="floor"):
            profile(one)
    assert profile(cls("r", "recording", years=5)).classes[0].years == 5
    with pytest.raises(ValidationError, match="floor"):
        profile(cls("c", years=10), floor={"case_years": 15})


def test_the_last_day_is_still_kept() -> None:
    facts = CaseFacts(date(2020, 2, 29), None, "penalty", "10-years", False)
    rules = profile(cls("c", years=10, count="day-after"))
    due = due_of_case(rules, facts, [])
    assert due.day == date(2031, 1, 1), "what the description promises counts by calendar years"
    assert due.day - timedelta(days=1) == date(2030, 12, 31)
