"""A plan and the decisions about it, as they are kept."""

from __future__ import annotations

from preserve.ingest.legacy.plans import Decision, later_wins, read_decisions, read_plan, write_decisions, write_plan
from preserve.ingest.legacy.records import FoundFile, Match
from tests.unit.ingest.legacy.test_case_files import plan


def test_a_plan_is_read_as_it_was_written_with_names_that_are_no_text() -> None:
    made = plan([FoundFile("C1", "a/\udcd0x", 5, 7)], [Match(0, "C1", "a/", "folder", "certain")])
    data = write_plan(made)
    assert read_plan(data) == made
    assert write_plan(read_plan(data)) == data


def test_the_later_of_two_answers_counts() -> None:
    first, second = Decision("C1", "a/", "yes", "k0"), Decision("C1", "a/", "no", "k0")
    assert later_wins((first,), (second,)) == (second,)
    assert read_decisions(write_decisions([second])) == (second,)
