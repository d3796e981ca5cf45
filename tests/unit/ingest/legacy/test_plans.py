"""A plan and the decisions about it, as they are kept."""

from __future__ import annotations

import json
from dataclasses import replace

from preserve.ingest.legacy.case_files import CaseFiles
from preserve.ingest.legacy.handing import paper
from preserve.ingest.legacy.plans import Decision, later_wins, read_decisions, read_plan, write_decisions, write_plan
from preserve.ingest.legacy.records import FoundFile, Match
from tests.unit.ingest.legacy.test_case_files import plan


def test_a_plan_is_read_as_it_was_written_with_names_that_are_no_text() -> None:
    made = plan([FoundFile("C1", "a/\udcd0x", 5, 7)], [Match(0, "C1", "a/", "folder", "certain")])
    data = write_plan(made)
    assert read_plan(data) == made
    assert write_plan(read_plan(data)) == data


def test_rows_are_kept_as_written_and_a_plan_without_them_stays_what_it_was() -> None:
    old = plan([FoundFile("C1", "a", 5, 7)], [])
    assert b"written" not in write_plan(old)
    case = replace(old.cases[0], written=({"结案日期": "二〇一二年"},))
    made = replace(old, cases=(case, *old.cases[1:]))
    assert read_plan(write_plan(made)) == made
    told = json.loads(paper(made, 0, CaseFiles((), ())))
    assert told["rows"] == [{"sheet": "s", "row": 0, "as_written": {"结案日期": "二〇一二年"}}]
    assert told["understood"] == {"number": "第0号"} and "as_written" not in told
    assert json.loads(paper(old, 0, CaseFiles((), ())))["as_written"] == {"number": "第0号"}


def test_the_later_of_two_answers_counts() -> None:
    first, second = Decision("C1", "a/", "yes", "k0"), Decision("C1", "a/", "no", "k0")
    assert later_wins((first,), (second,)) == (second,)
    assert read_decisions(write_decisions([second])) == (second,)
