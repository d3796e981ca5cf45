"""Art. 13, 14: recordings run without interruption; split files follow each other; holes are explained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from metadata.findings import Finding, Value
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.recordings import Recording, recordings, shown


def check(view: View) -> Iterator[Finding]:
    """Holes and overlaps between one day's files of a device, with their local times."""
    rule = view.profile.continuity
    explained = {item.explains for item in view.case.objects if item.explains}
    by_device: dict[tuple[str, str], list[Recording]] = {}
    for one in recordings(view):
        if one.device:
            day = one.start.astimezone(view.zone).date().isoformat()
            by_device.setdefault((one.device, day), []).append(one)
    for (device, _), taken in sorted(by_device.items()):
        taken.sort(key=lambda one: one.start)
        before = taken[0]
        for after in taken[1:]:
            hole = (after.start - before.end).total_seconds()
            values: dict[str, Value] = {
                "device": device,
                "before": before.file,
                "start": shown(before.end, view.zone),
                "end": shown(after.start, view.zone),
                "seconds": round(abs(hole), 1),
            }
            if hole > rule.tolerance_seconds:
                found = finding("recording-gap", rule, after.file, **values)
                told = after.file in explained or before.file in explained
                yield replace(found, code="rule.recording-gap-explained", severity="note") if told else found
            elif hole < -rule.tolerance_seconds:
                yield replace(finding("recording-overlap", rule, after.file, **values), severity="warning")
            if after.end > before.end:  # else it lies inside a longer one, and leaves no hole behind it
                before = after
