"""A closed case as the rules of the regulation see it, with recordings that were looked at or not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from preserve.description.reading import check_content
from preserve.description.schema import CaseDescription
from preserve.ingest.apply_rules import view_of
from preserve.ingest.facts import Character
from preserve.ingest.rules import View

TEN = datetime(2026, 1, 6, 2, 0, tzinfo=UTC)
"""Ten in the morning in China, on the day of the recordings."""

PAPERS = (
    ("立案审批表", "启动"),
    ("现场检查笔录", "调查"),
    ("调查终结报告", "审查"),
    ("行政处罚事先告知书", "审查"),
    ("行政处罚决定书", "决定"),
    ("送达回证", "送达"),
    ("结案报告", "归档"),
)


def description(**changes: Any) -> CaseDescription:
    """A case with every document that it must have; `changes` go into its description."""
    content = {
        "case_number": "一号",
        "case_type": "处罚",
        "title": "题",
        "cause": "由",
        "producer": {"name": "局"},
        "start": "2026-01-05",
        "closed": "2026-03-12",
        "objects": [document(kind, stage) for kind, stage in PAPERS],
        **changes,
    }
    case, mistakes = check_content(content, {}, "case")
    assert case is not None, mistakes
    return case


def document(kind: str, stage: str = "调查", **fields: Any) -> dict[str, Any]:
    """An object of the description that is a document."""
    return {"file": f"{kind}.pdf", "kind": kind, "stage": stage, **fields}


def recorded(file: str, device: str = "A1", **fields: Any) -> dict[str, Any]:
    """An object of the description that is a recording."""
    return {"file": file, "kind": "现场录像", "stage": "调查", "device": device, **fields}


def video(seconds: float, length: float, **facts: Any) -> Character:
    """A recording that its container says began so many seconds after ten."""
    started = TEN + timedelta(seconds=seconds)
    return Character("video", "test", duration=length, started=started, started_from="container", **facts)


def view(
    characters: dict[str, Character] | None = None,
    *objects: dict[str, Any],
    today: date = date(2026, 3, 20),
    **changes: Any,
) -> View:
    """The case with these objects beside its documents; `characters` by file, None before files were looked at."""
    papers = [document(kind, stage) for kind, stage in PAPERS]
    case = description(**{"objects": [*papers, *objects], **changes})
    return view_of(case, characters, today=today, state_secrets=False, own_profiles=None, institution="局")
