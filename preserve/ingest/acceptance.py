"""Errors that a named person answers for: they stay visible, and no longer keep the case out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from metadata.findings import Finding
from preserve.description.matching import described
from preserve.description.schema import Acceptance, CaseDescription


def accept(case: CaseDescription, findings: Iterable[Finding]) -> list[Finding]:
    """Each error that an acceptance of the description fits becomes a warning that carries person and reason.

    Refusals are never accepted. An acceptance that fits nothing, or names a document that the case does not hold,
    is said.
    """
    used: set[int] = set()
    judged: list[Finding] = []
    for finding in findings:
        number = next(
            (n for n, a in enumerate(case.acceptances) if finding.severity == "error" and _fits(a, finding)), None
        )
        if number is None:
            judged.append(finding)
            continue
        used.add(number)
        by = case.acceptances[number]
        told = {
            **finding.values,
            "accepted_by": by.person,
            "accepted_reason": by.reason,
            "accepted_document": by.document,
        }
        judged.append(replace(finding, severity="warning", values=told))
    files = described(case) if any(by.document for by in case.acceptances) else None
    for number, by in enumerate(case.acceptances):
        if number not in used:
            values = {"finding": by.finding, "person": by.person}
            judged.append(Finding("rule.acceptance-unused", by.where, "warning", values))
        if by.document and files is not None and files.find(by.document) is None:
            values = {"finding": by.finding, "document": by.document}
            judged.append(Finding("rule.acceptance-document-unknown", by.document, "refuse", values))
    return judged


def accepted(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """The accepted errors, as the ledger keeps them."""
    return [
        {
            "finding": finding.code,
            "where": finding.where,
            "person": str(finding.values["accepted_by"]),
            "reason": str(finding.values["accepted_reason"]),
            "document": str(finding.values["accepted_document"]),
        }
        for finding in findings
        if "accepted_by" in finding.values
    ]


def name_of(finding: Finding) -> str:
    """The short name by which a person accepts an error: `document-missing`."""
    return finding.code.partition(".")[2]


def _fits(acceptance: Acceptance, finding: Finding) -> bool:
    named = acceptance.finding in (finding.code, name_of(finding))
    about = (finding.where, *(value for value in finding.values.values() if isinstance(value, str)))
    return named and (not acceptance.where or acceptance.where in about)
