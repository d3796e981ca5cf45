"""When each recording of a case began and ended, by device; from the evidence in the files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from preserve.ingest.rules import View


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording file: device, start and end in UTC."""

    file: str
    device: str
    start: datetime
    end: datetime


def recordings(view: View) -> Iterator[Recording]:
    """Every sound and video file whose start and duration are known.

    The description's own start counts before the file's, because a person wrote it down; it is local time
    where it has no zone.
    """
    for item in view.case.objects:
        character = (view.characters or {}).get(item.file)
        if character is None or character.kind not in ("video", "sound") or character.duration is None:
            continue
        start = in_utc(item.recording_start, view.zone) if item.recording_start else character.started
        if start is None:
            continue
        device = item.device or character.device
        yield Recording(item.file, device, start, start + timedelta(seconds=character.duration))


def in_utc(moment: datetime, zone: tzinfo) -> datetime:
    """A time of the description in UTC; without a zone it is the bureau's local time."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def shown(moment: datetime, zone: tzinfo) -> str:
    """A time as people of the bureau read it."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
