"""A deposit as it lies there: a folder, a zip, a tar, or a bag in any of these; only ever read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

EntryKind = Literal["file", "folder", "symlink", "hardlink", "fifo", "device", "socket"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a deposit. `path` is relative, `/` between parts, undecodable bytes as surrogates.

    `read_as` says what was done to the name that an archive has, to come to the path: `gb18030` (its bytes were read as
    that), `backslashes` (they part folders).
    """

    path: str
    kind: EntryKind
    size: int
    modified_ns: int | None
    encrypted: bool = False
    compressed: int | None = None
    target: str = ""
    links: int = 1
    inode: tuple[int, int] = (0, 0)
    order: int = 0
    read_as: tuple[str, ...] = ()


class Source(Protocol):
    """What the steps may ask of a deposit."""

    @property
    def kind(self) -> str:
        """`folder`, `zip` or `tar`."""

    @property
    def folder(self) -> Path | None:
        """The folder whose files can be opened one by one, or None for an archive."""

    def entries(self) -> Iterator[Entry]:
        """Every name, in a stable order. Raises Refused when the deposit cannot be read."""

    def stream(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[Entry, BinaryIO]]:
        """The wanted files with their bytes, in the order in which they lie; each archive is read once."""

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of one small file, at most `limit`. Raises Refused when it is larger or not there."""
