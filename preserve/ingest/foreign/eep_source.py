"""A deposit of encapsulations as if their files lay in it: each is decoded when it is read, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from preserve.errors import Refused
from preserve.ingest.foreign import eep_stream
from preserve.ingest.sources import Entry, Source


@dataclass(frozen=True, slots=True)
class EepSource:
    """`inside` are the files of each encapsulation in their order, None for one that is not to be seen; `outside` what
    else lies in the deposit. `names` are the elements' names (see `eep_stream`)."""

    deposit: Source
    names: Mapping[str, str] = field(repr=False)
    inside: Mapping[str, Sequence[Entry | None]] = field(repr=False)
    outside: Sequence[Entry] = field(repr=False)

    @property
    def kind(self) -> str:
        """As the deposit lies there."""
        return self.deposit.kind

    @property
    def folder(self) -> Path | None:
        """None: what is encapsulated has no place of its own."""
        return None

    def entries(self) -> Iterator[Entry]:
        """What the encapsulations hold, one after the other, and the files beside them."""
        for files in self.inside.values():
            yield from (entry for entry in files if entry is not None)
        yield from self.outside

    def stream(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[Entry, BinaryIO]]:
        """The wanted files; an encapsulation without any is not opened, and each other one is read once."""
        chosen = {
            path: [entry if entry is not None and wanted(entry) else None for entry in files]
            for path, files in self.inside.items()
        }
        needed = {path for path, files in chosen.items() if any(files)}
        plain = {entry.path for entry in self.outside if wanted(entry)}
        if not needed and not plain:
            return
        for outer, stream in self.deposit.stream(lambda entry: entry.path in needed or entry.path in plain):
            if outer.path in plain:
                yield outer, stream
                continue
            files = chosen[outer.path]
            left = sum(entry is not None for entry in files)
            for entry, coded in zip(files, eep_stream.decoded(stream, self.names, outer.path), strict=False):
                if entry is None:
                    continue
                yield entry, cast(BinaryIO, coded)
                left -= 1
                if not left:
                    break

    def read(self, path: str, limit: int) -> bytes:
        """One small file."""
        for entry, stream in self.stream(lambda entry: entry.path == path):
            if entry.size > limit:
                raise Refused("sip.file-too-large", path, limit=limit)
            return stream.read(limit + 1)
        raise Refused("sip.unreadable", path, reason="not in the package")
