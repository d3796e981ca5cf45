"""Rules of a few lines: stages of papers, files that are twice there, what a person is reminded of, outcomes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from preserve.description.reading import check_content
from preserve.ingest.apply_rules import apply, view_of
from tests.unit.ingest.rules.test_life import Case, judged


def test_a_paper_in_another_stage_is_told() -> None:
    case = Case()
    for kind in ("行政处罚决定书", "送达回证", "结案报告"):
        case.of(f"{kind}.pdf")["stage"] = "启动"
    assert judged(case) == [
        "warning stage-differs 结案报告.pdf",
        "warning stage-differs 行政处罚决定书.pdf",
        "warning stage-differs 送达回证.pdf",
    ]


def test_a_paper_may_stand_where_it_was_served_or_used() -> None:
    case = Case()
    case.of("查封决定书.pdf")["stage"] = "调查"
    case.of("行政处罚事先告知书.pdf")["stage"] = "决定"
    case.of("送达回证.pdf")["stage"] = "决定"
    assert judged(case) == []


def test_the_same_bytes_under_two_names_are_told_once() -> None:
    case = Case()
    described, _ = check_content(case.content, {}, "case")
    assert described is not None
    view = view_of(described, case.characters(), today=case.today, state_secrets=False, own_profiles=None)
    same = ("结案报告.pdf", "立案审批表.pdf", "不在案内.pdf")
    found = [one for one in apply(replace(view, identical=(same, ("x", "y")))) if one.code == "rule.file-identical"]
    assert [(one.where, one.values["others"], one.severity) for one in found] == [
        ("结案报告.pdf", "立案审批表.pdf", "warning")
    ]


@pytest.mark.parametrize(("incident", "expected"), [("阻碍", True), ("殴打", True), ("提出异议", False)])
def test_whoever_hinders_goes_to_the_police(incident: str, expected: bool) -> None:
    case = Case()
    case.content["incidents"] = [{"incident": incident, "when": "2026-03-04 10:03"}]
    assert ("note hindered" in judged(case)) is expected


SUMMARY = {"procedure": "简易程序"}


@pytest.mark.parametrize(
    ("changes", "papers", "drop", "expected"),
    [
        ({"outcome": "撤案"}, ["撤销案件审批表"], True, []),
        ({"outcome": "撤案"}, [], True, ["error document-missing 撤销案件审批表"]),
        ({}, ["撤销案件审批表"], True, ["note outcome-by-papers 撤销案件审批表.pdf"]),
        ({}, ["案件移送函"], True, ["note outcome-by-papers 案件移送函.pdf"]),
        (
            {},
            ["不予行政处罚决定书"],
            True,
            ["error document-missing 送达回证", "note outcome-by-papers 不予行政处罚决定书.pdf"],
        ),
        ({"outcome": "处罚"}, ["撤销案件审批表"], True, ["decision", "notice", "service"]),
        ({}, ["案件移送函"], False, []),  # a penalty, and something went elsewhere too
        ({"outcome": "移送"}, [], True, ["error document-missing 案件移送书"]),
    ],
)
def test_the_papers_follow_the_outcome(changes: Any, papers: list[str], drop: bool, expected: list[str]) -> None:
    case = Case()
    case.content.update(changes)
    if drop:
        case.drop("行政处罚决定书", "送达回证", "行政处罚事先告知书")
    for paper in papers:
        case.paper(paper, "决定")
    named = {
        "decision": "error document-missing 行政处罚决定书",
        "notice": "warning document-missing 行政处罚事先告知书",
        "service": "error document-missing 送达回证",
    }
    assert judged(case) == sorted(named.get(one, one) for one in expected)


def test_a_letter_by_which_the_case_came_does_not_end_it() -> None:
    case = Case()
    case.drop("行政处罚决定书")
    case.paper("案件移送函", "启动")
    assert judged(case) == ["error document-missing 行政处罚决定书"]


def test_in_the_summary_procedure_the_decision_itself_is_served() -> None:
    case = Case()
    case.content.update(SUMMARY)
    case.drop("立案审批表", "调查终结报告", "送达回证", "现场检查笔录", "询问笔录", "行政处罚事先告知书")
    case.of("行政处罚决定书.pdf")["kind"] = "当场行政处罚决定书"
    assert judged(case) == ["warning document-missing 现场检查、勘验或者询问笔录", "warning document-missing 送达回证"]


@pytest.mark.parametrize("case_type", ["检查", "许可", "强制"])
def test_the_papers_of_a_measure_are_asked_for_in_every_type_of_case(case_type: str) -> None:
    case = Case()
    case.content["case_type"] = case_type
    case.drop("查封决定书", "查封物品清单")
    told = judged(case)
    assert "error document-missing 查封、扣押决定书" in told and "error document-missing 查封、扣押清单" in told


def test_a_permit_has_papers_of_its_own() -> None:
    case = Case()
    case.content.update(case_type="行政许可", measures=[], objects=[])
    for kind, stage in (
        ("行政许可申请书", "启动"),
        ("受理通知书", "启动"),
        ("现场核查笔录", "调查"),
        ("准予行政许可决定书", "决定"),
        ("送达回证", "送达"),
    ):
        case.paper(kind, stage)
    assert judged(case) == []
    case.drop("准予行政许可决定书", "受理通知书")
    case.paper("不予受理通知书", "启动")
    assert judged(case) == ["note outcome-by-papers 不予受理通知书.pdf"]


def test_an_inspection_is_filed_from_its_end() -> None:
    case = Case()
    case.content.update(case_type="检查", measures=[])
    case.paper("检查方案", "启动")
    case.paper("检查结果", "决定")
    assert judged(case) == []  # closed on 10 April, looked at on the 20th
    case.content["stages"] = [{"stage": "调查", "start": "2026-03-02", "end": "2026-03-04"}]
    assert judged(case) == ["warning filed-late"]  # 30 working days after 4 March end on 16 April
