"""Whether a file is whole, where its form says how it ends: nothing but zeros, packed files without their end.

A disk that was full or a stick pulled out too early leaves a file of the right name and size with nothing in it.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from preserve.ingest.facts import Kind
from preserve.ingest.readers.report import Report

SECONDS = 60.0
"""For unpacking one file; what is left then is told."""

_BLOCK = 1 << 20
_NULS = re.compile(rb"\0{64,}")
_FEWEST = bytes(64)
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, LookupError),
    *(OSError, NotImplementedError, RuntimeError),
)


class _Late(Exception):
    """The time for one file is over."""


def tell_hollow(path: Path, kind: Kind, report: Report, data: bytes | None = None) -> bool:
    """Tell of a file of zeros, or a text with stretches of them; True where there is nothing to be read in it.

    `data` is the whole file where it was read already.
    """
    size, zeros, text = 0, 0, kind == "text"
    with path.open("rb", buffering=0) if data is None else io.BytesIO(data) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if not any(block):
                zeros += len(block)
            elif text and _FEWEST in block:  # the pattern is tried at every byte
                zeros += sum(len(match[0]) for match in _NULS.finditer(block))
            elif not text:
                return False
    if zeros * 2 > size:
        report.tell("unreadable", reason=f"{zeros} x 00")
        return True
    if zeros:
        report.tell("zeros", "warning", bytes=zeros)
    return False


def tell_unpacked(path: Path, report: Report, data: bytes | None = None) -> None:
    """Unpack what is packed, to its end, and tell where it does not unpack. Nothing of it is kept.

    `data` is the whole file where it was read already.
    """
    if data is None:
        with path.open("rb", buffering=0) as stream:
            head = stream.read(8)
    else:
        head = data[:8]
    unpack = next((unpack for start, unpack in _PACKED.items() if head.startswith(start)), None)
    if unpack is None or _told(report):
        return
    try:
        fault = unpack(path, time.monotonic() + SECONDS)
    except _Late:
        report.tell("not-unpacked", "note", seconds=int(SECONDS))
        return
    if fault:
        report.tell("truncated", reason=fault)


def _told(report: Report) -> bool:
    return any(finding.code in ("format.encrypted", "format.unreadable") for finding in report.findings)


def _zip(path: Path, ends: float) -> str:
    """The first member whose bytes or whose CRC are not as they should be; those that are encrypted are passed over."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.flag_bits & 1 or member.is_dir():
                    continue
                try:
                    with archive.open(member) as stream:
                        _drain(stream, ends)
                except NotImplementedError:
                    continue  # a way of packing that Python does not know says nothing about damage
                except _DAMAGE:
                    return f"ZIP: {member.filename}"[:120]
    except _DAMAGE:
        return "ZIP: no end"
    return ""


def _stream(opener: Callable[[Path], Any], name: str) -> Callable[[Path, float], str]:
    def unpack(path: Path, ends: float) -> str:
        try:
            with opener(path) as stream:
                _drain(stream, ends)
        except _DAMAGE:
            return name
        return ""

    return unpack


def _drain(stream: IO[bytes], ends: float) -> None:
    while stream.read(_BLOCK):
        if time.monotonic() > ends:
            raise _Late


_PACKED: dict[bytes, Callable[[Path, float], str]] = {
    b"PK\x03\x04": _zip,
    b"\x1f\x8b\x08": _stream(gzip.GzipFile, "gzip"),
    b"BZh": _stream(bz2.BZ2File, "bzip2"),
    b"\xfd7zXZ\0": _stream(lzma.LZMAFile, "xz"),
}
