"""Art. 16: a case is filed within so many working days of its closing."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.clock import working_days_after
from preserve.ingest.rules import View, finding


def check(view: View) -> Iterator[Finding]:
    """Filed too late without a reason; a date past the known holidays is said to be uncertain."""
    rule = view.profile.filing
    due, certain = working_days_after(view.case.closed, rule.working_days)
    if view.today <= due:
        return
    late = (view.today - due).days
    if view.case.late_filing_reason:
        return
    code = "filed-late" if certain else "filed-late-uncertain"
    yield finding(code, rule, closed=view.case.closed.isoformat(), due=due.isoformat(), days=late)
