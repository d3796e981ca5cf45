"""Old cases: what nobody knows of them is said and never keeps them out; what rules ask that came later is eased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from metadata.findings import Finding
from preserve.description.labels import label_of
from preserve.description.schema import CaseDescription
from preserve.ingest.rules import View
from preserve.ingest.rules.accepting import LegacyCases


def check(view: View) -> Iterator[Finding]:
    """Each fact that is not known for legacy."""
    if (mark := view.case.legacy) is None:
        return
    for fact in dict.fromkeys(mark.not_known):
        known = {"start": mark.start, "closed": mark.closed}.get(fact.value, "")
        code = "rule.legacy-known-in-part" if known else "rule.legacy-not-known"
        values = {"fact": label_of(fact), "known": known, "source": mark.source[:200]}
        yield Finding(code, "", view.profile.legacy.severity, values)


def eased(case: CaseDescription, findings: Iterable[Finding], rule: LegacyCases) -> list[Finding]:
    """The findings, the errors of rules as warnings where the case is an old one; and that this was done."""
    found = list(findings)
    if case.legacy is None or not rule.eased:
        return found
    kept = {f"rule.{name}" for name in rule.keep}
    judged = [replace(one, severity="warning") if _is_eased(one, kept) else one for one in found]
    if count := sum(one.severity != before.severity for one, before in zip(judged, found, strict=True)):
        judged.append(Finding("rule.legacy-eased", "", "note", {"count": count}))
    return judged


def _is_eased(finding: Finding, kept: set[str]) -> bool:
    return finding.severity == "error" and "article" in finding.values and finding.code not in kept
