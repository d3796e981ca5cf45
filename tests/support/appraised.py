"""An item of an appraisal as its list has it."""

from __future__ import annotations

from typing import Any

from preserve.administration.appraisal.model import Item


def item(row: int = 1, **changes: Any) -> Item:
    """A whole case that fell due at the end of 2025; or another, as the changes say."""
    due = Item(
        row=row,
        objid="o",
        case_number="〔2015〕7号",
        archival_number="",
        title="无证经营",
        responsible="王",
        closed="2015-06-01",
        classification="internal",
        declared="10-years",
        rule="declared",
        start="2016-01-01",
        years=10,
        due="2025-12-31",
        files=3,
        size=2048,
        requests=0,
        copies=("optical LJ-0001",),
        signals=("incident:media",),
        blocks=("litigation H2026-0001",),
    )
    return due.model_copy(update=changes)
