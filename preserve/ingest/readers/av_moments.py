"""When a recording was made, by everything that its file says of it: the maker's own key before the container's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from preserve.ingest.readers.av_text import text_of

_FORM = re.compile(
    r"(?:UTC )?(\d{4})[-:/](\d\d)[-:/](\d\d)[T ]+(\d\d):(\d\d):(\d\d)(?:[.,]\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_RECORDED = (
    "com_apple_quicktime_creationdate",  # kept by Apple's programs when a clip is trimmed or exported
    "com_apple_proapps_shoottime",
    "DateTimeOriginal",
    "Recorded_Date",  # ©day, IDIT, MDPM of AVCHD, bext
    "Recording_Date",
    "Mastered_Date",
)
_CONTAINER = ("Encoded_Date",)


@dataclass(frozen=True, slots=True)
class Witness:
    """What one key says: `recorded` by the maker's own, or `container`; the text as it stands there; the zone."""

    source: str
    text: str
    moment: datetime
    zone: str


def read_moment(text: str, zone: tzinfo) -> tuple[datetime, str] | None:
    """A date in UTC and the zone it was read in: the one that it names, else `zone`, in which cameras' clocks run."""
    match = _FORM.match(text.strip())
    if match is None:
        return None
    *parts, named = match.groups()
    if text.strip().upper().startswith("UTC"):
        named = "UTC"
    try:
        offset = _offset(named.upper()) if named else None
        read = datetime(*(int(part) for part in parts), tzinfo=offset or zone)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    if read.year < 1990:  # 1904, 1970 and 1980 are the zero of a container's clock, not a time
        return None
    return read.astimezone(UTC), ("UTC" if named.upper() in ("Z", "UTC") else named) if named else str(zone)


def _offset(named: str) -> tzinfo:
    if named in ("Z", "UTC"):
        return UTC
    hours, minutes = int(named[1:3]), int(named[-2:])
    if hours > 14 or minutes > 59:
        raise ValueError(named)
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if named[0] == "-" else away)


def witnesses(tracks: list[dict[str, Any]], zone: tzinfo) -> Iterator[Witness]:
    """Each key that holds a moment, best first; `tracks` as MediaInfo gives them, that of the file first."""
    for source, keys in (("recorded", _RECORDED), ("container", _CONTAINER)):
        for key in keys:
            for track in tracks:
                extra = track.get("extra")
                text = text_of({**(extra if isinstance(extra, dict) else {}), **track}.get(key))
                if text and (read := read_moment(text, zone)) is not None:
                    yield Witness(source, text, *read)
                    break
