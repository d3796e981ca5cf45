"""Art. 11, 12, 13: what a recording shows, that the device was checked, that it begins with the spoken preamble."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.recordings import Run, runs_by_day
from preserve.messages import listed


def check(view: View) -> Iterator[Finding]:
    """Files that follow each other are one recording: what one of them shows counts for it, the first has the words."""
    for runs in runs_by_day(view):
        for run in runs:
            yield from _one(view, run)


def _one(view: View, run: Run) -> Iterator[Finding]:
    profile, first = view.profile, run.parts[0]
    items = [part.item for part in run.parts if part.item is not None]
    seen = {shown for item in items for shown in item.shows}
    missing = [item for item in profile.contents.items if item not in seen]
    if missing and seen:
        items_text = listed(view.words.label("shows", one) for one in missing)
        yield finding("contents-missing", profile.contents, first.file, items=items_text, files=len(run.parts))
    elif missing:
        yield finding("contents-not-filled", profile.contents, first.file, files=len(run.parts))
    if any(item.device_checked is False for item in items):
        yield finding("device-not-checked", profile.device_check, first.file, device=run.device)
    if not (first.item and first.item.preamble):
        yield finding("preamble-missing", profile.preamble, first.file)
