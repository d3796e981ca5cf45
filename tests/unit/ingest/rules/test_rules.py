"""The regulation's rules, by article, on cases that break one of them at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from metadata.findings import Finding
from preserve.description.reading import check_content
from preserve.ingest.apply_rules import check
from preserve.ingest.facts import Character
from preserve.messages import LANGUAGES, known

PAPERS = (
    ("立案审批表", "启动"),
    ("现场检查笔录", "调查"),
    ("调查终结报告", "审查"),
    ("行政处罚事先告知书", "审查"),
    ("行政处罚决定书", "决定"),
    ("送达回证", "送达"),
    ("结案报告", "归档"),
)
SEALED = (("查封决定书", "执行"), ("查封物品清单", "执行"))
FULL = {
    "preamble": True,
    "device_checked": True,
    "stored": "2026-01-07 09:00",
    "maker": "王明",
    "original_carrier": "执法记录仪",
    "shows": ["开始和结束时间", "现场环境", "现场人员", "涉案证据", "采取措施情况", "文书制作送达"],
}
TEN = datetime(2026, 1, 6, 2, 0, tzinfo=UTC)  # ten in the morning in China


def judged(
    recordings: dict[str, tuple[float, float]] | None = None,
    *,
    papers: tuple[tuple[str, str], ...] = PAPERS,
    today: date = date(2026, 3, 20),
    state_secrets: bool = False,
    explains: str = "",
    device: str = "A1",
    recording: dict[str, Any] | None = None,
    **changes: Any,
) -> list[Finding]:
    """Findings about a case. `recordings`: file to start (seconds after ten) and duration."""
    objects: list[dict[str, Any]] = [{"file": f"{kind}.pdf", "kind": kind, "stage": stage} for kind, stage in papers]
    characters = {"a.jpg": Character("image", "test")}
    for file, (start, duration) in (recordings or {}).items():
        objects.append(
            {"file": file, "kind": "现场录像", "stage": "调查", "device": device, **FULL, **(recording or {})}
        )
        started = TEN + timedelta(seconds=start)
        characters[file] = Character("video", "test", duration=duration, started=started)
    if explains:
        objects.append({"file": "说明.pdf", "kind": "中止记录说明", "stage": "调查", "explains": explains})
    content = {
        "case_number": "一号",
        "case_type": "处罚",
        "title": "题",
        "cause": "由",
        "producer": {"name": "局"},
        "start": "2026-01-05",
        "closed": "2026-03-12",
        "objects": objects,
        **changes,
    }
    case, mistakes = check_content(content, {}, "case")
    assert case is not None, mistakes
    findings = check(case, characters, today=today, state_secrets=state_secrets, own_profiles=None)
    for finding in findings:
        assert finding.values["article"]
        assert all(known(finding.code, language) for language in LANGUAGES), finding.code
    return findings


def said(findings: list[Finding]) -> list[tuple[str, str]]:
    """Name and severity of each."""
    return [(one.code.removeprefix("rule."), one.severity) for one in findings]


def test_a_sound_case_gives_no_finding() -> None:
    assert judged({"1.mp4": (0, 300), "2.mp4": (300, 300), "3.mp4": (601.5, 10)}) == []


@pytest.mark.parametrize("left_out", range(len(PAPERS)))
def test_each_missing_document_is_named(left_out: int) -> None:
    papers = tuple(one for number, one in enumerate(PAPERS) if number != left_out)
    expected = "error" if PAPERS[left_out][0][-3:] in ("审批表", "查笔录", "决定书", "达回证") else "warning"
    assert said(judged(papers=papers)) == [("document-missing", expected)]


SEAL = [{"measure": "查封", "start": "2026-01-06T10:00:00", "end": "2026-01-06T10:10:00"}]


@pytest.mark.parametrize(
    ("recordings", "expected"),
    [
        ({}, [("measure-not-recorded", "error")]),
        ({"1.mp4": (0, 300)}, [("measure-not-recorded", "error")]),
        ({"1.mp4": (5000, 300)}, [("measure-not-recorded", "error")]),
        ({"1.mp4": (0, 300), "2.mp4": (300, 300)}, []),
        ({"1.mp4": (-60, 700)}, []),
    ],
)
def test_mandatory_measures_are_recorded_to_the_end(recordings: Any, expected: Any) -> None:
    assert said(judged(recordings, measures=SEAL, papers=PAPERS + SEALED)) == [*expected, ("long-term", "note")]


def test_other_measures_are_a_warning() -> None:
    assert said(judged(measures=[{**SEAL[0], "measure": "询问"}])) == [("measure-not-recorded-situational", "warning")]


@pytest.mark.parametrize(
    ("today", "reason", "expected"),
    [
        # 30 working days after 12 March 2026, with Qingming on 6 April off
        (date(2026, 4, 24), "", []),
        (date(2026, 4, 25), "", [("filed-late", "warning")]),
        (date(2026, 4, 25), "等待复议", [("filed-late-explained", "note")]),
    ],
)
def test_filing_within_thirty_working_days(today: date, reason: str, expected: Any) -> None:
    assert said(judged(today=today, late_filing_reason=reason)) == expected


def test_a_year_whose_holidays_are_unknown_is_said_to_be_uncertain() -> None:
    found = judged(today=date(2060, 6, 1), start="2060-01-05", closed="2060-01-06")
    assert said(found) == [("filed-late-uncertain", "warning")]


def test_evidence_says_what_it_proves() -> None:
    recordings = {"1.mp4": (0.0, 10.0)}
    assert said(judged(recordings, recording={"evidence": True})) == [("evidence-not-explained", "warning")]
    assert judged(recordings, recording={"evidence": True, "proves": "经过"}) == []


def test_state_secrets_only_where_the_home_is_declared_for_them() -> None:
    assert said(judged(classification="国家秘密")) == [("state-secret", "refuse")]
    assert judged(classification="国家秘密", state_secrets=True) == []


def test_an_entrusted_producer_has_an_instrument() -> None:
    producer = {"name": "执法支队", "entrusted_by": "市局"}
    assert said(judged(producer=producer)) == [("no-instrument", "error")]
    assert judged(producer={**producer, "instrument": "委〔2026〕1号"}) == []


def test_an_objection_asks_for_long_term_storage() -> None:
    recorded = {"1.mp4": (0.0, 10.0)}
    assert said(judged(recorded, incidents=[{"incident": "提出异议"}])) == [("long-term", "note")]
