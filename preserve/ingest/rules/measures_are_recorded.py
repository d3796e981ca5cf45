"""Art. 9: listed measures are recorded from start to end; Art. 10: others as the situation requires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from metadata.findings import Finding
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.recordings import in_utc, recordings, shown


def check(view: View) -> Iterator[Finding]:
    """Measures without a recording that covers them. Says nothing before the files were looked at."""
    if view.characters is None:
        return
    taken = sorted(recordings(view), key=lambda one: one.start)
    for measure in view.case.measures:
        rule = view.profile.coverage
        if measure.measure in view.profile.situational.measures:
            rule_ = view.profile.situational
            if not _touching(view, measure.start, measure.end):
                found = finding(
                    "measure-not-recorded-situational", rule_, measure=view.words.label("measure", measure.measure)
                )
                if measure.note:
                    values = {**found.values, "reason": measure.note}
                    found = replace(found, code="rule.measure-not-recorded-reason", severity="note", values=values)
                yield found
            continue
        if measure.measure not in rule.measures:
            continue
        start = in_utc(measure.start, view.zone)
        end = in_utc(measure.end, view.zone) if measure.end else start
        slack = timedelta(seconds=rule.tolerance_seconds)
        covered = start
        for one in taken:
            if one.start <= covered + slack and one.end > covered:
                covered = one.end
        if covered + slack < end or (covered == start and not _touching(view, measure.start, measure.end)):
            yield finding(
                "measure-not-recorded",
                rule,
                measure=view.words.label("measure", measure.measure),
                start=shown(start, view.zone),
                end=shown(end, view.zone),
            )
        elif measure.end is None:
            named = view.words.label("measure", measure.measure)
            found = finding("measure-end-unknown", rule, measure=named, start=shown(start, view.zone))
            yield replace(found, severity="warning")


def _touching(view: View, start: object, end: object) -> bool:
    from datetime import datetime

    assert isinstance(start, datetime)
    begin = in_utc(start, view.zone)
    last = in_utc(end, view.zone) if isinstance(end, datetime) else begin
    slack = timedelta(seconds=view.profile.coverage.tolerance_seconds)
    return any(recording.start <= last + slack and recording.end >= begin - slack for recording in recordings(view))
