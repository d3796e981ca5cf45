"""Facts of a row: what is written is what is read, and objects that are alike are written once."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from preserve.administration.retention.facts import calculate, facts_text, read_facts
from preserve.administration.retention.periods import CaseFacts, ObjectFacts, due_of_case, due_of_object
from preserve.administration.retention.profile import read_retention
from preserve.data_management.retention_index import RetentionRow

DAYS = st.none() | st.dates(date(1990, 1, 1), date(2090, 12, 31))
DECLARED = st.sampled_from(["10-years", "30-years", "permanent"])
CASES = st.builds(CaseFacts, DAYS, DAYS, st.sampled_from(["penalty", "licence"]), DECLARED, st.booleans())
OBJECTS = st.builds(ObjectFacts, st.booleans(), st.booleans(), st.just("") | DECLARED, DAYS, st.booleans())


@given(CASES, st.lists(OBJECTS, max_size=6))
def test_what_is_written_is_read(case: CaseFacts, objects: list[ObjectFacts]) -> None:
    text = facts_text(case, objects)
    read, listed = read_facts(text)
    assert read == case
    assert set(listed) == set(objects) and len(listed) == len(set(objects))
    assert facts_text(read, listed) == text


@given(CASES, st.lists(OBJECTS, min_size=1, max_size=4))
def test_a_row_gives_the_day_that_its_facts_give(case: CaseFacts, objects: list[ObjectFacts]) -> None:
    profile = read_retention(None)
    whole = due_of_case(profile, case, dict.fromkeys(objects))
    row = RetentionRow("aip-1", "", facts_text(case, objects), "", "", "", None)
    assert (calculate(profile, row).day, calculate(profile, row).never) == (whole.day, whole.never)
    recording = RetentionRow("aip-1", "object-1", facts_text(case, objects[:1]), "", "", "", None)
    own = due_of_object(profile, case, objects[0])
    assert calculate(profile, recording, row.facts).day == (own or whole).day


def test_cases_without_recordings_begin_alike() -> None:
    case = CaseFacts(date(2013, 5, 20), None, "penalty", "10-years", False)
    assert json.loads(facts_text(case, []))["objects"] == []
    assert facts_text(case, []).startswith('{"objects":[]')  # what changes of rules are remembered by


def test_rows_of_earlier_releases_are_read_as_of_what_was_filed_with_the_case() -> None:
    case = CaseFacts(date(2013, 5, 20), None, "penalty", "10-years", False)
    text = facts_text(case, [ObjectFacts(True, False, "", date(2013, 5, 1))])
    assert json.loads(text)["objects"] == [[1, 0, "", "2013-05-01"]]
    assert read_facts(text)[1] == [ObjectFacts(True, False, "", date(2013, 5, 1), True)]
