"""The history of a case of which nothing happened yet, to be filled by a test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from preserve.access.case_history.model import History
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.holdings import CopyRow, MediumRow

OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"
NAME = f"{OBJID}_v0001"
MEDIUM = MediumRow("m-1", "directory", "主库", "/srv", "active", "2026-01-01T00:00:00Z", "甲楼/机房", "石", 0, None, {})


def copy_of(state: str, *, medium: str = "m-1", verified: str | None = "2026-02-01T00:00:00Z") -> CopyRow:
    """A copy of the package in that state."""
    return CopyRow(NAME, medium, OBJID, 1, state, "2026-01-02T00:00:00Z", verified)


def history_of(**changes: Any) -> History:
    """One with a verified copy and nothing against it; `changes` are its fields."""
    fields: dict[str, Any] = {
        "objid": OBJID,
        "case_number": "临文综罚〔2026〕77号",
        "archival_number": "",
        "title": "测试案",
        "packages": (NAME,),
        "subject": None,
        "contents": True,
        "happenings": (),
        "copies": ((copy_of("verified"), MEDIUM),),
        "missing": (),
        "last": None,
        "gone": (),
        "listings": 0,
        "entries": 12,
        "checkpoint": Checkpoint(12, b"\1" * 32, "2026-03-01T00:00:00Z", "note\n", b"", "key"),
        "key": "key",
        "findings": (),
        "moment": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return History(**{**fields, **changes})
