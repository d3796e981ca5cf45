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
from preserve.preservation_planning.risk import Facts, gather
from preserve.preservation_planning.risk_report.sections import sections
from storage_adapters.durable import write_file


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and what they tell."""

    files: tuple[Path, ...]
    facts: Facts


def write_report(home: Home, catalogue: Catalogue, folder: Path, moment: datetime) -> Written:
    """Write the report in both languages, as HTML and PDF/A, into the folder. Raises ToolMissing, StorageError."""
    facts = gather(home, catalogue, moment)
    local = moment.astimezone(zone(home.settings.time_zone))
    files = []
    for spoken in LANGUAGES:
        with speaking(spoken):
            title = say("plan.report-title")
            under = say("report.under", institution=facts.institution, archive=facts.archive_id,
                        moment=f"{local:%Y-%m-%d %H:%M}")  # fmt: skip
            parts = sections(facts)
            name = f"risk-{local:%Y-%m-%d}.{spoken}"
            write_file(folder / f"{name}.html", as_html(title, under, parts))
            write_file(folder / f"{name}.pdf", as_pdf(title, under, facts.institution, moment, parts))
            files += [folder / f"{name}.html", folder / f"{name}.pdf"]
    return Written(tuple(files), facts)
