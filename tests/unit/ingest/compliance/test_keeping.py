"""Until when things are kept: the report, the list, the explanation, the appraisal and the register say the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from preserve.administration.retention.facts import calculate, facts_text
from preserve.administration.retention.periods import decisive, due_of_case, due_of_object
from preserve.administration.retention.profile import RetentionProfile, read_retention
from preserve.administration.retention.wording import period_words
from preserve.data_management.retention_index import RetentionRow
from preserve.ingest.compliance.articles import judge_articles
from preserve.ingest.compliance.keeping import facts_of_view, keeping
from preserve.ingest.compliance.sections import sections
from preserve.ingest.facts import Character
from preserve.ingest.rules import View
from preserve.messages import say
from tests.support.views import recorded, video, view

TODAY = date(2026, 11, 28)
VIDEO = {"v.mp4": video(0, 60)}
UNDATED = {"v.mp4": Character("video", "test", duration=60.0)}


def _case(characters: dict[str, Character], *objects: dict[str, Any], **changes: Any) -> View:
    return view(characters, *objects, **{"today": TODAY, "start": "2024-01-05", "closed": "2024-02-29", **changes})


SEIZED = [{"measure": "查封", "start": "2024-01-06 10:00:00", "end": "2024-01-06 11:00:00"}]
LOOSE = recorded("v.mp4", with_case=False)
CASES: dict[str, tuple[View, str | None, str | None]] = {
    # the view; the day on which the case is due (None: never), and on which its recording is (None: none of its own)
    "under Article 18": (
        _case(VIDEO, recorded("v.mp4"), measures=SEIZED, retention="10年"),
        "2055-01-01",
        "2055-01-01",
    ),
    "penalty of ten years": (_case(VIDEO, recorded("v.mp4"), retention="10年"), "2035-01-01", None),
    "inspection": (_case(VIDEO, recorded("v.mp4"), case_type="行政检查", retention="10年"), "2035-01-01", None),
    "recording younger than its case": (
        _case(VIDEO, recorded("v.mp4"), start="2014-01-05", closed="2014-03-01", retention="10年"),
        "2031-01-07",
        None,
    ),
    "recording that was not filed": (_case(VIDEO, LOOSE, retention="10年"), "2035-01-01", "2031-01-07"),
    "unknown date": (_case(UNDATED, recorded("v.mp4"), retention="10年"), "2035-01-01", None),
    "unknown date, not filed": (_case(UNDATED, LOOSE, retention="10年"), None, None),
    "unknown date under Article 18": (
        _case(UNDATED, recorded("v.mp4"), measures=SEIZED, retention="10年"),
        "2055-01-01",
        "2055-01-01",
    ),
    "leap day, for good": (_case({}, retention="永久"), None, None),
    "end of a year": (_case({}, closed="2024-12-31", retention="30年"), "2055-01-01", None),
}


@pytest.mark.parametrize("name", CASES)
def test_every_paper_says_the_day_of_the_one_calculation(name: str) -> None:
    case, whole_day, own_day = CASES[name]
    profile = read_retention(None)
    facts, objects = facts_of_view(case, profile)
    whole = due_of_case(profile, facts, objects.values())
    assert (str(whole.day) if whole.day else None) == whole_day
    # What the catalogue keeps of it (list, show, due, explain, appraisal, register) gives the same when read again.
    row = RetentionRow("aip-1", "", facts_text(facts, objects.values()), "", "", "", None)
    assert calculate(profile, row).day == whole.day
    words = "\n".join(keeping(case))
    period = decisive(calculate(profile, row))
    assert period is not None and period_words(period) in words
    (article,) = [one for one in judge_articles(case, []) if one.article == case.profile.keeping.article]
    assert article.basis == words
    assert words in [value for _, value in sections(case, [])[0].rows]
    (own,) = {due_of_object(profile, facts, thing) for thing in objects.values() if thing.recording} or {None}
    if own is not None and whole_day:
        assert str(own.day) == own_day
    with_case = say("compliance.keeping-with-case") in words
    assert with_case == any(thing.recording and thing.with_case for thing in objects.values())


def test_a_recording_that_was_not_filed_has_its_own_line() -> None:
    words = keeping(CASES["recording that was not filed"][0])
    assert len(words) == 2 and "2031-01-06" in words[1]


def test_rules_of_the_bureau_count_where_they_are_in_force(tmp_path: Path) -> None:
    text = (Path(__file__).parents[4] / "profiles" / "retention.toml").read_text(encoding="utf-8")
    (tmp_path / "retention.toml").write_text(text.replace("years = 10\n", "years = 20\n", 1), encoding="utf-8")
    own: RetentionProfile = read_retention(tmp_path)
    case, _, _ = CASES["penalty of ten years"]
    from dataclasses import replace

    assert "2044-12-31" in keeping(replace(case, retention=own))[0]
    assert "2034-12-31" in keeping(case)[0]


def test_the_day_of_filing_is_the_latest_on_which_something_filed_was_recorded() -> None:
    """A case that is filed long after its closing, with a recording that nobody dated: five years from filing."""
    case = _case(UNDATED, recorded("v.mp4"), start="1990-01-01", closed="1990-02-01", measures=[], retention="10年")
    seized = [{"measure": "查封", "start": "1990-01-06 10:00:00", "end": "1990-01-06 11:00:00"}]
    profile = read_retention(None)
    facts, objects = facts_of_view(case, profile)
    assert due_of_case(profile, facts, objects.values()).day == date(2001, 1, 1)
    old = _case(UNDATED, recorded("v.mp4"), start="1990-01-01", closed="1990-02-01", measures=seized, retention="10年")
    facts, objects = facts_of_view(old, profile)
    assert due_of_case(profile, facts, objects.values()).day == date(2031, 11, 29)
    assert datetime(2026, 11, 28, tzinfo=UTC).date() == facts.filed
