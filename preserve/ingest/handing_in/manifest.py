"""The list that comes before an upload: each file's path, size and time. What cannot be taken is told at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metadata.findings import Finding
from preserve.ingest.hostile_names import collisions, hostile
from preserve.ingest.receive import DepositProfile
from preserve.ingest.sources import Entry

MOST_LINES = 100_000
_LONGEST_PART = 255
_LONGEST_PATH = 3000
_LARGEST = 1 << 53  # the largest whole number that a browser can tell
_EARLIEST, _LATEST = -(1 << 43), 1 << 43  # milliseconds: about 280 years around 1970


@dataclass(frozen=True, slots=True)
class Offered:
    """One file that somebody wants to send: its path with `/`, bytes, time in milliseconds since 1970.

    `sha256`, where the sender knows it, is what the bytes must have.
    """

    path: str
    size: int
    mtime: int
    sha256: str = ""


def mistakes(files: Sequence[Offered], profile: DepositProfile) -> Iterator[Finding]:
    """Every reason why one of these files cannot be taken; warnings are no reason."""
    if not files:
        yield Finding("deposit.nothing-offered", "", "refuse")
    if len(files) > MOST_LINES:
        yield Finding("deposit.too-many-lines", "", "refuse", {"count": len(files), "limit": MOST_LINES})
        return
    entries = []
    for file in files:
        shown = file.path.encode("utf-8", "backslashreplace").decode()[:500]
        try:
            written = file.path.encode("utf-8")
        except UnicodeEncodeError:
            yield Finding("sip.bad-path", shown, "refuse")
            continue
        if len(written) > _LONGEST_PATH or any(len(part) > _LONGEST_PART for part in written.split(b"/")):
            yield Finding("deposit.name-long", shown, "refuse", {"limit": _LONGEST_PART})
        if not 0 <= file.size < _LARGEST:
            yield Finding("deposit.size-wrong", shown, "refuse")
        if not _EARLIEST < file.mtime < _LATEST:
            yield Finding("deposit.time-wrong", shown, "refuse")
        entry = Entry(file.path, "file", max(file.size, 0), file.mtime * 1_000_000)
        yield from hostile(entry, profile)
        entries.append(entry)
    yield from (finding for finding in collisions(entries) if finding.severity == "refuse")
    yield from _under_files(entries)


def _under_files(entries: Sequence[Entry]) -> Iterator[Finding]:
    """A path below one that is a file itself: no folder can have that name."""
    names = {entry.path for entry in entries}
    for entry in entries:
        parts = entry.path.split("/")
        above = next((head for n in range(1, len(parts)) if (head := "/".join(parts[:n])) in names), None)
        if above is not None:
            yield Finding("sip.names-collide", entry.path, "refuse", {"other": above})


def written(files: Sequence[Offered]) -> bytes:
    """The list as it is kept, one file a line; the number of a file is that of its line, from 1."""
    rows = ([file.path, file.size, file.mtime, file.sha256] for file in files)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8", "backslashreplace")


def read(data: bytes) -> tuple[Offered, ...]:
    """The list that `written` wrote."""
    return tuple(Offered(*json.loads(line)) for line in data.decode().split("\n") if line)


def digest(files: Sequence[Offered]) -> str:
    """By this a list is known again, in whatever order its lines come."""
    return hashlib.sha256(written(sorted(files, key=lambda file: file.path))).hexdigest()
