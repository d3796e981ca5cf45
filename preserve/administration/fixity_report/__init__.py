"""What the head of the agency and the auditor read each month about the safety of the copies, as page and as PDF/A."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from preserve.administration.fixity_report.facts import Facts, gather, limit_of
from preserve.administration.fixity_report.sections import sections
from preserve.administration.printing.pages import as_html
from preserve.administration.printing.paper import as_pdf
from preserve.archival_storage.policy import StorageProfile
from preserve.clock import zone
from preserve.data_management.database import Catalogue
from preserve.home import Home
from preserve.messages import LANGUAGES, say, speaking
from preserve.outputs import write_all


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and what they tell."""

    files: tuple[Path, ...]
    facts: Facts


def write_report(
    home: Home, catalogue: Catalogue, profile: StorageProfile, folder: Path, moment: datetime, *, replace: bool = False
) -> Written:
    """Write the report in both languages, as HTML and PDF/A, into the folder.

    Over an earlier one of the same day only with `replace`. Raises Refused, ToolMissing, MediumProblem.
    """
    facts = gather(home, catalogue, profile, moment)
    local = zone(home.settings.time_zone)
    limits = {one.kind: limit_of(profile, one.kind) for one in facts.coverage}
    files = []
    for spoken in LANGUAGES:
        with speaking(spoken):
            title = say("report.title")
            under = say(
                "report.under",
                institution=facts.institution,
                archive=facts.archive_id,
                moment=f"{moment.astimezone(local):%Y-%m-%d %H:%M}",
            )
            parts = sections(facts, local, limits)
            name = f"fixity-{moment.astimezone(local):%Y-%m-%d}.{spoken}"
            files.append((folder / f"{name}.html", as_html(title, under, parts)))
            files.append((folder / f"{name}.pdf", as_pdf(title, under, facts.institution, moment, parts)))
    return Written(tuple(write_all(files, home, replace=replace)), facts)
