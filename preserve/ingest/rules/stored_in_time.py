"""Art. 15: recordings are stored within 2 working days; after the return where work was continuous or remote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from metadata.findings import Finding, Value
from preserve.description.schema import CaseObject
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.recordings import in_utc, recordings, undated
from preserve.working_days import working_days_after, working_days_between


def check(view: View) -> Iterator[Finding]:
    """Recordings stored late, an exception without reason or return, and how many say nothing of when."""
    rule, silent, first = view.profile.storing, 0, ""
    unsure: list[str] = []
    for item, recorded in _recorded(view):
        if item.stored is None:
            silent += 1
            first = first or item.file
            continue
        if recorded is None:
            continue  # that nobody knows when it was made is said by Art. 11
        stored = in_utc(item.stored, view.zone).astimezone(view.zone).date()
        excepted = item.returned is not None and bool(item.late_storing_reason)
        begin = max(recorded, item.returned) if excepted and item.returned else recorded
        due, certain = working_days_after(view.calendar, begin, rule.working_days)
        values: dict[str, Value] = {
            "recorded": recorded.isoformat(),
            "stored": stored.isoformat(),
            "due": due.isoformat(),
        }
        if stored < recorded:
            yield finding("stored-before-recorded", rule, item.file, **values)
        elif stored > due:
            over, _ = working_days_between(view.calendar, due, stored)
            code = "stored-late" if certain else "stored-late-uncertain"
            if (item.returned is None) != (not item.late_storing_reason):
                code = "stored-late-half-excepted"
            yield finding(code, rule, item.file, days=over, **values)
        elif not certain:
            unsure.append(item.file)
    if unsure:
        told = finding("stored-uncertain", rule, unsure[0] if len(unsure) == 1 else "", count=len(unsure))
        yield replace(told, severity="note")
    if silent:
        yield finding("stored-unknown", rule, first if silent == 1 else "", count=silent)


def _recorded(view: View) -> Iterator[tuple[CaseObject, date | None]]:
    """Every recording and the day on which it ended; of one without times the day that the description tells."""
    for recording in recordings(view):
        if recording.item is not None:
            yield recording.item, recording.end.astimezone(view.zone).date()
    for item, _ in undated(view):
        yield item, item.date
