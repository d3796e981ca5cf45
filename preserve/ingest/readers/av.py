"""Sound and video by MediaInfo, in process."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Literal

from preserve.ingest.facts import Stream
from preserve.ingest.readers.av_marks import marks
from preserve.ingest.readers.av_text import text_of
from preserve.ingest.readers.report import Report

_KINDS: dict[str, Literal["video", "sound", "text", "other"]] = {"Video": "video", "Audio": "sound", "Text": "text"}
_PROPERTIES = (
    *("CodecID", "Format_Profile", "Width", "Height", "FrameRate", "FrameRate_Mode", "FrameCount", "Rotation"),
    *("BitDepth", "ChromaSubsampling", "ColorSpace", "ScanType", "SamplingRate", "Channels", "BitRate"),
    *("Duration", "TimeCode_FirstFrame", "Language", "Encoded_Date"),
)
_WITHOUT_STREAMS = "no stream could be read"


@cache
def _version() -> str:
    from pymediainfo import MediaInfo

    return f"MediaInfo {'.'.join(map(str, MediaInfo._get_library()[3]))}"


_LC_CTYPE_MASK = 1  # locale.h of glibc and musl: 1 << LC_CTYPE


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None)
    libc.newlocale.restype = libc.uselocale.restype = ctypes.c_void_p
    libc.newlocale.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
    libc.uselocale.argtypes = (ctypes.c_void_p,)
    return libc


@cache
def _utf8() -> int | None:
    """A locale of UTF-8, made once; None where the system has none."""
    made: int | None = _libc().newlocale(_LC_CTYPE_MASK, b"C.UTF-8", None)
    return made


@contextmanager
def _names_in_utf8() -> Iterator[None]:
    """MediaInfo turns names into bytes by the C locale, and one that is not installed leaves it with ASCII.

    Set for this thread alone: `setlocale` changes it under the feet of every other (POSIX.1-2017, uselocale).
    """
    if (utf8 := _utf8()) is None:
        yield
        return
    before = _libc().uselocale(utf8)
    try:
        yield
    finally:
        _libc().uselocale(before)


def moment(text: str, zone: tzinfo, *, local: bool) -> datetime | None:
    """A date of MediaInfo («2026-03-12 01:30:15 UTC») in UTC; `local`: the camera's clock wrote it in `zone`."""
    plain = text.replace("UTC", "").strip()[:19]
    try:
        read = datetime.strptime(plain, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # the zone follows
    except ValueError:
        return None
    if read.year < 1990:  # 1904 and 1970 are the zero of a container's clock, not a time
        return None
    return read.replace(tzinfo=zone if local else UTC).astimezone(UTC)


def read(path: Path, report: Report, zone: tzinfo) -> None:
    """Fill the report. A container's times are UTC by ISO/IEC 14496-12 §8.2.2; MediaInfo marks those with «UTC»."""
    from pymediainfo import MediaInfo

    report.tool = _version()
    with _names_in_utf8():
        said = MediaInfo.parse(str(path), output="JSON")
    tracks: list[dict[str, Any]] = (json.loads(said).get("media") or {})["track"]
    general = tracks[0]
    for track in tracks[1:]:
        kind = _KINDS.get(track["@type"], "other")
        properties = tuple((key, text) for key in _PROPERTIES if (text := text_of(track.get(key))))
        properties += tuple(marks(track, of_a_stream=True))
        report.streams.append(Stream(kind, str(track.get("Format", track.get("Type", ""))), properties))
    for key in (
        "Format",
        "Format_Profile",
        "OverallBitRate",
        "Encoded_Application",
        "Encoded_Library",
        "Recorded_Date",
    ):
        report.add(key, text_of(general.get(key)))
    report.properties += marks(general)
    report.device = " ".join(
        text for key in ("Encoded_Hardware_CompanyName", "Encoded_Hardware_Name") if (text := text_of(general.get(key)))
    )
    if general.get("Duration"):
        report.duration = float(general["Duration"])
    written = str(general.get("Encoded_Date") or general.get("Recorded_Date") or "")
    if written:
        local = "UTC" not in written
        report.started = moment(written, zone, local=local)
        report.started_from = "container" if report.started else ""
        report.add("container-date", written)
        report.add("container-date-read-as", str(zone) if local else "UTC")
    playable = [stream for stream in report.streams if stream.kind in ("video", "sound")]
    extra = general.get("extra") or {}
    if general.get("IsTruncated") == "Yes" or extra.get("IsTruncated") == "Yes":
        report.tell("truncated", reason="IsTruncated")
    elif not playable or (report.duration is None and general.get("Format") == "MPEG-4"):
        report.tell("truncated", reason=_WITHOUT_STREAMS)
