"""The four-property test of the filing stage (DA/T 70-2018 四性检测), in its order, from what ingest found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from metadata.findings import Finding
from preserve.ingest.rules import View
from preserve.messages import say

Result = Literal["pass", "warning", "fail", "not-tested", "at-seal"]


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the test: property, what is tested, the test. `at-seal` is tested when the package is closed."""

    kind: str
    subject: str
    item: str
    result: Result
    basis: str


@dataclass(frozen=True, slots=True)
class _Test:
    """`against`: beginnings of the codes that speak against it. `when`: from what on it can be told: the description
    (`read`), the files (`files`), their copies (`copied`), the closed package (`seal`), or not here (`never`)."""

    kind: str
    subject: str
    item: str
    against: tuple[str, ...] = ()
    when: Literal["read", "files", "copied", "seal", "never"] = "read"


_COMPLETE = (
    *("rule.contents", "rule.stored-unknown", "rule.preamble"),
    *("rule.recording-start", "rule.device-check-not"),
)
_CONTINUOUS = (*("rule.recording-gap", "rule.recording-overlap"), *("rule.recording-start", "rule.recording-length"))
_OPENS = (
    "format.encrypted",
    "format.unreadable",
    "format.encoding",
    "format.truncated",
    "format.empty",
    "format.unknown",
)
_TESTS = (
    _Test("authenticity", "source", "fixity", ("ingest.digest-differs", "sip.bag-tag-differs"), "copied"),
    _Test("authenticity", "metadata", "length", ("case.field-long", "case.field-empty")),
    _Test("authenticity", "metadata", "type", ("case.field-",)),
    _Test("authenticity", "metadata", "range", ("case.field-choice", "case.name-unknown")),
    _Test(
        "authenticity",
        "metadata",
        "reasonable",
        (
            *("rule.recording-times", "rule.stored-before", "case.before-case", "case.outside-case"),
            *("rule.closed-in-future", "rule.date-in-future", "rule.recorded-in-future"),
        ),
    ),
    _Test("authenticity", "metadata", "characters", ("sip.names-collide", "sip.bad-path")),
    _Test("authenticity", "metadata", "archival-number", ("rule.archival-number-", "rule.fonds-unknown")),
    _Test("authenticity", "metadata", "repeated", ("case.file-twice", "ingest.case-known", "rule.file-identical")),
    _Test("authenticity", "content", "electronic", ("format.extension-lies", "sip.name-misleads"), "files"),
    _Test("authenticity", "linked", "linked", ("case.file-missing", "case.file-unlisted")),
    _Test("authenticity", "package", "papers", (), "seal"),
    _Test("authenticity", "package", "structure", (), "seal"),
    _Test("authenticity", "package", "same", (), "seal"),
    _Test("integrity", "amount", "count", ("case.file-missing", "case.file-unlisted", "sip.bag-file")),
    _Test("integrity", "amount", "bytes", ("ingest.size-differs",), "copied"),
    _Test("integrity", "metadata", "complete", _COMPLETE),
    _Test("integrity", "metadata", "required", ("rule.evidence", "rule.no-instrument")),
    _Test("integrity", "metadata", "process", ("rule.measure-", "rule.incident-"), "files"),
    _Test("integrity", "metadata", "continuous", _CONTINUOUS, "files"),
    _Test("integrity", "content", "content", ("format.truncated", "format.empty", "format.unreadable"), "files"),
    _Test("integrity", "content", "attachments", ("rule.transcript-unknown", "rule.acceptance-document")),
    _Test("integrity", "package", "scope", ("rule.document-missing",)),
    _Test("integrity", "package", "package-metadata", (), "seal"),
    _Test("integrity", "package", "package-content", (), "seal"),
    _Test("usability", "metadata", "legible", (), "seal"),
    _Test("usability", "metadata", "accessible", (), "seal"),
    _Test("usability", "content", "format", ("format.by-extension", "format.identifiers", "format.unknown"), "files"),
    _Test("usability", "content", "opens", _OPENS, "files"),
    _Test("usability", "content", "lasting", ("normalise.",), "copied"),
    _Test("usability", "environment", "environment", (), "never"),
    _Test("usability", "package", "conforming", ("sip.nested", "format.encrypted"), "files"),
    _Test("security", "virus", "scanner", ("sip.no-scanner",)),
    _Test("security", "virus", "virus", ("sip.virus", "sip.no-scanner", "sip.not-scanned", "sip.scan-incomplete")),
    _Test("security", "carrier", "surplus", ("case.file-unlisted", "sip.litter")),
    _Test("security", "carrier", "speed", (), "never"),
    _Test("security", "carrier", "look", (), "never"),
    _Test("security", "carrier", "disc", (), "never"),
    _Test("security", "process", "process-safe", ("rule.state-secret", "rule.secrecy-mark", "rule.stored-late")),
)


def four_properties(view: View, findings: Sequence[Finding], *, sealing: bool = False) -> list[Item]:
    """Every test of the stage with its result and ground; explained errors and notes do not speak against it.

    `sealing`: the files were copied and normalised, and the package is about to be closed; else nothing was copied.
    """
    return [_judge(test, view, findings, sealing) for test in _TESTS]


def overall(items: Sequence[Item], kind: str) -> Result:
    """The worst result of a property, leaving out what was not tested or is tested when the package is closed."""
    reached = {item.result for item in items if item.kind == kind}
    return "fail" if "fail" in reached else "warning" if "warning" in reached else "pass"


def _judge(test: _Test, view: View, findings: Sequence[Finding], sealing: bool) -> Item:
    def item(result: Result, basis: str) -> Item:
        return Item(test.kind, test.subject, test.item, result, basis)

    if test.when == "seal":
        return item("at-seal", say("compliance.at-seal-basis")) if sealing else item("not-tested", _not_yet())
    if test.when == "never":
        return item("not-tested", say(f"compliance.basis-{test.item}"))
    if test.item == "archival-number" and (unheld := _unheld_number(view)):
        return item("not-tested", unheld)
    if (test.when == "copied" and not sealing) or (test.when == "files" and view.characters is None):
        return item("not-tested", _not_yet())
    against = [finding for finding in findings if finding.code.startswith(test.against) and finding.severity != "note"]
    if not against:
        return item("pass", say(f"compliance.basis-{test.item}", files=len(view.case.objects)))
    open_ones = [one for one in against if "accepted_by" not in one.values]
    first = (open_ones or against)[0]
    basis = say("compliance.against", count=len(against), first=say(first.code, **first.values))
    if test.item == "virus" and all(one.code != "sip.virus" for one in against):
        return item("not-tested", basis)
    if not open_ones:
        return item("pass", say("compliance.answered", count=len(against), first=say(first.code, **first.values)))
    return item("fail" if any(one.severity != "warning" for one in open_ones) else "warning", basis)


def _unheld_number(view: View) -> str:
    """Why the archival number is not held against the bureau's rules; nothing where it is."""
    if view.numbering is None or view.numbering.use == "as-given":
        return say("compliance.number-as-given")
    if view.case.archival_number:
        return ""
    return say("compliance.number-given-here" if view.numbering.use == "give" else "compliance.number-none")


def _not_yet() -> str:
    return say("compliance.not-yet")
