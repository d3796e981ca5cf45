"""Many small files in few objects: plain uncompressed tar files that any tar reads, with known offsets.

A segment is a POSIX tar archive of at most `LARGEST` bytes. Its members are called `<package>/<path>`, so that whoever
unpacks all of a package's segments beside its large files has the package. Which bytes are where follows from names and
sizes alone (POSIX.1-2001, pax interchange format).
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SMALL = 1 << 20
"""Files of fewer bytes than this go into segments; others are objects of their own."""

LARGEST = 256 << 20
"""Bytes of a segment at most."""

_BLOCK = 512
_END = bytes(2 * _BLOCK)


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a segment: its path in the package, and where its `size` bytes begin."""

    path: str
    size: int
    offset: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One tar file that is to be made: its members in their order, and its whole size in bytes."""

    members: tuple[Member, ...]
    size: int


def header(package: str, path: str, size: int) -> bytes:
    """What stands before a member's bytes. It tells of no owner and no time: the same names give the same bytes."""
    entry = tarfile.TarInfo(f"{package}/{path}")
    entry.size, entry.mode = size, 0o640
    return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def padding(size: int) -> bytes:
    """What stands after a member's bytes."""
    return bytes(-size % _BLOCK)


def end() -> bytes:
    """What stands at the end of a segment."""
    return _END


def plan(package: str, files: Iterable[tuple[str, int]], largest: int = LARGEST) -> Iterator[Segment]:
    """Lay files of a package (path, size) out in segments, in the order given."""
    members: list[Member] = []
    place = 0
    for path, size in files:
        before = len(header(package, path, size))
        needed = before + size + len(padding(size))
        if members and place + needed + len(_END) > largest:
            yield Segment(tuple(members), place + len(_END))
            members, place = [], 0
        members.append(Member(path, size, place + before))
        place += needed
    if members:
        yield Segment(tuple(members), place + len(_END))
