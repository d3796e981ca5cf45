"""By when a case is filed: from its closing, or from the end of an inspection; every list and paper says the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from preserve.ingest.compliance.articles import filing_words
from preserve.ingest.rules import filed_in_time
from preserve.ingest.rules.filed_in_time import due_of
from preserve.messages import say
from tests.support.views import view


def _inspection(*stages: dict[str, str], **more: Any) -> Any:
    changes: dict[str, Any] = {"case_type": "行政检查", "start": "2026-09-08", "closed": "2026-10-30", **more}
    return view({}, **{"stages": list(stages), "today": date(2026, 11, 28), **changes})


def _checked(end: str | None = "2026-09-11", start: str = "2026-09-08") -> dict[str, str]:
    return {"stage": "调查", "start": start, **({"end": end} if end else {})}


@pytest.mark.parametrize(
    ("stages", "event", "begun", "due"),
    [
        ([_checked()], "inspection", "2026-09-11", "2026-10-29"),
        ([_checked("2026-09-09"), _checked("2026-09-11", "2026-09-10")], "inspection", "2026-09-11", "2026-10-29"),
        ([_checked(None, "2026-09-11")], "inspection", "2026-09-11", "2026-10-29"),
        ([{"stage": "启动", "start": "2026-09-08"}], "closing", "2026-10-30", "2026-12-11"),
        ([], "closing", "2026-10-30", "2026-12-11"),
    ],
    ids=["its-end", "the-last-end", "one-day", "another-stage", "no-stage"],
)
def test_an_inspection_counts_from_its_end(stages: list[dict[str, str]], event: str, begun: str, due: str) -> None:
    day = due_of(_inspection(*stages))
    assert (day.inspection, str(day.counted_from), str(day.due)) == (event == "inspection", begun, due)


def test_a_stage_without_an_end_that_went_on_is_not_taken_for_ended() -> None:
    papers = [{"file": "a.pdf", "kind": "检查笔录", "stage": "调查", "date": "2026-09-15"}]
    assert not due_of(_inspection(_checked(None), objects=papers)).inspection


def test_a_penalty_counts_from_its_closing_whatever_its_stages_say() -> None:
    case = view({}, stages=[{"stage": "调查", "start": "2026-01-05", "end": "2026-01-07"}])
    assert (due_of(case).inspection, str(due_of(case).counted_from)) == (False, "2026-03-12")


def test_the_finding_and_the_report_say_the_same_day() -> None:
    case = _inspection(_checked())
    (finding,) = filed_in_time.check(case)
    assert (finding.code, finding.values["due"], finding.values["days"]) == ("rule.filed-late", "2026-10-29", 21)
    for words in (say(finding.code, **finding.values), filing_words(case)):
        assert say("rule.filing-inspected") in words and "2026" in words and "29" in words


def test_a_period_that_ended_on_a_friday_is_over_on_saturday_without_a_number_of_days() -> None:
    case = view({}, today=date(2026, 11, 28), start="2026-09-01", closed="2026-10-16")
    (finding,) = filed_in_time.check(case)
    assert (finding.code, finding.values["due"], finding.values["over"]) == ("rule.filed-late", "2026-11-27", "")
    assert list(filed_in_time.check(view({}, today=date(2026, 11, 27), start="2026-09-01", closed="2026-10-16"))) == []
