"""Whether a recording is whole: what its own heads say against the bytes that are there, and whether it decodes."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from preserve.ingest.readers.boxes import top_level, tracks
from preserve.ingest.readers.report import Report
from preserve.programs import FFMPEG_INPUT, file_argument, find
from storage_adapters.programs import ask

_A_FRAGMENT = 8  # bytes: less than the head of any chunk, box or packet with something in it
_NEVER_FINISHED = 0x7FFFFF00  # sizes that programs write before they know the right one; 0 is another
_PACKETS = {"MPEG-TS": 188, "BDAV": 192}
_HEADS = (b"ftyp", b"moov", b"mdat", b"moof", b"wide", b"free", b"skip")
_PATIENCE = 60  # seconds for the first frame
_WITHOUT_STREAMS = "no stream could be read"


def look(path: Path, general: dict[str, Any], report: Report) -> None:
    """Tell what is missing, what lies behind the end, and what does not decode; `general` is MediaInfo's account."""
    playable = {stream.kind for stream in report.streams if stream.kind in ("video", "sound")}
    if not playable or (report.duration is None and general.get("Format") == "MPEG-4"):
        report.tell("truncated", reason=_WITHOUT_STREAMS)
        return
    with path.open("rb") as file:
        head = file.read(12)
    size = path.stat().st_size
    if head[:4] == b"RIFF":
        _riff(path, size, _cut(general), report)
    elif head[4:8] in _HEADS:
        _boxes(path, size, _cut(general), report)
    elif _cut(general):
        packet = _PACKETS.get(str(general.get("Format")), 0)
        if packet and 0 < size % packet <= _A_FRAGMENT:
            _behind(size % packet, report)
        else:
            report.tell("truncated", reason="IsTruncated")
    if not any(finding.severity == "error" for finding in report.findings):
        _decode(path, playable, report)


def _cut(general: dict[str, Any]) -> bool:
    """What MediaInfo holds of it."""
    extra = general.get("extra")
    return "Yes" in (general.get("IsTruncated"), extra.get("IsTruncated") if isinstance(extra, dict) else None)


def _behind(count: int, report: Report) -> None:
    report.tell("bytes-behind", "note", count=count)


def _riff(path: Path, size: int, cut: bool, report: Report) -> None:
    """WAV and AVI: one or more RIFF chunks, each with its size."""
    end = 0
    with path.open("rb") as file:
        while end + 8 <= size:
            file.seek(end)
            kind, length = struct.unpack("<4sI", file.read(8))
            if kind != b"RIFF":
                break
            if length == 0 or length >= _NEVER_FINISHED:
                report.tell("header-unfinished", "warning")
                return
            end += 8 + length
    missing, behind = end - size, size - end - (end & 1)
    if missing > 1 or (cut and behind <= 0):
        report.tell("truncated", reason=f"{size}/{max(end, size)} bytes")
    elif 0 < behind <= _A_FRAGMENT:
        _behind(behind, report)
    elif behind > 0:
        report.tell("more-than-header", "warning", count=behind)


def _boxes(path: Path, size: int, cut: bool, report: Report) -> None:
    """MP4 and QuickTime: boxes that end in the file, and an index whose bytes are there."""
    outer = top_level(path)
    reach = max((box.end for box in outer if box.kind in _HEADS), default=0)
    index = tracks(path)
    reach = max(reach, *(track.last_chunk + 1 for track in index), sum(track.held for track in index), 0)
    if reach > size or cut:
        report.tell("truncated", reason=f"{size}/{reach} bytes" if reach > size else "IsTruncated")
    elif outer and 0 < size - outer[-1].end <= _A_FRAGMENT:
        _behind(size - outer[-1].end, report)


def _decode(path: Path, playable: Iterable[str], report: Report) -> None:
    """What is whole by its heads may hold nothing that can be seen or heard."""
    if shutil.which("ffmpeg") is not None and not decodes(path, playable):
        report.tell("undecodable", "warning")


def decodes(path: Path, kinds: Iterable[str] = ()) -> bool:
    """Whether a first frame comes out of picture and sound; without `kinds`, out of either."""
    options = {"video": ("-map", "0:v:0?", "-frames:v", "1"), "sound": ("-map", "0:a:0?", "-frames:a", "1")}
    wanted = [options[kind] for kind in (kinds or options)]
    command = [find("ffmpeg"), *FFMPEG_INPUT, "-t", "20", "-i", file_argument(path)]
    for option in wanted:
        command += [*option, "-f", "framecrc", "-"]
    frames = sum(line[:1].isdigit() for line in ask(command, patience=_PATIENCE).said.splitlines())
    return frames >= (len(wanted) if kinds else 1)
