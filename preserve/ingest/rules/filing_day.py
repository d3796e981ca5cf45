"""By when a case is to be filed (Art. 16), and from what day that counts; every rule, list and paper asks here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from preserve.description.schema import CaseDescription, Stage
from preserve.ingest.rules import View
from preserve.ingest.rules.profile import CaseTypeProfile, Filing
from preserve.working_days import Calendar, working_days_after


@dataclass(frozen=True, slots=True)
class FilingDay:
    """The last day on which a case is filed in time; `certain`: every year on the way has a known calendar.

    `event` is what the period counts from, on the day `begun`: the closing, or the end of an inspection.
    """

    event: Literal["closing", "inspection"]
    begun: date
    due: date
    certain: bool


def filing_day(case: CaseDescription, case_type: CaseTypeProfile | None, rule: Filing, calendar: Calendar) -> FilingDay:
    """Counted from the end of the stage that the type of case names, where the case dates it; else from its closing."""
    ended = _end(case, case_type.filed_from) if case_type and case_type.filed_from else None
    begun = ended or case.closed
    due, certain = working_days_after(calendar, begun, rule.working_days)
    return FilingDay("inspection" if ended else "closing", begun, due, certain)


def filing_day_of(view: View) -> FilingDay:
    """The same of a case as the rules see it."""
    return filing_day(view.case, view.case_type, view.profile.filing, view.calendar)


def _end(case: CaseDescription, stage: Stage) -> date | None:
    """The last day of a stage; one that was given no end ended on the day it began, or is not known to have ended."""
    dated = [dates for dates in case.stages if dates.stage is stage]
    if not dated:
        return None
    if all(dates.end is None for dates in dated):
        # Whoever writes one day only means that day, where nothing of the stage came later.
        begun = max(dates.start for dates in dated)
        later = any(item.date and item.date > begun for item in case.objects if item.stage is stage)
        return None if later else begun
    return max(dates.end or dates.start for dates in dated)
