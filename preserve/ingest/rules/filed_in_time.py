"""Art. 16: a case is filed within so many working days of its closing or of the end of the inspection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from metadata.findings import Finding, Value
from preserve.description.fixed_values import Stage
from preserve.description.schema import CaseDescription
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.profile import CaseTypeProfile, Filing
from preserve.messages import say
from preserve.working_days import Calendar, working_days_after, working_days_between


@dataclass(frozen=True, slots=True)
class FilingDue:
    """The last day for filing and the day from which it counts.

    `inspection`: that is the end of the inspection; else the case was closed on it. `certain`: no year on the way has
    holidays that nobody knows yet.
    """

    counted_from: date
    inspection: bool
    due: date
    certain: bool


def filing_due(case: CaseDescription, case_type: CaseTypeProfile, rule: Filing, calendar: Calendar) -> FilingDue | None:
    """By when a case must be filed; None of an old case where nobody knows from which day. Every paper asks here."""
    ended = _end(case, case_type.filed_from) if case_type.filed_from else None
    counted_from = ended or case.closed
    if counted_from is None:
        return None
    due, certain = working_days_after(calendar, counted_from, rule.working_days)
    return FilingDue(counted_from, ended is not None, due, certain)


def _end(case: CaseDescription, stage: Stage) -> date | None:
    """The last day of a stage; one that was given no end ended on the day it began, unless something of it is later."""
    dated = [dates for dates in case.stages if dates.stage is stage]
    if any(dates.end for dates in dated):
        return max(dates.end or dates.start for dates in dated)
    begun = max((dates.start for dates in dated), default=None)
    if begun is None or any(item.date and item.date > begun for item in case.objects if item.stage is stage):
        return None
    return begun


def due_of(view: View) -> FilingDue | None:
    """By when the case that the rules look at must be filed."""
    return filing_due(view.case, view.case_type, view.profile.filing, view.calendar)


def check(view: View) -> Iterator[Finding]:
    """Filed too late, or late with a reason that is shown; a date past the known holidays is said to be uncertain."""
    rule, filing = view.profile.filing, due_of(view)
    if filing is None:
        return
    event = "inspected" if filing.inspection else "closed"
    values: dict[str, Value] = {
        "closed": filing.counted_from.isoformat(),
        "due": filing.due.isoformat(),
        "event": say(f"rule.filing-{event}"),
    }
    if view.today <= filing.due:
        if not filing.certain:
            yield replace(finding("filing-uncertain", rule, "", **values), severity="note")
        return
    late, _ = working_days_between(view.calendar, filing.due, view.today)
    values["days"] = late
    values["over"] = say("rule.filing-over", days=late) if late else ""
    if reason := view.case.late_filing_reason:
        yield replace(finding("filed-late-explained", rule, "", reason=reason, **values), severity="note")
    else:
        yield finding("filed-late" if filing.certain else "filed-late-uncertain", rule, "", **values)
