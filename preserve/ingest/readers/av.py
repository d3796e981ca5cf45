"""Sound and video by MediaInfo, in process."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Literal

from preserve.ingest.facts import Stream
from preserve.ingest.readers.av_bare import BARE, count_pictures
from preserve.ingest.readers.av_marks import marks
from preserve.ingest.readers.av_moments import Witness, witnesses
from preserve.ingest.readers.av_text import text_of
from preserve.ingest.readers.av_whole import look
from preserve.ingest.readers.report import Report

_KINDS: dict[str, Literal["video", "sound", "text", "other"]] = {"Video": "video", "Audio": "sound", "Text": "text"}
_PROPERTIES = (
    *("CodecID", "Format_Profile", "Width", "Height", "FrameRate", "FrameRate_Mode", "FrameCount", "Rotation"),
    *("BitDepth", "ChromaSubsampling", "ColorSpace", "ScanType", "SamplingRate", "Channels", "BitRate"),
    *("Duration", "TimeCode_FirstFrame", "Language", "Encoded_Date"),
)
_DEVICE = (
    ("Encoded_Hardware_CompanyName", "com_apple_quicktime_make", "com_android_manufacturer"),
    ("Encoded_Hardware_Name", "com_apple_quicktime_model", "com_android_model"),
)
_AGREE = 120  # seconds


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


def read(path: Path, report: Report, zone: tzinfo) -> None:
    """Fill the report; `zone` is where the cameras' clocks run.

    A container's times are UTC by ISO/IEC 14496-12 §8.2.2; MediaInfo marks those with «UTC».
    """
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
    report.device = _device(general)
    if general.get("Duration"):
        report.duration = float(general["Duration"])
    if general.get("Format") in BARE:
        count_pictures(path, report)
    _moments(tracks, report, zone)
    look(path, general, report)


def _device(general: dict[str, Any]) -> str:
    extra = general.get("extra")
    fields = {**(extra if isinstance(extra, dict) else {}), **general}
    names = [next((text for key in keys if (text := text_of(fields.get(key)))), "") for keys in _DEVICE]
    return " ".join(name for name in names if name)


def _moments(tracks: list[dict[str, Any]], report: Report, zone: tzinfo) -> None:
    """The first witness of each source is kept; that of the maker counts, a container that says otherwise is told."""
    seen: dict[str, Witness] = {}
    for witness in witnesses(tracks, zone):
        if witness.source not in seen:
            seen[witness.source] = witness
            report.add(f"{witness.source}-date", witness.text)
            report.add(f"{witness.source}-date-read-as", witness.zone)
    if not seen:
        return
    first = next(iter(seen.values()))
    report.started, report.started_from = first.moment, first.source
    recorded, container = seen.get("recorded"), seen.get("container")
    if recorded and container:
        apart = abs((recorded.moment - container.moment).total_seconds())
        if apart > _AGREE + (report.duration or 0):  # some write the container when they stop
            report.tell("moments-differ", "note", recorded=recorded.text, container=container.text)
