"""A deposit with files beside it that a person said belong to it: they are read where they lie, and moved nowhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from preserve.errors import Refused
from preserve.ingest.sources import Entry, Source


@dataclass(frozen=True, slots=True)
class Joined:
    """A file that goes with a deposit: under which path, where it is got from when it is read, and its SHA-256.

    `bring` gives the file as one of this machine; `let_go` is called when it was read.
    """

    path: str
    size: int
    modified_ns: int
    sha256: str
    bring: Callable[[], Path]
    let_go: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class JoinedSource:
    """The deposit first, then the files that were joined to it. Their names were made here and hide nothing."""

    base: Source
    joined: tuple[Joined, ...]

    @property
    def kind(self) -> str:
        """That of the deposit."""
        return self.base.kind

    @property
    def folder(self) -> Path | None:
        """None: its files do not lie in one folder."""
        return None

    def entries(self) -> Iterator[Entry]:
        """The deposit's names, and those that were joined."""
        order = 0
        for entry in self.base.entries():
            order = max(order, entry.order)
            yield entry
        for place, one in enumerate(self.joined, 1):
            yield entry_of(one, order + place)

    def stream(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[Entry, BinaryIO]]:
        """The wanted files of the deposit, then the joined ones."""
        yield from self.base.stream(wanted)
        for place, one in enumerate(self.joined, 1):
            entry = entry_of(one, place)
            if wanted(entry):
                with _opened(one) as stream:
                    yield entry, stream
                one.let_go()

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of one small file."""
        for one in self.joined:
            if one.path == path:
                if one.size > limit:
                    raise Refused("sip.file-too-large", path, limit=limit)
                with _opened(one) as stream:
                    return stream.read(limit + 1)
        return self.base.read(path, limit)


def entry_of(one: Joined, order: int = 0) -> Entry:
    """As a name of the deposit."""
    return Entry(one.path, "file", one.size, one.modified_ns, order=order)


def _opened(one: Joined) -> BinaryIO:
    try:
        handle = os.open(one.bring(), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise Refused("sip.unreadable", one.path, reason=error.strerror or "") from error
    return os.fdopen(handle, "rb")
