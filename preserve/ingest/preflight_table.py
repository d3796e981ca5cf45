"""Many cases checked at once: one row a case, and the workbook that goes back to the departments."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.grouping import grouped
from preserve.home import Home
from preserve.ingest.acceptance import answerable
from preserve.ingest.assess import Assessed, Judged
from preserve.ingest.compliance import verdict
from preserve.ingest.rules.filed_in_time import due_of
from preserve.messages import say
from preserve.outputs import write_new


@dataclass(frozen=True, slots=True)
class Row:
    """One checked case. `due` is ISO 8601 or empty where the description could not be read."""

    path: Path
    case_number: str
    title: str
    verdict: str
    refusals: int
    errors: int
    explained: int
    warnings: int
    due: str
    certain: bool
    findings: tuple[Finding, ...]


def row_of(path: Path, assessed: Assessed, judged: Judged) -> Row:
    """The row of a case that could be read."""
    view = judged.view
    filing = due_of(view)
    case = assessed.description
    due, certain = (filing.due.isoformat(), filing.certain) if filing else ("", False)
    return _row(path, judged.findings, case.case_number, case.title, due, certain)


def row_of_refused(path: Path, findings: Sequence[Finding]) -> Row:
    """The row of a deposit that could not be read as a case."""
    return _row(path, findings, "", "", "", False, "refuse")


def _row(
    path: Path, findings: Sequence[Finding], number: str, title: str, due: str, certain: bool, reached: str = ""
) -> Row:
    def count(severity: str) -> int:
        return sum(finding.severity == severity and "accepted_by" not in finding.values for finding in findings)

    explained = sum("accepted_by" in finding.values for finding in findings)
    return Row(
        path,
        number,
        title,
        reached or verdict(findings),
        count("refuse"),
        count("error"),
        explained,
        count("warning"),
        due,
        certain,
        tuple(findings),
    )


def heads() -> list[str]:
    """The headings of the table of cases."""
    names = ("number", "title", "verdict", "refusals", "errors", "explained", "warnings", "due", "folder")
    return [say(f"compliance.batch-{name}") for name in names]


def cells(row: Row) -> list[str]:
    """One case as the table shows it."""
    due = row.due + ("" if row.certain or not row.due else say("compliance.uncertain"))
    return [
        row.case_number or "—",
        row.title or "—",
        say(f"compliance.batch-verdict-{row.verdict}"),
        str(row.refusals),
        str(row.errors),
        str(row.explained),
        str(row.warnings),
        due or "—",
        row.path.name,
    ]


def write_table(target: Path, rows: Sequence[Row], home: Home) -> None:
    """Write an xlsx workbook: a sheet of cases, a sheet of what each is to mend. Names never become formulas.

    Raises Refused where something of that name is there, MediumProblem where it cannot be written.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        heading = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True})
        plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        bad = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "font_color": "#B00020", "bold": True})
        wide = (22, 40, 14, 8, 8, 8, 8, 14, 30)
        _sheet(
            book.add_worksheet(say("compliance.batch-cases")),
            heads(),
            [cells(row) for row in rows],
            wide,
            (heading, plain, bad),
            [row.verdict in ("refuse", "error") for row in rows],
            2,
        )
        groups = [
            (row, group)
            for row in rows
            for group in grouped(finding for finding in row.findings if _for_the_department(finding))
        ]
        problems = [
            [
                row.case_number or row.path.name,
                say("ingest.severity-" + group.severity),
                str(group.first.values.get("article", "—")),
                group.where() or "—",
                group.sentence(),
                group.hint() or "—",
            ]
            for row, group in groups
        ]
        names = [say("compliance.batch-number"), *(say(f"compliance.head-{n}") for n in _PROBLEM)]
        _sheet(
            book.add_worksheet(say("compliance.batch-problems")),
            names,
            problems,
            (22, 19, 6, 40, 60, 60),
            (heading, plain, bad),
            [group.severity in ("refuse", "error") for _, group in groups],
            1,
        )
    write_new(target, buffer.getvalue(), home)


_LINE, _MOST_LINES = 15.0, 27  # a row is at most 409 points high
_PROBLEM = ("severity", "article", "where", "found", "do")


def _sheet(
    sheet: Any,
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    wide: Sequence[int],
    formats: Any,
    marked: Sequence[bool],
    mark: int,
) -> None:
    heading, plain, bad = formats  # what is marked stands in the column `mark`
    for place, (name, width) in enumerate(zip(names, wide, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, heading)
    for number, (row, bad_one) in enumerate(zip(rows, marked, strict=True), 1):
        lines = max(_lines(value, width) for value, width in zip(row, wide, strict=True))
        sheet.set_row(number, _LINE * min(lines, _MOST_LINES))
        for place, value in enumerate(row):
            if value.isdigit() and 3 <= place <= 6:
                sheet.write_number(number, place, int(value), plain)
            else:
                shown = value.encode("utf-8", "backslashreplace").decode()[:32_000]
                sheet.write_string(number, place, shown, bad if bad_one and place == mark else plain)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(names) - 1)


def _for_the_department(finding: Finding) -> bool:
    """What the officers can mend: not that no virus scanner is configured here, nor what nobody need mend."""
    return (
        finding.severity == "refuse"
        or answerable(finding)
        or (finding.severity != "note" and "article" in finding.values and "accepted_by" not in finding.values)
    )


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column so wide: spreadsheet programs do not measure rows that others wrote."""
    wide = (sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n"))
    return sum(max(1, -(-columns // max(width - 1, 1))) for columns in wide)
