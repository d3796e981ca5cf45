"""The description of a checked case written anew, with a row for each error that a person is to answer for."""

from __future__ import annotations

from pathlib import Path

from preserve.description.vocabulary import read_vocabulary
from preserve.description.workbook import write_workbook
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.acceptance import name_of
from preserve.ingest.preflight import Looked
from preserve.outputs import new_file


def fill_in(target: Path, case: Looked, home: Home) -> None:
    """Write the workbook; what persons answered already stays. Raises Refused where the description cannot be read."""
    if case.description is None:
        raise Refused("ingest.fill-unreadable", str(case.path), findings=case.row.findings)
    content = case.description.model_dump(mode="python")
    rows = list(content["acceptances"])
    for finding in case.row.findings:
        if finding.severity == "error" and "article" in finding.values:
            row = {"finding": name_of(finding), "where": finding.where, "person": "", "reason": "", "document": ""}
            if row not in rows:
                rows.append(row)
    with new_file(target, home) as part:
        write_workbook(part, {**content, "acceptances": rows}, read_vocabulary(home.profiles))
