"""Art. 16: what is filed has happened; a date that is still to come is a slip of the pen, or worse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain

from metadata.findings import Finding
from preserve.description.labels import CASE, SHEETS
from preserve.description.schema import CaseObject
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.recordings import in_utc, recordings


def check(view: View) -> Iterator[Finding]:
    """Closing, stages, measures, incidents and files that lie after today by the archive's clock and zone."""
    case, rule = view.case, view.profile.future
    if case.closed and case.closed > view.today:
        yield finding("closed-in-future", rule, **_values(view, case.closed))
    others: list[tuple[str, str, date | None]] = [(CASE["start"], "", case.start)]
    others += [(_of("stages", name), "", getattr(one, name)) for one in case.stages for name in ("start", "end")]
    others += [(_of("measures", name), "", getattr(one, name)) for one in case.measures for name in ("start", "end")]
    others += [(_of("incidents", "when"), "", one.when) for one in case.incidents]
    labels = [(name, _of("objects", name)) for name in _DATES]
    of_files = ((label, item.file, getattr(item, name)) for item in case.objects for name, label in labels)
    for field, where, written in chain(others, of_files):
        if written is not None and _day(view, written) > view.today:
            yield finding("date-in-future", rule, where, field=field, **_values(view, _day(view, written)))
    for recording in recordings(view):
        item: CaseObject | None = recording.item
        day = recording.start.astimezone(view.zone).date()
        if day > view.today and (item is None or item.recording_start is None):
            yield finding("recorded-in-future", rule, recording.file, **_values(view, day))


_DATES = ("date", "recording_start", "stored", "returned")


def _of(sheet: str, field: str) -> str:
    title, columns = SHEETS[sheet]
    return f"{title}·{columns[field]}"


def _day(view: View, written: date | datetime) -> date:
    if isinstance(written, datetime):
        return in_utc(written, view.zone).astimezone(view.zone).date()
    return written


def _values(view: View, day: date) -> dict[str, str]:
    return {"date": day.isoformat(), "today": view.today.isoformat()}
