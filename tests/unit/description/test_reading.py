"""A description is read in three forms, and every mistake in it is said at once, with its place."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.findings import Finding
from preserve.description.fixed_values import Stage
from preserve.description.reading import match_files, read_description
from preserve.description.schema import CaseDescription
from preserve.description.writing import write_json, write_toml
from preserve.messages import LANGUAGES, known
from tools.export_schemas import TARGET, text

GOOD: dict[str, Any] = {
    "case_number": "临文综罚〔2026〕12号",
    "case_type": "处罚",
    "title": "某剧场擅自从事营业性演出案",
    "cause": "擅自从事营业性演出",
    "producer": {"name": "临江市文化和旅游局"},
    "start": "2026年1月5日",
    "closed": "2026-03-12",
    "objects": [{"file": "01立案/立案审批表.pdf", "kind": "立案审批表", "stage": "启动"}],
}


def read(content: Any, name: str = "case.json") -> tuple[CaseDescription | None, list[Finding]]:
    """Read plain data as a JSON description."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    case, findings = read_description(name, data)
    for finding in findings:
        assert all(known(finding.code, language) for language in LANGUAGES), finding.code
    return case, findings


def codes(content: Any, name: str = "case.json") -> list[str]:
    """Codes of the findings."""
    return sorted(finding.code for finding in read(content, name)[1])


def good() -> CaseDescription:
    """The good description, read."""
    case, findings = read(GOOD)
    assert case is not None and not findings
    return case


def test_chinese_words_and_dates_are_understood() -> None:
    case = good()
    assert (case.case_type, case.start, case.closed) == ("penalty", date(2026, 1, 5), date(2026, 3, 12))
    assert case.objects[0].stage is Stage.INITIATION


@pytest.mark.parametrize(
    "written", ["2026-1-5", "2026/01/05", "2026.1.5", "2026年01月05日", "20260105", " 2026年1月5日 "]
)
def test_ways_of_writing_a_date(written: str) -> None:
    case, findings = read({**GOOD, "start": written})
    assert case is not None and case.start == date(2026, 1, 5), findings


@pytest.mark.parametrize(
    "written", ["2026年1月9日 9时30分", "2026-01-09 09:30", "20260109093000", "2026-01-09T09:30:00"]
)
def test_ways_of_writing_a_time(written: str) -> None:
    case, findings = read({**GOOD, "measures": [{"measure": "查封", "start": written}]})
    assert case is not None, findings
    assert case.measures[0].measure == "seal"
    assert case.measures[0].start == datetime(2026, 1, 9, 9, 30)


@pytest.mark.parametrize("written", [86400, 20260105, "86400", -1, 1.5, "2026年13月40日", "前天", True, []])
def test_what_is_no_date_is_refused(written: Any) -> None:
    assert codes({**GOOD, "start": written}) == ["case.field-date"]


def test_every_mistake_at_once() -> None:
    content = {**GOOD, "case_type": "罚", "title": " ", "colour": "red", "objects": [{"file": "a"}]}
    del content["cause"]
    assert codes(content) == sorted(
        ["case.name-unknown", "case.field-unknown"] + ["case.field-empty"] * 2 + ["case.field-missing"] * 2
    )
    choice = next(one for one in read(content)[1] if one.code == "case.name-unknown")
    choices = "行政强制、行政检查、行政处罚、行政许可、未认领音像资料"
    assert choice.values == {"field": "案件类型", "written": "罚", "choices": choices}


@pytest.mark.parametrize("written", ["处罚", "行政处罚", "penalty", "Administrative Penalty", " 处罚 "])
def test_every_way_of_writing_a_word_of_the_profile(written: str) -> None:
    case, findings = read({**GOOD, "case_type": written})
    assert case is not None and case.case_type == "penalty", findings


@pytest.mark.parametrize("written", ["", "licence", "备案", "x" * 70, "Ｌ", "a b"])
def test_what_no_profile_has_is_refused_with_what_there_is(written: str) -> None:
    row = {"measure": written, "start": "2026-02-01 10:00"}
    shows = {**GOOD["objects"][0], "shows": ["scene", written]}
    content = {
        **GOOD,
        "case_type": written,
        "measures": [row],
        "incidents": [{"incident": written}],
        "objects": [shows],
    }
    case, findings = read(content)
    assert case is None
    assert [one.code for one in findings] == ["case.name-unknown"] * 4
    assert "查封、解除查封" in str(findings[1].values["choices"])


def contradiction(**changes: Any) -> dict[str, Any]:
    """The good description with something else in it."""
    return {**GOOD, **changes}


OBJECT = GOOD["objects"][0]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (contradiction(closed="2026-01-04"), "case.closed-before-start"),
        (
            contradiction(stages=[{"stage": "调查", "start": "2026-02-02", "end": "2026-02-01"}]),
            "case.end-before-start",
        ),
        (contradiction(stages=[{"stage": "决定", "start": "2027-02-02"}]), "case.outside-case"),
        (contradiction(measures=[{"measure": "扣押", "start": "2026-04-01"}]), "case.outside-case"),
        (
            contradiction(measures=[{"measure": "扣押", "start": "2026-02-01 10:00", "end": "2026-02-01 09:00"}]),
            "case.end-before-start",
        ),
        (contradiction(objects=[OBJECT, OBJECT]), "case.file-twice"),
        (contradiction(objects=[{**OBJECT, "file": "../a"}]), "case.file-outside"),
        (contradiction(objects=[{**OBJECT, "file": "/a"}]), "case.file-outside"),
        (contradiction(objects=[{**OBJECT, "explains": "b.mp4"}]), "case.explains-unknown"),
        (contradiction(objects=[]), "case.no-objects"),
    ],
)
def test_contradictions_are_refused(content: dict[str, Any], code: str) -> None:
    case, findings = read(content)
    assert case is None
    assert [finding.code for finding in findings] == [code]


def test_an_inspection_before_the_case_was_opened_is_said_and_accepted() -> None:
    case, findings = read({**GOOD, "measures": [{"measure": "现场检查", "start": "2026-01-03 10:00"}]})
    assert case is not None
    assert [(one.code, one.severity) for one in findings] == [("case.before-case", "warning")]


def test_filing_may_come_after_closing() -> None:
    assert codes({**GOOD, "stages": [{"stage": "归档", "start": "2026-04-01"}]}) == []


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("case.json", b"", "case.syntax"),
        ("case.json", b"[" * 100_000, "case.syntax"),
        ("case.json", b'{"start": ' + b"9" * 5000 + b"}", "case.syntax"),
        ("case.toml", b"start = " + b"9" * 5000, "case.syntax"),
        ("case.toml", b"a = \n", "case.syntax"),
        ("case.json", b"[]", "case.not-a-table"),
        ("case.json", "案".encode("gbk"), "case.not-utf8"),
        ("case.docx", b"", "case.unknown-kind"),
        ("case.xlsx", b"", "case.workbook-damaged"),
    ],
)
def test_what_cannot_be_read(name: str, data: bytes, code: str) -> None:
    assert codes(data, name) == [code]


def test_half_a_surrogate_pair_can_be_shown() -> None:
    for finding in read({**GOOD, "title": "\ud800"})[1]:
        assert str(finding.values["written"]).encode() == b"\\ud800"


@given(st.binary(max_size=200), st.sampled_from(["case.json", "case.toml", "案卷.xlsx"]))
def test_whatever_bytes_there_are_something_is_said(data: bytes, name: str) -> None:
    case, findings = read_description(name, data)
    assert case is None and findings


# Controls and what is no character are refused (test_unwritable).
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40).map(
    str.strip
)


@given(
    note=WORDS,
    title=WORDS.filter(bool),
    proves=WORDS,
    when=st.datetimes(datetime(1949, 1, 1), datetime(2100, 12, 31)).map(lambda at: at.replace(tzinfo=UTC)),
)
def test_toml_and_json_give_the_same_description_back(note: str, title: str, proves: str, when: datetime) -> None:
    content = {**GOOD, "title": title, "note": note}
    content["objects"] = [{**OBJECT, "proves": proves, "recording_start": when.isoformat()}]
    case, findings = read(content)
    assert case is not None, findings
    for name, written in (("case.json", write_json(case.model_dump())), ("case.toml", write_toml(case.model_dump()))):
        assert read_description(name, written.encode()) == (case, []), written


def test_files_are_compared_by_nfc_and_both_ways() -> None:
    case = good()
    assert match_files(case, ["01立案/立案审批表.pdf", "case.json"], "case.json") == []
    found = match_files(case, ["01立案/多余.pdf"], "case.json")
    assert {(one.code, one.where) for one in found} == {
        ("case.file-missing", "01立案/立案审批表.pdf"),
        ("case.file-unlisted", "01立案/多余.pdf"),
    }
    accented, _ = read({**GOOD, "objects": [{**OBJECT, "file": "Cafe\u0301.pdf"}]})
    assert accented is not None and match_files(accented, ["Caf\u00e9.pdf"], "case.json") == []


def test_the_exported_schema_is_the_schema() -> None:
    assert Path(TARGET).read_text(encoding="utf-8") == text(), "run python tools/export_schemas.py"
