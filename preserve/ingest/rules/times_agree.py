"""Art. 13: the witnesses to a recording's beginning (container, EXIF, file name, description) agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from metadata.findings import Finding
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.recordings import Recording, recordings, shifted_by_zone, shown, witnesses
from preserve.messages import length_for_people, listed, say


def check(view: View) -> Iterator[Finding]:
    """Disagreements over the tolerance; and each clock offset that was applied, once a device."""
    corrected: dict[str, int] = {}
    yield from _photographs(view)
    for recording in recordings(view):
        yield from _disagreement(view, recording)
        if recording.offset and recording.source != "description":
            corrected[recording.device] = corrected.get(recording.device, 0) + 1
    for clock in view.case.clocks:
        if count := corrected.get(clock.device):
            told = finding(
                "clock-corrected",
                view.profile.times,
                clock.device,
                seconds=clock.seconds,
                offset=spoken_offset(clock.seconds),
                source=clock.source,
                files=count,
            )
            yield replace(told, severity="note")


def spoken_offset(seconds: float) -> str:
    """By how much a clock is fast (positive) or slow."""
    return say("rule.clock-fast" if seconds > 0 else "rule.clock-slow", length=length_for_people(abs(seconds)))


def _photographs(view: View) -> Iterator[Finding]:
    """Photographs whose EXIF, file name and date in the description disagree; the camera's clock is corrected."""
    rule = view.profile.times
    offsets = {clock.device: clock.seconds for clock in view.case.clocks}
    for item in view.case.objects:
        character = (view.characters or {}).get(item.file)
        if character is None or character.kind != "image":
            continue
        offset = timedelta(seconds=offsets.get(item.device or character.device, 0.0))
        moments = {source: moment - offset for source, moment in witnesses(item, character, view.zone)}
        if not moments:
            continue
        days = {moment.astimezone(view.zone).date() for moment in moments.values()}
        apart = (max(moments.values()) - min(moments.values())).total_seconds() > rule.tolerance_seconds
        if apart or (item.date is not None and item.date not in days):
            told = [f"{say('rule.source-' + source)} {shown(moment, view.zone)}" for source, moment in moments.items()]
            if item.date is not None:
                told.append(f"{say('rule.source-description')} {item.date}")
            yield finding("photograph-times-differ", rule, item.file, times=listed(told))


def _disagreement(view: View, recording: Recording) -> Iterator[Finding]:
    rule = view.profile.times
    moments = [moment for _, moment in recording.witnesses]
    if (max(moments) - min(moments)).total_seconds() <= rule.tolerance_seconds:
        return
    told = dict(recording.witnesses)
    length = recording.end - recording.start
    if len(told) == 2 and "container" in told:
        other = next(moment for source, moment in recording.witnesses if source != "container")
        if abs((told["container"] - other - length).total_seconds()) <= rule.tolerance_seconds:
            return  # this camera writes the container when it stops
    times = listed(
        f"{say('rule.source-' + source)} {shown(moment, view.zone)}" for source, moment in recording.witnesses
    )
    zone_off = "container" in told and any(
        shifted_by_zone(told["container"], moment, view.zone, rule.tolerance_seconds)
        for source, moment in recording.witnesses
        if source != "container"
    )
    code = "recording-times-zone" if zone_off else "recording-times-differ"
    yield finding(code, rule, recording.file, times=times, used=say("rule.source-" + recording.source))
