"""The risk report for the head of the agency: formats, media, tools; as page and as PDF/A, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from preserve.administration.printing.pages import as_html
from preserve.administration.printing.paper import as_pdf
from preserve.clock import zone
from preserve.data_management.database import Catalogue
from preserve.home import Home
from preserve.messages import LANGUAGES, say, speaking
from preserve.outputs import write_all
from preserve.preservation_planning.risk import Facts, gather
from preserve.preservation_planning.risk_report.sections import sections


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and what they tell."""

    files: tuple[Path, ...]
    facts: Facts


def write_report(home: Home, catalogue: Catalogue, folder: Path, moment: datetime, *, replace: bool = False) -> Written:
    """Write the report in both languages, as HTML and PDF/A, into the folder.

    Over an earlier one of the same day only with `replace`. Raises Refused, ToolMissing, MediumProblem.
    """
    facts = gather(home, catalogue, moment)
    local = moment.astimezone(zone(home.settings.time_zone))
    files = []
    for spoken in LANGUAGES:
        with speaking(spoken):
            title = say("plan.report-title")
            under = say(
                "report.under",
                institution=facts.institution,
                archive=facts.archive_id,
                moment=f"{local:%Y-%m-%d %H:%M}",
            )
            parts = sections(facts)
            name = f"risk-{local:%Y-%m-%d}.{spoken}"
            files.append((folder / f"{name}.html", as_html(title, under, parts)))
            files.append((folder / f"{name}.pdf", as_pdf(title, under, facts.institution, moment, parts)))
    return Written(tuple(write_all(files, home, replace=replace)), facts)
