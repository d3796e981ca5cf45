"""Small files read back from the medium by another process while a package is still being described.

A file that was read back is not read again when the package is proven, as long as nobody touched it since.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from storage_adapters.contract import ExpectedFile, FileCheck
from storage_adapters.durable import sync_file_system
from storage_adapters.read_behind import State, state_of
from storage_adapters.reading import check_file

_ALGORITHM = "sha256"

Written = tuple[str, int, str]
"""A file that was written: its path below the folder, its size in bytes, its SHA-256."""


def sync(root: str) -> None:
    """Make durable what lies on the file system: only then do bytes come from the medium. Raises StorageError."""
    sync_file_system(Path(root))


def read_early(root: str, files: Sequence[Written]) -> list[int]:
    """Marks of those that came from the medium as they were written; of every other file nothing is said.

    The state is taken before the reading: a file that is changed meanwhile has another one afterwards.
    """
    marks = []
    for path, size, digest in files:
        try:
            state = state_of(f"{root}/{path}")
        except OSError:
            continue
        if check_file(root, ExpectedFile(path, size, {_ALGORITHM: digest}), from_medium=True).verdict == "intact":
            marks.append(_mark(path, digest, state))
    return marks


def _mark(path: str, digest: str, state: State) -> int:
    text = "\0".join((path, digest, *map(str, state))).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


class ReadEarly:
    """The files of one package that were read back early: eight bytes each, since there may be a million."""

    def __init__(self) -> None:
        self._marks = array("Q")
        self._sorted = True

    def add(self, marks: list[int]) -> None:
        """What `read_early` gave."""
        self._marks.extend(marks)
        self._sorted = False

    def check(self, folder: Path, expected: ExpectedFile) -> FileCheck | None:
        """A file below the folder that is as it was when it was read back; None for every other: it is read now."""
        digest = expected.digests.get(_ALGORITHM, "")
        if not self._marks or len(expected.digests) != 1 or not digest:
            return None
        try:
            state = state_of(f"{folder}/{expected.path}")
        except OSError:
            return None
        size = state[2]
        if expected.size not in (None, size) or not self._has(_mark(expected.path, digest, state)):
            return None
        return FileCheck(expected.path, "intact", size, expected.digests)

    def _has(self, mark: int) -> bool:
        if not self._sorted:
            self._marks = array("Q", sorted(self._marks))
            self._sorted = True
        place = bisect_left(self._marks, mark)
        return place < len(self._marks) and self._marks[place] == mark
