"""Recordings of dictation machines in DSS, which MediaInfo does not know: who, when, and in which codec.

The places of the head are those that ffmpeg's reader knows (libavformat/dss.c); the makers publish nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from preserve.ingest.facts import Identification, Stream
from preserve.ingest.readers import encodings
from preserve.ingest.readers.report import Report

_PUID = "fmt/1007"
_BLOCK = 512
_AUTHOR, _BEGAN, _ENDED, _CODEC, _COMMENT = (12, 16), (0x26, 12), (0x32, 12), 0x2A4, (0x31E, 64)
_CODECS = {0: ("DSS SP", "11025"), 2: ("G.723.1", "8000")}


def is_dictation(identification: Identification) -> bool:
    """Whether this reader knows the format."""
    return identification.puid == _PUID


def read(path: Path, report: Report, zone: tzinfo) -> None:
    """Fill the report; `zone` is where the machine's clock runs. Raises OSError."""
    report.tool = "preserve dictation reader 1"
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(2 * _BLOCK)
    if len(head) < 2 * _BLOCK or size <= head[0] * _BLOCK:
        report.tell("truncated", reason="DSS: no sound behind the head")
        return
    for key, (place, length) in (("Author", _AUTHOR), ("Comment", _COMMENT)):
        words = encodings.decode(head[place : place + length].split(b"\0")[0].strip())[0]
        report.add(key, words if words.isprintable() else "")
    began, ended = (_moment(head[place : place + length], zone) for place, length in (_BEGAN, _ENDED))
    if began is not None:
        report.started, report.started_from = began.astimezone(UTC), "recorded"
        report.add("recorded-date", f"{began:%Y-%m-%d %H:%M:%S}")
    if began is not None and ended is not None and ended > began:
        report.add("RecordedUntil", f"{ended:%Y-%m-%d %H:%M:%S}")
    codec, rate = _CODECS.get(head[_CODEC], (f"DSS {head[_CODEC]:#04x}", ""))
    properties = (("SamplingRate", rate), ("Channels", "1")) if rate else ()
    report.streams.append(Stream("sound", codec, properties))


def _moment(data: bytes, zone: tzinfo) -> datetime | None:
    """Two digits each of year, month, day, hour, minute, second."""
    if not re.fullmatch(rb"\d{12}", data):
        return None
    year, month, day, hour, minute, second = (int(data[place : place + 2]) for place in range(0, 12, 2))
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
