"""The four-property test of the filing stage (DA/T 70-2018 四性检测), from what ingest found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metadata.findings import Finding
from preserve.ingest.rules import View
from preserve.messages import say


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the test. `result` is `pass`, `warning`, `fail` or `not-tested`."""

    kind: str
    item: str
    result: str
    basis: str


_ITEMS = (
    # property, item, the findings that speak against it
    ("authenticity", "source", ("rule.no-instrument", "case.")),
    ("authenticity", "fixity", ("ingest.digest-differs", "ingest.size-differs")),
    ("authenticity", "times", ("rule.recording-times", "rule.stored-before")),
    ("integrity", "documents", ("rule.document-missing",)),
    ("integrity", "recordings", ("rule.measure-not-recorded", "rule.recording-gap")),
    ("integrity", "description", ("rule.evidence", "rule.contents", "rule.stored-unknown")),
    ("usability", "readable", ("format.truncated", "format.encrypted", "format.unreadable", "format.empty")),
    (
        "usability",
        "format",
        ("format.by-extension", "format.identifiers", "format.extension-lies", "format.unknown", "normalise."),
    ),
    ("security", "virus", ("sip.no-scanner", "sip.not-scanned", "sip.virus")),
    ("security", "secrets", ("rule.state-secret",)),
    ("security", "carriers", ("rule.stored-late",)),
)


def four_properties(view: View, findings: Sequence[Finding]) -> list[Item]:
    """Every item with its result and what speaks against it; explained errors and notes do not."""
    rows = []
    for kind, item, codes in _ITEMS:
        against = [
            one
            for one in findings
            if one.code.startswith(codes)
            and one.severity in ("refuse", "error", "warning")
            and one.code[-9:] != "explained"
        ]
        open_ones = [one for one in against if "accepted_by" not in one.values]
        result = "warning" if open_ones else "pass"
        if any(one.severity != "warning" for one in open_ones):
            result = "fail"
        if item == "virus" and against:
            result = "not-tested"
        if view.characters is None and item in ("recordings", "times", "readable"):
            result = "not-tested"
        if against:
            basis = say("compliance.against", count=len(against), first=say(against[0].code, **against[0].values))
        else:
            basis = say(f"compliance.basis-{item}")
        rows.append(Item(kind, item, result, basis))
    return rows
