"""Errors that a named person answers for: they stay visible, and no longer keep the case out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from metadata.findings import Finding, Value
from preserve.description.matching import described
from preserve.description.problems import name_of_problem
from preserve.description.schema import Acceptance, CaseDescription
from preserve.errors import NotPermitted
from preserve.ingest.rules.accepting import Accepting

_NAMING = ("document", "measure", "measure_written", "file", "producer")
"""Values of a finding that name what it is about, where it has no place of its own."""

_OF_PACKAGES = (
    "foreign.digest-differs",
    "foreign.file-missing",
    "foreign.size-differs",
    "foreign.count-differs",
    "foreign.folder-twice",
)
"""What no rule asks for: a package of another system is not what it says of itself."""


def answerable(finding: Finding) -> bool:
    """Whether it is an error that keeps a case out until a person answers for it."""
    return finding.severity == "error" and ("article" in finding.values or finding.code in _OF_PACKAGES)


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who takes the case in: `may` where they may let it in with an error, as a head or in the place of one."""

    account: str
    may: bool = False
    on_behalf_of: str = ""


def accept(case: CaseDescription, findings: Iterable[Finding], rule: Accepting) -> list[Finding]:
    """Each error that an acceptance of the description fits becomes a warning that carries person and reason.

    Refusals are never accepted. An acceptance answers for the one thing that it names, with a reason that says
    something; one that does not, that fits nothing, or that names a document which the case does not hold, is said.
    """
    lacking = {number: code for number, by in enumerate(case.acceptances) if (code := _lacks(by, rule))}
    used: set[int] = set()
    judged: list[Finding] = []
    for finding in findings:
        number = next(
            (
                number
                for number, by in enumerate(case.acceptances)
                if number not in lacking and finding.severity == "error" and _fits(by, finding, case)
            ),
            None,
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
    return [*judged, *_about_acceptances(case, lacking, used)]


def _about_acceptances(case: CaseDescription, lacking: dict[int, str], used: set[int]) -> Iterator[Finding]:
    """What is wrong with the acceptances themselves."""
    files = described(case) if any(by.document for by in case.acceptances) else None
    for number, by in enumerate(case.acceptances):
        values: dict[str, Value] = {"finding": by.finding, "person": by.person, "reason": by.reason}
        if number in lacking:
            yield Finding(lacking[number], by.where, "warning", values)
        elif number not in used:
            yield Finding("rule.acceptance-unused", by.where, "warning", values)
        if by.document and files is not None and files.find(by.document) is None:
            values = {"finding": by.finding, "document": by.document}
            yield Finding("rule.acceptance-document-unknown", by.document, "refuse", values)


def _lacks(by: Acceptance, rule: Accepting) -> str:
    """The code of what an acceptance lacks to count at all; empty where it lacks nothing."""
    if not by.where.strip():
        return "rule.acceptance-nowhere"
    return "" if says_something(by.reason, rule) else "rule.acceptance-no-reason"


def says_something(reason: str, rule: Accepting) -> bool:
    """Whether anything is left of a reason once its empty phrases, marks and repetitions are taken out."""
    words = _letters(reason)
    for phrase in sorted(map(_letters, rule.empty_reasons), key=len, reverse=True):
        words = words.replace(phrase, "")
    return len(words) >= rule.least_letters and len(set(words)) >= min(rule.least_letters, 3)


def _letters(text: str) -> str:
    """Letters and digits of it, in one writing."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if unicodedata.category(character)[0] in "LN")


def require_answerer(case: CaseDescription, findings: Iterable[Finding], answerer: Answerer) -> None:
    """Raises NotPermitted where errors were answered for and who takes the case in may not let them in."""
    answered = accepted(findings, answerer)
    if answered and not answerer.may:
        first = answered[0]
        raise NotPermitted(
            "rule.acceptance-not-permitted",
            case.case_number,
            account=answerer.account,
            count=len(answered),
            finding=name_of_problem(first["finding"]),
            place=first["where"] or "—",
        )


def accepted(findings: Iterable[Finding], answerer: Answerer) -> list[dict[str, str]]:
    """The accepted errors, as the ledger keeps them, with the account that let them in."""
    return [
        {
            "finding": finding.code,
            "where": finding.where,
            "person": str(finding.values["accepted_by"]),
            "reason": str(finding.values["accepted_reason"]),
            "document": str(finding.values["accepted_document"]),
            "by": answerer.account,
            "on_behalf_of": answerer.on_behalf_of,
        }
        for finding in findings
        if "accepted_by" in finding.values
    ]


def name_of(finding: Finding) -> str:
    """The short name by which a person accepts an error: `document-missing`."""
    return finding.code.partition(".")[2]


def _fits(acceptance: Acceptance, finding: Finding, case: CaseDescription) -> bool:
    named = acceptance.finding in (finding.code, name_of(finding))
    about = {finding.where, *(str(finding.values[name]) for name in _NAMING if name in finding.values)} - {""}
    for name in ("measure", "measure_written"):  # as it is read, and as the workbook has it
        if name in finding.values and "start" in finding.values:
            about.add(f"{finding.values[name]} {finding.values['start']}")
    # What is about nothing but the case as a whole is answered for under its number.
    return named and _plain(acceptance.where) in {_plain(name) for name in about or {case.case_number}}


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
