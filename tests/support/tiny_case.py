"""The smallest case that the rules accept: taken in within a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


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
        "acceptances": [{"finding": "document-missing", "person": "周建国", "reason": "测试案件没有全部文书"}],
        **changes,
    }
    (folder / "case.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    return folder
