"""The smallest case that the rules accept: taken in within a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from preserve.description.reading import check_content
from preserve.errors import Refused
from preserve.ingest.apply_rules import view_of
from preserve.ingest.rules import documents_are_there


def write_case(folder: Path, **changes: Any) -> Path:
    """A tiny case of two texts; `changes` go into its description."""
    folder.mkdir(parents=True)
    (folder / "笔录.txt").write_text("现场检查笔录", encoding="utf-8")
    (folder / "决定书.txt").write_text("行政处罚决定书", encoding="utf-8")
    description = {
        "case_number": "临文综罚〔2026〕77号",
        "case_type": "处罚",
        "title": "测试案",
        "cause": "测试",
        "producer": {"name": "临江市文化和旅游局"},
        "start": "2026-03-01",
        "closed": "2026-04-01",
        "objects": [
            {"file": "笔录.txt", "kind": "现场检查笔录", "stage": "调查"},
            {"file": "决定书.txt", "kind": "行政处罚决定书", "stage": "决定"},
        ],
        **changes,
    }
    if "acceptances" not in changes:
        description["acceptances"] = answers_for(description)
    (folder / "case.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    return folder


def answers_for(description: dict[str, Any]) -> list[dict[str, str]]:
    """An answer for each document that the case should hold and does not, by name: one for all of them is none."""
    case, _ = check_content(description, {}, "case")
    if case is None:
        return []
    try:
        view = view_of(case, None, today=case.closed, state_secrets=False, own_profiles=None)
    except Refused:
        return []
    missing = [found.where for found in documents_are_there.check(view) if found.severity == "error"]
    return [
        {"finding": "document-missing", "where": name, "person": "周建国", "reason": "测试案件没有全部文书"}
        for name in missing
    ]
