"""Art. 16: a case is filed within so many working days of its closing or of the end of the inspection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metadata.findings import Finding, Value
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.filing_day import filing_day_of
from preserve.messages import say
from preserve.working_days import working_days_between


def check(view: View) -> Iterator[Finding]:
    """Filed too late, or late with a reason that is shown; a date past the known holidays is said to be uncertain."""
    rule, day = view.profile.filing, filing_day_of(view)
    values: dict[str, Value] = {
        "closed": day.begun.isoformat(),
        "event": say(f"rule.filing-from-{day.event}"),
        "due": day.due.isoformat(),
    }
    if view.today <= day.due:
        if not day.certain:
            yield replace(finding("filing-uncertain", rule, "", **values), severity="note")
        return
    values["days"], _ = working_days_between(view.calendar, day.due, view.today)
    if reason := view.case.late_filing_reason:
        yield replace(finding("filed-late-explained", rule, "", reason=reason, **values), severity="note")
    elif not values["days"]:
        yield finding("filed-after-period", rule, "", **values)
    else:
        yield finding("filed-late" if day.certain else "filed-late-uncertain", rule, "", **values)
