"""The description of a checked case written anew, with a row for each error that a person is to answer for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.description.vocabulary import read_vocabulary
from preserve.description.workbook import write_workbook
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.acceptance import answerable, name_of
from preserve.ingest.preflight import Looked
from preserve.outputs import new_file


def unanswered(findings: Iterable[Finding], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each error that a person may answer for and no row names yet, without person and reason."""
    named = {(row.get("finding"), row.get("where") or "") for row in rows}
    found: list[dict[str, Any]] = []
    for finding in findings:
        if answerable(finding):
            row = {"finding": name_of(finding), "where": finding.where, "person": "", "reason": "", "document": ""}
            if not named & {(name_of(finding), finding.where), (finding.code, finding.where)} and row not in found:
                found.append(row)
    return found


def fill_in(target: Path, case: Looked, home: Home) -> None:
    """Write the workbook; what persons answered already stays. Raises Refused where the description cannot be read."""
    if case.description is None:
        raise Refused("ingest.fill-unreadable", str(case.path), findings=case.row.findings)
    content = case.description.model_dump(mode="python")
    rows = [*content["acceptances"], *unanswered(case.row.findings, content["acceptances"])]
    with new_file(target, home) as part:
        write_workbook(part, {**content, "acceptances": rows}, read_vocabulary(home.profiles))
