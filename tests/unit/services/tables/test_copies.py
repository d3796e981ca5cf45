"""Copies as a table: what should exist, what does, and what comes next."""

from __future__ import annotations

from preserve.archival_storage.overview import Task
from preserve.archival_storage.policy import Standing
from preserve.data_management.holdings import CopyRow
from preserve.messages import speaking
from preserve.services.copies import CaseCopies, CopiesOverview, TaskShown
from preserve.services.tables import copies as tables


def _version(number: str, *tasks: TaskShown) -> CaseCopies:
    copies = (
        CopyRow("o1_v1", "m1", "o1", 1, "verified", None, None, part=1, parts=2),
        CopyRow("o1_v1", "m2", "o1", 1, "written", None, None),
        CopyRow("o1_v1", "m3", "o1", 1, "retired", None, None),
    )
    wanted = (("drive", 2), ("optical", 1))
    return CaseCopies(
        "o1_v1", "o1", number, "T", False, wanted, copies, Standing(not tasks, ()), tasks, sealed=not tasks
    )


def test_copies_are_named_by_their_media_and_retired_ones_are_left_out() -> None:
    overview = CopiesOverview((_version("2026-1"), _version("")), {"m1": "DRV-01"})
    with speaking("en"):
        shown = tables.list_copies(overview)
    assert shown.rows[0][:3] == ("2026-1", "drive × 2, disc × 1", "DRV-01 1/2 (verified), m2 (written)")
    assert shown.rows[1][0] == "o1_v1" and shown.rows[0][3] not in ("", "—")


def test_what_comes_next_is_said() -> None:
    overview = CopiesOverview((_version("2026-1", Task("o1_v1", "insert", "drive", "DRV-01", "A/1")),), {})
    with speaking("zh"):
        chinese = tables.list_copies(overview).rows[0]
    with speaking("en"):
        english = tables.list_copies(overview).rows[0]
    assert "DRV-01" in chinese[3] and "DRV-01" in english[3] and chinese[3] != english[3]
    assert chinese[1] == "专用硬盘 × 2、光盘 × 1"
