"""The content of a package as if it were a deposit: each file under its true name, whatever it is called in there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from preserve.errors import NotIntact, Refused
from preserve.ingest.sources import Entry, Source


@dataclass(frozen=True, slots=True)
class ContentView:
    """`names` are the true names by the paths in `package`; nothing else of it is to be seen."""

    package: Source
    names: Mapping[str, str] = field(repr=False)

    @property
    def kind(self) -> str:
        """As the package lies there."""
        return self.package.kind

    @property
    def folder(self) -> Path | None:
        """None: what a file is called here is not where it lies."""
        return None

    def entries(self) -> Iterator[Entry]:
        """The files of the content, in the order of the package."""
        for entry in self.package.entries():
            if entry.path in self.names:
                yield self._renamed(entry)

    def stream(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[Entry, BinaryIO]]:
        """The wanted files with their bytes; `wanted` is asked by their true names."""
        names = self.names
        for entry, stream in self.package.stream(lambda entry: entry.path in names and wanted(self._renamed(entry))):
            yield self._renamed(entry), stream
            if self.package.folder is not None:
                _require_unchanged(entry, stream, self.names[entry.path])

    def read(self, path: str, limit: int) -> bytes:
        """One small file by its true name."""
        for inside, name in self.names.items():
            if name == path:
                return self.package.read(inside, limit)
        raise Refused("sip.unreadable", path, reason="not in the package")

    def _renamed(self, entry: Entry) -> Entry:
        return replace(entry, path=self.names[entry.path], read_as=())


def _require_unchanged(entry: Entry, stream: BinaryIO, name: str) -> None:
    """Raises NotIntact where somebody wrote into a file of a folder while it was read: half of each would be kept."""
    now = os.fstat(stream.fileno())
    if (now.st_size, now.st_mtime_ns) != (entry.size, entry.modified_ns):
        raise NotIntact("ingest.changed-while-read", name)
