"""Art. 11, 12, 13: when it was made, what it shows, that the device was checked, that it begins with the preamble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metadata.findings import Finding
from preserve.description.schema import CaseObject
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.recordings import runs_by_day, undated
from preserve.messages import listed


def check(view: View) -> Iterator[Finding]:
    """Files that follow each other are one recording: what one of them shows counts for it, the first has the words.

    Of files without a time nobody knows which follow each other: those of one device count as one.
    """
    for runs in runs_by_day(view):
        for run in runs:
            items = [part.item for part in run.parts if part.item is not None]
            yield from _one(view, run.device, items)
    groups: dict[str, list[CaseObject]] = {}
    for item, device in undated(view):
        groups.setdefault(device or f"\0{item.file}", []).append(item)
        character = (view.characters or {})[item.file]
        started = item.recording_start is not None or character.started is not None
        code = "recording-length-unknown" if started else "recording-start-unknown"
        yield finding(code, view.profile.start_known, item.file)
    for device, items in groups.items():
        yield from _one(view, "" if device.startswith("\0") else device, items)


def _one(view: View, device: str, items: Sequence[CaseObject]) -> Iterator[Finding]:
    profile, first = view.profile, items[0]
    seen = {shown for item in items for shown in item.shows}
    missing = [item for item in profile.contents.items if item not in seen]
    if missing and seen:
        items_text = listed(view.words.label("shows", name) for name in missing)
        yield finding("contents-missing", profile.contents, first.file, items=items_text, files=len(items))
    elif missing:
        yield finding("contents-not-filled", profile.contents, first.file, files=len(items))
    if any(item.device_checked is False for item in items):
        yield finding("device-not-checked", profile.device_check, first.file, device=device)
    elif not any(item.device_checked for item in items):
        yield finding("device-check-not-filled", profile.device_check, first.file, device=device)
    if not first.preamble:
        yield finding("preamble-missing", profile.preamble, first.file)
