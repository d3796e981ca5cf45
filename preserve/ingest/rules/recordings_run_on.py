"""Art. 13, 14: recordings run without interruption; split files follow each other; holes are explained."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from metadata.findings import Finding, Value
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.coverage import explained_files, spoken_within, uncovered
from preserve.ingest.rules.recordings import Recording, Run, in_utc, recordings, runs_by_day, shown
from preserve.messages import length_for_people


def check(view: View) -> Iterator[Finding]:
    """Holes and overlaps between one day's files of a device, with their local times."""
    explained = explained_files(view.case)
    for runs in runs_by_day(view):
        for run in runs:
            yield from _overlaps(view, run)
        for before, after in pairwise(runs):
            if not _between_activities(view, before, after):
                yield from _hole(view, before, after, explained)


def _overlaps(view: View, run: Run) -> Iterator[Finding]:
    if not run.device:
        return
    longest = run.parts[0]
    for part in run.parts[1:]:
        if (longest.end - part.start).total_seconds() > view.profile.continuity.tolerance_seconds:
            values = _values(view, longest, part, part.start, min(longest.end, part.end))
            yield finding("recording-overlap", view.profile.continuity, part.file, **values)
        longest = max(longest, part, key=lambda recording: recording.end)


def _hole(view: View, before: Run, after: Run, explained: frozenset[str]) -> Iterator[Finding]:
    first = after.parts[0]
    last = max(before.parts, key=lambda recording: recording.end)
    values = _values(view, last, first, before.end, after.start)
    found = finding("recording-gap", view.profile.interruption, first.file, **values)
    if {unicodedata.normalize("NFC", one.file) for one in (first, last)} & explained:
        yield replace(found, code="rule.recording-gap-explained", severity="note")
        return
    spoken = first.item.spoken_explanation if first.item else ""
    other = _other_device(view, before, after)
    if other and (not spoken or spoken_within(first) is None):
        told = {**found.values, "other": other}
        yield replace(found, code="rule.recording-gap-other-device", severity="note", values=told)
        return
    if not spoken:
        yield found
        return
    if spoken_within(first) is None:
        yield replace(found, code="rule.recording-gap-spoken-nowhere", values={**found.values, "spoken": spoken})
    else:
        told = {**found.values, "spoken": spoken}
        yield replace(found, code="rule.recording-gap-spoken", severity="note", values=told)


def _other_device(view: View, before: Run, after: Run) -> str:
    """The devices that recorded all of the hole without an interruption of their own; empty where none did."""
    slack = timedelta(seconds=view.profile.continuity.tolerance_seconds)
    others = sorted((one for one in recordings(view) if one.device != before.device), key=lambda one: one.start)
    for device in dict.fromkeys(one.device or one.file for one in others):
        own = [one for one in others if (one.device or one.file) == device]
        if not uncovered(own, before.end, after.start, slack) and any(
            one.start <= after.start and one.end >= before.end for one in own
        ):
            return device
    return ""


def _values(view: View, before: Recording, after: Recording, start: datetime, end: datetime) -> dict[str, Value]:
    return {
        "device": after.device,
        "before": before.file,
        "start": shown(start, view.zone),
        "end": shown(end, view.zone),
        "seconds": round(abs((end - start).total_seconds()), 1),
        "length": length_for_people(abs((end - start).total_seconds())),
    }


def _between_activities(view: View, before: Run, after: Run) -> bool:
    """Whether the hole lies between two measures, each of which was recorded: then nothing was interrupted."""
    slack = timedelta(seconds=view.profile.coverage.tolerance_seconds)
    spans = [
        (in_utc(measure.start, view.zone), in_utc(measure.end, view.zone))
        for measure in view.case.measures
        if measure.end is not None
    ]
    if any(start + slack < after.start and end - slack > before.end for start, end in spans):
        return False
    ended = any(start <= before.end and end >= before.start and end <= before.end + slack for start, end in spans)
    began = any(start <= after.end and end >= after.start and start >= after.start - slack for start, end in spans)
    return ended and began
