"""Art. 13, 14: recordings run without interruption; split files follow each other; holes are explained."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from metadata.findings import Finding, Value
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.coverage import explained_files, spoken_within
from preserve.ingest.rules.recordings import Recording, Run, Spans, join, measured, recordings, runs_by_day, shown
from preserve.messages import length_for_people


def check(view: View) -> Iterator[Finding]:
    """Holes and overlaps between one day's files of a device, with their local times."""
    explained, spans = explained_files(view.case), measured(view.case, view.zone)
    devices = runs_by_device(recordings(view), view.profile.continuity.tolerance_seconds)
    apart = timedelta(seconds=view.profile.coverage.tolerance_seconds)
    for runs in runs_by_day(view):
        for run in runs:
            yield from _overlaps(view, run)
        for before, after in pairwise(runs):
            if not between_activities(spans, apart, before, after):
                slack = timedelta(seconds=view.profile.continuity.tolerance_seconds)
                yield from _hole(view, before, after, explained, other_device(devices, before, after, slack))


def _overlaps(view: View, run: Run) -> Iterator[Finding]:
    if not run.device:
        return
    longest = run.parts[0]
    for part in run.parts[1:]:
        if (longest.end - part.start).total_seconds() > view.profile.continuity.tolerance_seconds:
            values = _values(view, longest, part, part.start, min(longest.end, part.end))
            yield finding("recording-overlap", view.profile.continuity, part.file, **values)
        longest = max(longest, part, key=lambda recording: recording.end)


def _hole(view: View, before: Run, after: Run, explained: frozenset[str], other: str) -> Iterator[Finding]:
    first = after.parts[0]
    last = max(before.parts, key=lambda recording: recording.end)
    values = _values(view, last, first, before.end, after.start)
    found = finding("recording-gap", view.profile.interruption, first.file, **values)
    if {unicodedata.normalize("NFC", one.file) for one in (first, last)} & explained:
        yield replace(found, code="rule.recording-gap-explained", severity="note")
        return
    spoken = first.item.spoken_explanation if first.item else ""
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


def runs_by_device(dated: Iterable[Recording], tolerance: float) -> dict[str, list[Run]]:
    """What each device recorded without an interruption, in order; a file without a device stands by itself."""
    taken: dict[str, list[Recording]] = {}
    for recording in dated:
        taken.setdefault(recording.device or recording.file, []).append(recording)
    return {device: join(own, tolerance) for device, own in sorted(taken.items())}


def other_device(taken: Mapping[str, Sequence[Run]], before: Run, after: Run, slack: timedelta) -> str:
    """A device that recorded all of the hole without an interruption of its own; empty where none did."""
    for device, runs in taken.items():
        number = bisect_right(runs, before.end + slack, key=lambda run: run.start) - 1
        if device != before.device and number >= 0 and runs[number].end + slack >= after.start:
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


def between_activities(spans: Spans, slack: timedelta, before: Run, after: Run) -> bool:
    """Whether the hole lies between two measures, each of which was recorded: then nothing was interrupted."""
    if any(start + slack < after.start and end - slack > before.end for start, end in spans):
        return False
    ended = any(start <= before.end and end >= before.start and end <= before.end + slack for start, end in spans)
    began = any(start <= after.end and end >= after.start and start >= after.start - slack for start, end in spans)
    return ended and began
