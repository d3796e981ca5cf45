"""Old cases: what nobody knows is said and keeps nothing out; packages, catalogue and retention say it too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from metadata import csip
from metadata.findings import Finding
from metadata.xml import DC
from preserve.administration.retention.facts import facts_of
from preserve.administration.retention.periods import due_of_case
from preserve.administration.retention.profile import read_retention
from preserve.data_management import cases
from preserve.description.schema import Legacy
from preserve.description.stored import read_case
from preserve.ingest.rules import old_cases
from preserve.ingest.rules.accepting import LegacyCases
from preserve.ingest.rules.profile import read_rules
from preserve.messages import LANGUAGES, say, speaking
from tests.support.small_case import ingest, old_case, small_archive, small_case
from tests.support.views import description, view

RULE = read_rules(None).legacy
TODAY = date(2026, 11, 30)
MARK = Legacy.model_validate({"source": "目录!5", "not_known": ["cause", "closed"], "closed": "2012-03"})
OLD = {"legacy": MARK, "cause": "", "closed": None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_fact_that_is_not_known_is_said_in_words(language: Any) -> None:
    case = description().model_copy(update=OLD)
    found = list(old_cases.check(replace(view(None), case=case)))
    assert [(one.code, one.severity) for one in found] == [
        ("rule.legacy-not-known", "warning"),
        ("rule.legacy-known-in-part", "warning"),
    ]
    with speaking(language):
        told = [say(one.code, **one.values) for one in found]
    assert all("{" not in one for one in told)
    assert "2012-03" in told[1]


def test_of_other_cases_nothing_is_said() -> None:
    assert not list(old_cases.check(view(None)))
    errors = [Finding("rule.document-missing", "", "error", {"article": "7"})]
    assert old_cases.eased(description(), errors, RULE, TODAY) == errors


def test_errors_are_eased_and_what_must_stay_stays() -> None:
    case = description().model_copy(update=OLD)
    found = [
        Finding("rule.document-missing", "", "error", {"article": "7"}),
        Finding("rule.secrecy-mark", "a", "error", {"article": "20"}),
        Finding("sip.virus", "b", "refuse"),
        Finding("format.derived", "c", "error"),
    ]
    eased = old_cases.eased(case, found, RULE, TODAY)
    assert [one.severity for one in eased] == ["warning", "error", "refuse", "error", "note"]
    assert eased[-1].values == {"count": 1}
    strict = LegacyCases(severity="note", eased=False)
    assert old_cases.eased(case, found, strict, TODAY) == found


def test_an_old_case_is_taken_in_and_says_everywhere_what_is_not_known(tmp_path: Path) -> None:
    archive = small_archive(tmp_path / "archive")
    result = ingest(archive, old_case(tmp_path, "旧〔2012〕1号"))
    package = result.location / "data" / result.objid
    kept = read_case(package / csip.CASE)
    assert kept.legacy is not None
    assert (kept.start, kept.closed, kept.cause, kept.legacy.carrier) == (None, None, "", "光盘 CD-003")
    terms = {etree.QName(one).localname for one in etree.parse(package / csip.DUBLIN_CORE).iter(f"{{{DC}}}*")}
    assert not terms & {"date", "subject"}
    with archive.catalogue.read() as connection:
        row = cases.read(connection, result.objid)
        profile = read_retention(archive.home.profiles)
        facts, objects = facts_of(archive.home, connection, profile, result.objid)
    assert (row.started, row.closed) == (None, None)
    due = due_of_case(profile, facts, objects.values())
    assert (due.day, due.never) == (None, "unknown")


def test_of_a_year_the_last_day_counts(tmp_path: Path) -> None:
    archive = small_archive(tmp_path / "archive")
    not_known = ["cause", "start", "closed"]
    result = ingest(archive, old_case(tmp_path, "旧〔2012〕2号", not_known=not_known, closed="2012", start="2011-11"))
    package = result.location / "data" / result.objid
    dates = [one.text for one in etree.parse(package / csip.DUBLIN_CORE).iter(f"{{{DC}}}date")]
    assert dates == ["2011-11/2012"]
    with archive.catalogue.read() as connection:
        row = cases.read(connection, result.objid)
        profile = read_retention(archive.home.profiles)
        facts, _ = facts_of(archive.home, connection, profile, result.objid)
    assert (row.started, row.closed) == ("2011-11", "2012")
    assert facts.closed == date(2012, 12, 31)


def test_other_cases_are_written_without_a_mark(tmp_path: Path) -> None:
    archive = small_archive(tmp_path / "archive")
    result = ingest(archive, small_case(tmp_path, "新〔2026〕1号"))
    text = (result.location / "data" / result.objid / csip.CASE).read_text(encoding="utf-8")
    assert "legacy" not in text


@pytest.mark.parametrize(
    ("number", "day", "part", "recent"),
    [
        ("旧〔2012〕1号", None, "", False),
        ("旧〔2026〕1号", None, "", True),
        ("旧〔2026〕1号", None, "2012", False),
        ("旧〔2012〕1号", date(2026, 3, 1), "", True),
        ("旧〔2012〕1号", None, "2024", False),
        ("旧〔2012〕1号", None, "2026", True),
        ("无号", None, "", False),
    ],
)
def test_a_case_of_now_is_no_old_one_whatever_its_mark_says(
    number: str, day: date | None, part: str, recent: bool
) -> None:
    mark = MARK.model_copy(update={"closed": part})
    case = description().model_copy(update={**OLD, "legacy": mark, "case_number": number, "closed": day})
    told = [one.code for one in old_cases.check(replace(view(None), case=case, today=TODAY))]
    assert ("rule.legacy-not-old" in told) == recent
    errors = [Finding("rule.document-missing", "", "error", {"article": "7"})]
    assert (old_cases.eased(case, errors, RULE, TODAY) == errors) == recent
