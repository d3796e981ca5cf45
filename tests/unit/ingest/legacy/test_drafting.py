"""Descriptions of old cases: what the list says, what the files say, and the mark for what nobody knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from preserve.description.fixed_values import LegacyFact
from preserve.description.legacy import closed, closed_at_latest, span, started
from preserve.description.reading import check_content
from preserve.description.schema import CaseDescription
from preserve.ingest.legacy.drafting import Circumstances, FileOfCase, describe, draft
from preserve.ingest.legacy.records import Cell, ListedCase
from tests.support.small_case import small_archive

ABOUT = Circumstances("案卷目录.xlsx", "某局", "光盘 CD-003")


def described(case: ListedCase, *names: str) -> CaseDescription:
    """A draft that the schema takes."""
    content, _ = draft(case, [FileOfCase(name) for name in names], ABOUT)
    made, findings = check_content(content, {}, "draft")
    assert made is not None, findings
    return made


def test_a_case_of_which_the_list_says_all_has_little_that_is_not_known() -> None:
    facts: dict[str, Any] = {
        "title": "张某擅自经营案",
        "cause": "擅自经营",
        "parties": "张某、某公司",
        "officers": "甲、乙",
        "start": "2012-03-05",
        "closed": "2012-06-01",
        "retention": "permanent",
        "producer.name": "某支队",
        "case_type": "处罚",
    }
    case = ListedCase("文罚字〔2012〕1号", "x", (Cell("目录", 5),), facts, rest={"页数": "12"})
    made = described(case, "立案/立案审批表.pdf", "录像/DSJ-A1B2C3_012345_20120305093000_0001.mp4")
    assert made.legacy is not None
    assert made.legacy.not_known == (LegacyFact.OUTCOME, LegacyFact.KINDS)  # nothing names the kind of the recording
    assert (made.legacy.source, made.legacy.carrier) == ("案卷目录.xlsx 目录!5", "光盘 CD-003")
    assert [party.name for party in made.parties] == ["张某", "某公司"]
    assert made.note == "页数：12"
    assert made.objects[0].kind == "立案审批表"
    assert str(made.objects[1].date) == "2012-03-05"


def test_nothing_is_invented() -> None:
    made = described(
        ListedCase("J019-3-4", "J019-3-4", (), {"legacy.closed": "2012"}, number_is="archival_number"), "a.pdf"
    )
    assert made.legacy is not None
    assert (made.start, made.closed, made.cause) == (None, None, "")
    assert (started(made), closed(made), span(made)) == ("", "2012", "/2012")
    assert closed_at_latest(made) == date(2012, 12, 31)
    told = set(made.legacy.not_known)
    assert told == set(LegacyFact)


def test_days_of_files_are_not_days_of_the_case() -> None:
    made = described(ListedCase("文罚字〔2012〕1号", "x", ()), "DSJ-A1B2C3_012345_20120305093000_0001.mp4")
    assert made.objects[0].recording_start is not None
    assert (made.start, made.closed) == (None, None)


def test_a_list_that_closes_before_it_opens_is_not_believed() -> None:
    content, findings = draft(
        ListedCase("文罚字〔2012〕1号", "x", (), {"start": "2012-06-01", "closed": "2012-03-05"}),
        [FileOfCase("a.pdf")],
        ABOUT,
    )
    assert (content["start"], content["closed"]) == (None, None)
    assert "2012-06-01" in content["note"]
    assert "legacy.days-wrong" in {finding.code for finding in findings}
    assert check_content(content, {}, "draft")[0] is not None


def test_words_that_no_profile_knows_are_kept_as_they_were_written() -> None:
    content, _ = draft(
        ListedCase("文罚字〔2012〕1号", "x", (), {"outcome": "不了了之", "case_type": "杂案"}),
        [FileOfCase("a.pdf")],
        ABOUT,
    )
    assert content["outcome"] is None
    assert content["note"] == "案件类型：杂案；处理结果：不了了之"
    assert content["case_type"] == "penalty"  # its number says so


def test_an_archive_says_whose_it_is_and_which_profiles_count(tmp_path: Path) -> None:
    home = small_archive(tmp_path / "archive").home
    content = describe(ListedCase("文罚字〔2012〕1号", "x", ()), ["a.pdf"], home, source="目录.xlsx", carrier="光盘")
    assert content["producer"] == {"name": "某局"}
    assert (content["legacy"]["source"], content["legacy"]["carrier"]) == ("目录.xlsx", "光盘")
    assert [one["file"] for one in content["objects"]] == ["a.pdf"]
