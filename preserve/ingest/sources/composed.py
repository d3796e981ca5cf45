"""A deposit whose files lie on several carriers: nothing is copied together before it is taken in."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from preserve.errors import Refused
from preserve.ingest.sources import Entry


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the case: its path in the deposit, and how it is opened where it lies.

    `order` is its place among those of its carrier, so that a disc is read from its beginning to its end.
    """

    path: str
    size: int
    modified_ns: int | None
    order: tuple[int, int]
    open: Callable[[], io.RawIOBase]


@dataclass(frozen=True, slots=True)
class ComposedSource:
    """Files of several carriers under the paths that they have in the case."""

    members: tuple[Member, ...]

    @property
    def kind(self) -> str:
        """Always `carriers`."""
        return "carriers"

    @property
    def folder(self) -> Path | None:
        """None: they lie in no one folder."""
        return None

    def entries(self) -> Iterator[Entry]:
        """Every file, sorted by path, so that the order does not hang on which carrier was found first."""
        for number, member in enumerate(sorted(self.members, key=lambda member: member.path)):
            yield Entry(member.path, "file", member.size, member.modified_ns, order=number)

    def stream(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[Entry, BinaryIO]]:
        """The wanted files, carrier by carrier, in the order in which they lie there. Raises Refused."""
        for member in sorted(self.members, key=lambda member: (member.order, member.path)):
            entry = Entry(member.path, "file", member.size, member.modified_ns)
            if wanted(entry):
                with member.open() as stream:
                    yield entry, cast(BinaryIO, io.BufferedReader(stream, 1 << 20))

    def read(self, path: str, limit: int) -> bytes:
        """One small file."""
        for entry, stream in self.stream(lambda entry: entry.path == path):
            if entry.size > limit:
                raise Refused("sip.file-too-large", path, limit=limit)
            return stream.read(limit + 1)
        raise Refused("sip.unreadable", path, reason="not among the files")
