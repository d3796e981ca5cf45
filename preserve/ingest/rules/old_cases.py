"""Old cases: what nobody knows of them is said and never keeps them out; what rules ask that came later is eased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from metadata.findings import Finding
from preserve.description.labels import label_of
from preserve.description.legacy import closed, closed_at_latest
from preserve.description.schema import CaseDescription
from preserve.ingest.legacy.keys import case_number
from preserve.ingest.rules import View
from preserve.ingest.rules.accepting import LegacyCases


def check(view: View) -> Iterator[Finding]:
    """Each fact that is not known for legacy."""
    if (mark := view.case.legacy) is None:
        return
    rule = view.profile.legacy
    if is_recent(view.case, view.today, rule):
        values = {"article": rule.article, "closed": closed(view.case) or view.case.case_number}
        yield Finding("rule.legacy-not-old", "", "error", values)
    for fact in dict.fromkeys(mark.not_known):
        known = {"start": mark.start, "closed": mark.closed}.get(fact.value, "")
        code = "rule.legacy-known-in-part" if known else "rule.legacy-not-known"
        values = {"fact": label_of(fact), "known": known, "source": mark.source[:200]}
        yield Finding(code, "", rule.severity, values)


def is_recent(case: CaseDescription, today: date, rule: LegacyCases) -> bool:
    """Whether a case with the mark was closed too lately to be an old one; without a day its number's year counts."""
    last = closed_at_latest(case)
    if last is None and (number := case_number(case.case_number)) is not None:
        last = date(int(number.year), 1, 1)
    return case.legacy is not None and last is not None and last > today - timedelta(days=rule.recent_days)


def eased(case: CaseDescription, findings: Iterable[Finding], rule: LegacyCases, today: date) -> list[Finding]:
    """The findings, the errors of rules as warnings where the case is an old one; and that this was done."""
    found = list(findings)
    if case.legacy is None or not rule.eased or is_recent(case, today, rule):
        return found
    kept = {f"rule.{name}" for name in rule.keep}
    judged = [replace(one, severity="warning") if _is_eased(one, kept) else one for one in found]
    if count := sum(one.severity != before.severity for one, before in zip(judged, found, strict=True)):
        judged.append(Finding("rule.legacy-eased", "", "note", {"count": count}))
    return judged


def _is_eased(finding: Finding, kept: set[str]) -> bool:
    return finding.severity == "error" and "article" in finding.values and finding.code not in kept
