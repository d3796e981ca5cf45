"""Copies as a table: what should exist, what does, and what comes next."""

from __future__ import annotations

from preserve.messages import listed, say
from preserve.services.copies import CaseCopies, CopiesOverview, task_sentence
from preserve.services.tables import Table, cells, table
from preserve.services.tables.words import by_kind, copy_state


def list_copies(overview: CopiesOverview) -> Table:
    """One row a version of a case."""
    return table("number wanted copies next", (_row(version, overview.labels) for version in overview.cases))


def _row(version: CaseCopies, labels: dict[str, str]) -> tuple[str, ...]:
    there = [
        labels.get(copy.medium, copy.medium)
        + (f" {copy.part}/{copy.parts}" if copy.parts > 1 else "")
        + f" ({copy_state(copy.state)})"
        for copy in version.copies
        if copy.state != "retired"
    ]
    return cells(
        version.case_number or version.name,
        by_kind(version.wanted),
        listed(there),
        listed(task_sentence(task) for task in version.next) or say("cli.sealed-short"),
    )
