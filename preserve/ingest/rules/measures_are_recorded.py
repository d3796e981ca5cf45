"""Art. 9: listed measures are recorded from start to end; Art. 10, 13: others where the situation requires it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from metadata.findings import Finding, Value
from preserve.description.schema import MeasureTaken
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.coverage import Piece, is_explained, touching, uncovered
from preserve.ingest.rules.recordings import Taken, all_taken, in_utc, shown
from preserve.messages import listed

_EMPTY = "无没有否/／\\-—–.。·、,，;；*＊?？!！ "


def check(view: View) -> Iterator[Finding]:
    """Measures without a recording that covers them. Says nothing before the files were looked at."""
    if view.characters is None:
        return
    taken = all_taken(view)
    for measure in view.case.measures:
        if measure.measure in view.profile.situational.measures:
            yield from _situational(view, measure, taken)
        elif measure.measure in view.profile.coverage.measures:
            yield from _mandatory(view, measure, taken)


def _mandatory(view: View, measure: MeasureTaken, taken: Taken) -> Iterator[Finding]:
    rule = view.profile.coverage
    start, end = _span(view, measure)
    slack = timedelta(seconds=rule.tolerance_seconds)
    near = touching(taken.dated, start, end, slack)
    pieces = uncovered(taken.dated, start, end, slack)
    if not near and not pieces:  # a measure of a moment, or one without its end
        pieces = uncovered(taken.dated, start, end, timedelta(seconds=-1))
    values = _values(view, measure, pieces)
    if not pieces:
        if measure.end is None:
            yield replace(finding("measure-end-unknown", rule, "", **values), severity="warning")
    elif all(is_explained(piece, view) for piece in pieces):
        yield replace(finding("measure-not-recorded-explained", rule, "", **values), severity="note")
    elif not near and _pictures(view, measure, taken):
        yield finding("measure-only-photographs", rule, "", **values)
    elif count := _undated(view, measure, taken):
        yield finding("measure-not-recorded-undated", rule, "", count=count, **values)
    else:
        yield finding("measure-not-recorded", rule, "", **values)


def _situational(view: View, measure: MeasureTaken, taken: Taken) -> Iterator[Finding]:
    rule, course = view.profile.situational, view.profile.course
    start, end = _span(view, measure)
    slack = timedelta(seconds=course.tolerance_seconds)
    reason = measure.unrecorded_reason.strip()
    given = {"reason": reason} if reason.strip(_EMPTY) else {}
    if touching(taken.dated, start, end, slack):
        pieces = uncovered(taken.dated, start, end, slack)
        values = _values(view, measure, pieces)
        if not pieces:
            if measure.end is None:
                yield replace(finding("measure-end-unknown", course, "", **values), severity="note")
        elif given:
            yield replace(finding("measure-partly-recorded-reason", course, "", **given, **values), severity="note")
        elif all(is_explained(piece, view) for piece in pieces):
            yield replace(finding("measure-partly-recorded-explained", course, "", **values), severity="note")
        else:
            yield finding("measure-partly-recorded", course, "", **values)
        return
    if _pictures(view, measure, taken):
        return
    values = _values(view, measure, ())
    if given:
        yield replace(finding("measure-not-recorded-reason", rule, "", **given, **values), severity="note")
    elif count := _undated(view, measure, taken):
        yield finding("measure-recording-undated", rule, "", count=count, **values)
    else:
        yield finding("measure-not-recorded-situational", rule, "", **values)


def _span(view: View, measure: MeasureTaken) -> tuple[datetime, datetime]:
    start = in_utc(measure.start, view.zone)
    return start, in_utc(measure.end, view.zone) if measure.end else start


def _values(view: View, measure: MeasureTaken, pieces: Sequence[Piece]) -> dict[str, Value]:
    start, end = _span(view, measure)
    return {
        "measure": view.words.label("measure", measure.measure),
        "start": shown(start, view.zone),
        "end": shown(end, view.zone),
        "missing": listed(f"{_clock(view, piece.start)}–{_clock(view, piece.end)}" for piece in pieces),
    }


def _clock(view: View, moment: datetime) -> str:
    return moment.astimezone(view.zone).strftime("%H:%M:%S")


def _pictures(view: View, measure: MeasureTaken, taken: Taken) -> bool:
    """Whether a photograph was taken during the measure; of one without its end, until the end of that day."""
    slack = timedelta(seconds=view.profile.course.tolerance_seconds)
    start, end = _span(view, measure)
    local = start.astimezone(view.zone)
    if measure.end is None:
        end = local.replace(hour=23, minute=59, second=59).astimezone(UTC)
    days = (local.date(), end.astimezone(view.zone).date())
    for photograph in taken.photographs:
        if photograph.moment is not None and start - slack <= photograph.moment <= end + slack:
            return True
        if photograph.moment is None and photograph.day is not None and days[0] <= photograph.day <= days[1]:
            return True
    return False


def _undated(view: View, measure: MeasureTaken, taken: Taken) -> int:
    """How many recordings may be of the measure, for nobody knows when they were made."""
    first, last = (moment.astimezone(view.zone).date() for moment in _span(view, measure))
    return sum(item.date is None or first <= item.date <= last for item in taken.undated)
