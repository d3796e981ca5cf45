"""The payload of a package under construction: every file with its digests, in the order in which they were told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from metadata.unnamed import unnamed_file


@dataclass(frozen=True, slots=True)
class Described:
    """A file of a package: path below the bag, size, digests by algorithm."""

    path: str
    size: int
    digests: dict[str, str]


class Listing:
    """Kept in an unnamed file on the medium of `folder`, since a package may hold more files than memory should.

    Filled while the files are described, so that the manifests need not ask anybody again; `also` is told of each, too.
    Use as a context.
    """

    def __init__(
        self, folder: Path, algorithms: Sequence[str], also: Callable[[Described], None] = lambda file: None
    ) -> None:
        self.algorithms = tuple(algorithms)
        self._also = also
        self._lines = unnamed_file(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()

    def add(self, file: Described) -> None:
        """Only for paths that this program made, in which no line ends (`metadata.names.safe_names`)."""
        digests = [file.digests[name] for name in self.algorithms]
        self._lines.write("\t".join((str(file.size), *digests, file.path)) + "\n")
        self._also(file)

    def __iter__(self) -> Iterator[Described]:
        self._lines.seek(0)
        for line in self._lines:
            size, *digests, path = line.rstrip("\n").split("\t", len(self.algorithms) + 1)
            yield Described(path, int(size), dict(zip(self.algorithms, digests, strict=True)))
