"""The compliance report (合规检查报告): the verdict, what to send back, then article by article."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from metadata.findings import Finding
from preserve.administration.printing.pages import as_html
from preserve.administration.printing.paper import as_pdf
from preserve.ingest.acceptance import answerable
from preserve.ingest.compliance.articles import judge_articles
from preserve.ingest.compliance.properties import four_properties
from preserve.ingest.compliance.sections import sections
from preserve.ingest.rules import View
from preserve.messages import say

REPORTS = ("compliance.json", "compliance.html", "compliance.pdf")
"""What the reports of a case are called."""


def reports(
    view: View, findings: Sequence[Finding], institution: str, moment: datetime, *, sealing: bool = False
) -> list[tuple[str, str, bytes]]:
    """Name, MIME type and bytes of the report as JSON, page and PDF/A, in the language in use.

    `sealing`: its files were copied, and the package is about to be closed; else nothing was copied yet. The same case
    at the same moment gives the same bytes. Raises ToolMissing where no Chinese font is installed.
    """
    title = say("compliance.title")
    local = f"{moment.astimezone(view.zone):%Y-%m-%d %H:%M}"
    under = say("compliance.under", institution=institution, number=view.case.case_number, moment=local)
    parts = sections(view, findings, sealing=sealing)
    document = (json.dumps(as_document(view, findings, sealing=sealing), ensure_ascii=False, indent=1) + "\n").encode(
        "utf-8", "replace"
    )
    return [
        (REPORTS[0], "application/json", document),
        (REPORTS[1], "text/html", as_html(title, under, parts)),
        (REPORTS[2], "application/pdf", as_pdf(title, under, institution, moment, parts)),
    ]


def as_document(view: View, findings: Sequence[Finding], *, sealing: bool = False) -> dict[str, object]:
    """The report for programs: verdict, articles, the four properties."""
    return {
        "case_number": view.case.case_number,
        "verdict": verdict(findings),
        "articles": [
            {
                "article": article.article,
                "title": article.title,
                "standing": article.standing,
                "basis": article.basis,
                "findings": [finding.code for finding in article.findings],
            }
            for article in judge_articles(view, findings)
        ],
        "four_properties": [
            {
                "property": test.kind,
                "subject": test.subject,
                "item": test.item,
                "name": say(f"compliance.item-{test.item}"),
                "result": test.result,
                "basis": test.basis,
            }
            for test in four_properties(view, findings, sealing=sealing)
        ],
    }


def verdict(findings: Sequence[Finding]) -> str:
    """`refuse`, `error`, `explained`, `warning` or `complete`, the worst that was found."""
    if any(finding.severity == "refuse" for finding in findings):
        return "refuse"
    if any(map(answerable, findings)):
        return "error"
    if any("accepted_by" in finding.values for finding in findings):
        return "explained"
    return "warning" if any(finding.severity == "warning" for finding in findings) else "complete"
