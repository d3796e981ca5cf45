"""Audio-visual files, by MediaInfo in this process."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from metadata.findings import Finding
from preserve.ingest.facts import Character, Kind, Stream

_KEEP = {
    "video": (
        ("Format_Profile", "profile"), ("CodecID", "codec id"), ("Width", "width"), ("Height", "height"),
        ("PixelAspectRatio", "pixel aspect ratio"), ("FrameRate", "frame rate"),
        ("FrameRate_Mode", "frame rate mode"), ("FrameCount", "frame count"), ("Duration", "duration"),
        ("Rotation", "rotation"), ("BitDepth", "bit depth"), ("ChromaSubsampling", "chroma subsampling"),
        ("colour_range", "colour range"), ("colour_primaries", "colour primaries"),
        ("transfer_characteristics", "transfer characteristics"), ("matrix_coefficients", "matrix coefficients"),
        ("ScanType", "scan type"), ("TimeCode_FirstFrame", "time code"), ("BitRate", "bit rate"),
    ),
    "sound": (
        ("Format_Profile", "profile"), ("CodecID", "codec id"), ("Channels", "channels"),
        ("SamplingRate", "sample rate"), ("BitDepth", "bit depth"), ("SamplingCount", "sample count"),
        ("Duration", "duration"), ("BitRate", "bit rate"), ("Compression_Mode", "compression mode"),
    ),
    "text": (("CodecID", "codec id"), ("Duration", "duration"), ("Language", "language")),
    "other": (("Type", "type"), ("CodecID", "codec id"), ("TimeCode_FirstFrame", "time code"), ("Format", "format")),
}  # fmt: skip
_STREAMS: dict[str, Literal["video", "sound", "text", "other"]] = {
    "Video": "video", "Audio": "sound", "Text": "text", "Other": "other", "Menu": "other", "Image": "video",
}  # fmt: skip


@cache
def tool() -> str:
    """Program and version, as PREMIS names it."""
    from pymediainfo import MediaInfo

    _, _, _, version = MediaInfo._get_library()
    text = ".".join(map(str, version)) if isinstance(version, tuple) else str(version)
    return f"MediaInfo {re.sub('^[^0-9]*', '', text)}"


def read(path: Path, name: str) -> Character:
    """Streams, durations and times of an audio-visual file."""
    from pymediainfo import MediaInfo

    said = json.loads(MediaInfo.parse(str(path), output="JSON", full=False))
    tracks: list[dict[str, Any]] = (said.get("media") or {}).get("track") or []
    general = next((t for t in tracks if t.get("@type") == "General"), {})
    streams = tuple(_stream(t) for t in tracks if t.get("@type") in _STREAMS)
    kinds = {stream.kind for stream in streams}
    kind: Kind = "video" if "video" in kinds else "sound"
    duration = _number(general.get("Duration"))
    findings = list(_problems(general, streams, path, name, duration))
    started, source = _encoded(general, tracks)
    chapters = sum(t.get("@type") == "Menu" for t in tracks)
    properties = [
        ("container", str(general.get("Format") or "")),
        ("container profile", str(general.get("Format_Profile") or "")),
        ("writing application", str(general.get("Encoded_Application") or "")),
        ("encoded date", str(general.get("Encoded_Date") or "")),
        ("chapters", str(chapters) if chapters else ""),
        ("title", str(general.get("Title") or "")),
    ]
    return Character(
        kind,
        tool(),
        tuple((n, v) for n, v in properties if v),
        streams,
        duration,
        started,
        source,
        str(general.get("Model") or general.get("extra", {}).get("com_apple_quicktime_model") or ""),
        tuple(findings),
    )


def _stream(track: dict[str, Any]) -> Stream:
    kind = _STREAMS[str(track["@type"])]
    properties = tuple((label, str(track[key])) for key, label in _KEEP[kind] if track.get(key))
    return Stream(kind, str(track.get("Format") or track.get("CodecID") or track["@type"]), properties)


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _problems(
    general: dict[str, Any], streams: tuple[Stream, ...], path: Path, name: str, duration: float | None
) -> list[Finding]:
    found = []
    if str(general.get("IsTruncated") or general.get("extra", {}).get("IsTruncated") or "").startswith("Yes"):
        found.append(Finding("format.truncated", name, "error"))
    elif not streams or (duration is None and general.get("Format") not in ("AVC", "HEVC", "DV")):
        found.append(Finding("format.no-streams", name, "error"))
    if any("encrypt" in str(value).lower() for key, value in general.items() if key == "Encryption"):
        found.append(Finding("format.encrypted", name, "error"))
    return found


_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)?\s*(UTC|Z|[+-]\d\d:?\d\d)?")


def _encoded(general: dict[str, Any], tracks: list[dict[str, Any]]) -> tuple[datetime | None, str]:
    """When recording began by the container; without a zone it is not taken for UTC but left out."""
    apple = general.get("extra", {}).get("com_apple_quicktime_creationdate")
    for value in (
        apple,
        general.get("Recorded_Date"),
        general.get("Encoded_Date"),
        tracks and tracks[0].get("Tagged_Date"),
    ):
        found = _DATE.search(str(value or ""))
        if found is None:
            continue
        year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
        zone = found[7]
        if zone is None and not str(value).startswith("UTC") and not str(value).endswith("UTC"):
            continue
        if year < 1990:
            continue
        try:
            if zone in (None, "UTC", "Z"):
                return datetime(year, month, day, hour, minute, second, tzinfo=UTC), "container"
            text = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"
            return datetime.fromisoformat(text).astimezone(UTC), "container"
        except ValueError:
            continue
    return None, ""
