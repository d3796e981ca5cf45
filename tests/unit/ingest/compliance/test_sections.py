"""The report's sections: what is missing and what goes back to the officers, and nothing that is answered for."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.findings import Finding
from preserve.administration.printing import Section
from preserve.ingest.apply_rules import apply
from preserve.ingest.compliance.sections import sections
from preserve.messages import say
from tests.support.views import PAPERS, document, recorded, video, view


def _section(parts: list[Section], title: str) -> Section | None:
    return next((part for part in parts if part.title == say(f"compliance.{title}")), None)


def _without(*left_out: str) -> list[dict[str, Any]]:
    return [document(kind, stage) for kind, stage in PAPERS if kind not in left_out]


def test_a_sound_case_has_nothing_missing_and_nothing_to_do() -> None:
    parts = sections(view({}), [])
    missing = _section(parts, "missing")
    assert missing is not None
    assert (missing.words, missing.rows) == (say("compliance.missing-nothing"), ())
    assert _section(parts, "to-do") is None
    assert not parts[0].bad


def test_missing_documents_are_one_row_with_their_number_and_names() -> None:
    case = view({}, objects=_without("行政处罚决定书", "送达回证"))
    parts = sections(case, apply(case))
    missing = _section(parts, "missing")
    assert missing is not None
    (row,) = [row for row in missing.rows if row[0] == say("compliance.missing-documents")]
    assert row[1] == "2"
    assert "行政处罚决定书" in row[2]
    assert parts[0].bad
    to_do = _section(parts, "to-do")
    assert to_do is not None and to_do.fresh
    assert [row[0] for row in to_do.rows] == ["1", "2"]


def test_what_is_answered_for_is_neither_missing_nor_to_do_but_is_said() -> None:
    case = view({}, objects=_without("行政处罚决定书"))
    answer = {"accepted_by": "周建国", "reason": "遗失", "authority": "", "document": "", "date": ""}
    findings = [
        Finding(finding.code, finding.where, finding.severity, {**finding.values, **answer}) for finding in apply(case)
    ]
    parts = sections(case, findings)
    missing = _section(parts, "missing")
    assert missing is not None and missing.rows == ()
    assert _section(parts, "to-do") is None
    everything = _section(parts, "all")
    assert everything is not None
    assert "周建国" in everything.rows[0][-1]


@pytest.mark.parametrize("count", [12, 13])
def test_the_first_page_has_a_dozen_sentences_and_says_how_many_more(count: int) -> None:
    findings = [
        Finding("format.unreadable", f"{number}.pdf", "error", {"article": "8", "reason": f"第{number}种"})
        for number in range(count)
    ]
    parts = sections(view({}), findings)
    missing = _section(parts, "missing")
    assert missing is not None
    (row,) = missing.rows
    assert row[1] == str(count)
    assert (say("compliance.and-more", count=1) in row[2]) == (count > 12)


def test_findings_are_ranked_and_each_day_of_recordings_has_its_picture() -> None:
    findings = [
        Finding("sip.no-scanner", "", "warning"),
        Finding("format.empty", "b.pdf", "error", {"article": "8"}),
        Finding("format.empty", "a.pdf", "note"),
    ]
    files = {"a.mp4": video(0, 10), "b.mp4": video(86400, 10)}
    parts = sections(view(files, *(recorded(file) for file in files)), findings)
    everything = _section(parts, "all")
    assert everything is not None
    assert [row[0] for row in everything.rows] == [
        say(f"ingest.severity-{name}") for name in ("error", "warning", "note")
    ]
    days = [part for part in parts if part.picture.startswith("<svg") and "2026-01-0" in part.title]
    assert len(days) == 2
