"""Art. 16: a case is filed within so many working days of its closing or of the end of the inspection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metadata.findings import Finding, Value
from preserve.ingest.rules import View, finding
from preserve.working_days import working_days_after, working_days_between


def check(view: View) -> Iterator[Finding]:
    """Filed too late, or late with a reason that is shown; a date past the known holidays is said to be uncertain."""
    rule = view.profile.filing
    due, certain = working_days_after(view.calendar, view.case.closed, rule.working_days)
    if view.today <= due:
        if not certain:
            told = finding("filing-uncertain", rule, "", closed=view.case.closed.isoformat(), due=due.isoformat())
            yield replace(told, severity="note")
        return
    late, _ = working_days_between(view.calendar, due, view.today)
    values: dict[str, Value] = {"closed": view.case.closed.isoformat(), "due": due.isoformat(), "days": late}
    if reason := view.case.late_filing_reason:
        told = finding("filed-late-explained", rule, "", reason=reason, **values)
        yield replace(told, severity="note")
    else:
        yield finding("filed-late" if certain else "filed-late-uncertain", rule, "", **values)
