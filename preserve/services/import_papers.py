"""A campaign as a workbook that goes round for answers, and as the report for the head."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.administration.duties import Duty
from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.messages import bytes_for_people, say
from preserve.outputs import write_all, write_new
from preserve.services.import_files import Kept, read_kept
from preserve.services.import_views import Campaign, Line, View, campaign_of, lines_of
from preserve.services.local_times import clock_of, in_local_time
from preserve.services.operation import job, query
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.services.tables.imports import why

_SHEETS: tuple[View, ...] = ("cases", "questions", "unlisted", "damaged", "missing", "twice")
_ASKED: tuple[View, ...] = ("questions", "unlisted", "damaged")
COLUMNS = ("key", "number", "title", "state", "carrier", "path", "size", "why")
_WIDE = (8, 24, 40, 12, 18, 50, 14, 40, 24)
_PAPER_ROWS = 3000


@dataclass(frozen=True, slots=True)
class WorkbookWritten:
    """Where the workbook is, and how many rows of it wait for an answer."""

    campaign: str
    path: Path
    questions: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The report as PDF/A and as a workbook."""

    campaign: str
    files: tuple[Path, ...]
    counts: dict[str, int]


def _heads(view: View) -> list[str]:
    heads = [say(f"imports.heading-{name}") for name in COLUMNS]
    return [*heads, say(f"imports.heading-answer-{view}")] if view in _ASKED else heads


def _cells(line: Line) -> list[str | int]:
    state = say(f"imports.state-{line.state}") if line.state else ""
    return [line.key, line.case_number, line.title, state, line.carrier, line.path, line.size or "", why(line)]


def _book(kept: Kept, views: Sequence[View], *, answers: bool) -> bytes:
    """A sheet a list; its first sheet says of which campaign. Names never become formulas."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True})
        plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        asked = book.add_format({"border": 1, "bg_color": "#FFF8DC", "valign": "top"})
        first = book.add_worksheet(say("imports.sheet-about"))
        first.set_column(0, 0, 80)
        first.write_string(0, 0, f"preserve import {kept.plan.head.id}")
        first.write_string(1, 0, say("imports.sheet-words" if answers else "imports.sheet-report"))
        for view in views:
            sheet = book.add_worksheet(say(f"imports.view-{view}"))
            heads = _heads(view) if answers else _heads(view)[: len(COLUMNS)]
            for column, width in enumerate(_WIDE[: len(heads)]):
                sheet.set_column(column, column, width)
            sheet.write_row(0, 0, heads, bold)
            sheet.freeze_panes(1, 0)
            for at, line in enumerate(lines_of(kept, view), 1):
                sheet.write_row(at, 0, _cells(line), plain)
                if len(heads) > len(COLUMNS):
                    sheet.write_blank(at, len(COLUMNS), None, asked)
    return buffer.getvalue()


@query("import.workbook", duty=Duty.INGEST, subject="campaign")
def workbook(session: Session, campaign: str, target: Path) -> WorkbookWritten:
    """Write the lists of a campaign as xlsx, with a column for answers. Raises NotFound, NotIntact, Refused."""
    kept = read_kept(session.archive, campaign)
    write_new(target, _book(kept, _SHEETS, answers=True), session.home)
    return WorkbookWritten(campaign, target, sum(len(lines_of(kept, view)) for view in ("questions", "unlisted")))


@job("import.report", duty=Duty.INGEST, subject="campaign", runs=Runs("waited", folder="target", anew=True))
def report(session: Session, campaign: str, target: Path, *, replace: bool = False) -> ImportReport:
    """Write the report of a campaign into a folder, as PDF/A-2b and as xlsx. Raises NotFound, NotIntact, Refused,
    ToolMissing."""
    archive = session.archive
    kept = read_kept(archive, campaign)
    result = campaign_of(archive, kept)
    clock = clock_of(session.home)
    under = say("imports.report-under", institution=archive.home.settings.institution, campaign=campaign)
    pdf = as_pdf(
        say("imports.report-title"),
        under,
        archive.home.settings.institution,
        archive.now(),
        [*_sections(kept, result, lambda text: in_local_time(text, clock))],
        wide=True,
    )
    book = _book(kept, ("cases", "missing", "unlisted", "damaged", "twice", "questions"), answers=False)
    files = [(target / f"import-{campaign}.pdf", pdf), (target / f"import-{campaign}.xlsx", book)]
    return ImportReport(campaign, tuple(write_all(files, session.home, replace=replace)), dict(result.counts))


def _sections(kept: Kept, result: Campaign, local: Any) -> Iterator[Section]:
    plan = kept.plan
    made = say(
        "imports.report-words",
        list=result.list,
        sha256=plan.head.sha256,
        made=local(result.made),
        by=result.by,
        cases=result.cases,
        kept=result.counts["kept"],
        known=result.counts["known"],
        refused=result.counts["refused"],
        left=result.cases - result.counts["kept"] - result.counts["known"] - result.counts["refused"],
    )
    bad = bool(result.counts["refused"] or result.damaged)
    yield Section(say("imports.report-result"), made, bad=bad)
    rows = tuple((say(f"imports.state-{state}"), str(count)) for state, count in result.counts.items() if count)
    yield Section(say("imports.report-counts"), "", (say("imports.heading-state"), say("imports.heading-count")), rows)
    yield _carriers(result, local)
    yield _table("missing", lines_of(kept, "missing"), ("number", "title"), (5, 14))
    lines = lines_of(kept, "cases")
    yield _table("cases", lines, ("number", "title", "state", "carrier", "why"), (5, 9, 3, 5, 8))
    yield _table(
        "damaged", lines_of(kept, "damaged"), ("number", "carrier", "path", "size", "why", "state"), (5, 4, 8, 3, 5, 3)
    )
    yield _unknown(kept)
    yield _table("unlisted", lines_of(kept, "unlisted"), ("carrier", "path", "size"), (4, 14, 3))
    yield _table("twice", lines_of(kept, "twice"), ("carrier", "path", "size"), (8, 8, 3))
    heads = tuple(say(f"imports.sign-{name}") for name in ("role", "name", "date"))
    who = tuple((say(f"imports.sign-{name}"), "\n\n", "") for name in ("made", "checked", "head"))
    yield Section(say("imports.report-signatures"), "", heads, who, widths=(4, 8, 5))


def _carriers(result: Campaign, local: Any) -> Section:
    heads = tuple(say(f"imports.heading-{name}") for name in ("carrier", "kind", "mark", "read", "files", "unreadable"))
    rows = tuple(
        (
            f"{one.id} {one.label}",
            say(f"imports.kind-{one.kind}"),
            one.mark or "—",
            local(one.read) + (f" ({one.tool})" if one.tool else ""),
            f"{one.files} ({bytes_for_people(one.bytes)})",
            str(one.unreadable),
        )
        for one in result.carriers
    )
    return Section(say("imports.report-carriers"), "", heads, rows, widths=(4, 2, 9, 6, 3, 2))  # a digest stays whole


def _unknown(kept: Kept) -> Section:
    """What nobody knows of the cases that came in, by what is lacking and how often."""
    counts: Counter[str] = Counter()
    for outcome in kept.outcomes.values():
        told = set[str]()
        for finding in outcome.findings if outcome.state == "kept" else ():
            fact = str(finding.values.get("fact", ""))
            if finding.code == "rule.legacy-not-known":
                told.add(fact)
            elif finding.code == "rule.legacy-known-in-part":
                told.add(say(finding.code, fact=fact, known="…"))  # what is known of each stands in its package
        counts.update(told)
    rows = tuple((told, str(count)) for told, count in sorted(counts.items(), key=lambda row: -row[1])[:_PAPER_ROWS])
    words = say("imports.report-unknown-words") if rows else say("imports.report-unknown-none")
    heads = (say("imports.heading-fact"), say("imports.heading-count"))
    return Section(say("imports.report-unknown"), words, heads, rows, widths=(14, 3))


def _table(view: View, lines: Sequence[Line], columns: Sequence[str], widths: tuple[int, ...]) -> Section:
    at = [COLUMNS.index(name) for name in columns]
    heads = tuple(say(f"imports.heading-{name}") for name in columns)
    rows = []
    for line in lines[:_PAPER_ROWS]:
        cells = _cells(line)
        cells[COLUMNS.index("size")] = bytes_for_people(line.size) if line.size else ""
        rows.append(tuple(str(cells[column]) for column in at))
    words = say("imports.report-none") if not rows else ""
    if len(lines) > len(rows):
        words = say("imports.report-more", count=len(lines) - len(rows))
    return Section(say(f"imports.view-{view}"), words, heads, tuple(rows), fresh=view == "cases", widths=widths)
