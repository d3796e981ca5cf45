"""The rows of a large package, read by a process of its own; the description's while the rest is still being written.

What was read early counts as long as nobody touched the description since. Every other time all is read again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import IO

from metadata import csip
from preserve.data_management.package_reading import (
    UNREADABLE,
    PackageRead,
    Rows,
    Told,
    name_of,
    read_rows,
    read_told,
    unreadable,
)
from storage_adapters.read_behind import State, state_of


@dataclass(frozen=True, slots=True)
class _Begun:
    """A description that was read from a file in this state, and the file of rows that has what it says."""

    place: Path
    state: State
    stream: IO[bytes]
    told: Told

    def holds(self, place: Path, rows: Path) -> bool:
        """Whether it is what lies there now, with its rows."""
        try:
            same = os.path.samestat(os.fstat(self.stream.fileno()), rows.stat())
            return same and (self.place, self.state) == (place, state_of(place))
        except OSError:
            return False


_begun: list[_Begun] = []
"""Of this process, which reads one package: at most one."""


def begin_apart(root: Path, name: str, rows: Path) -> None:
    """Read the description of a package under construction, which is complete, before `read_apart` is asked for all.

    What is wrong with it is told by that.
    """
    place = _description(root, name)
    state = state_of(place)
    stream = rows.open("wb")
    try:
        told = read_told(place, Rows(stream), words=True)
    except BaseException:
        stream.close()
        raise
    _begun.append(_Begun(place, state, stream, told))


def read_apart(root: Path, name: str, rows: Path, *, tokens: bool) -> PackageRead:
    """As `read_package`, of what will be called `name`; what comes back can be sent, and `brought` gives its rows.

    Raises NotIntact where the package cannot be read as one of ours.
    """
    begun = _begun.pop() if _begun else None
    if begun is not None and not begun.holds(_description(root, name), rows):
        begun.stream.close()
        begun = None
    with begun.stream if begun else rows.open("wb") as stream:
        try:
            there = Rows(stream, stream.tell())
            read = read_rows(root, name, there, words=True, tokens=tokens, told=begun.told if begun else None)
        except UNREADABLE as error:
            raise unreadable(root, error) from error
    return replace(read, rows=Rows(BytesIO(), read.rows.begin))


def _description(root: Path, name: str) -> Path:
    return root / "data" / name_of(root.with_name(name))[0] / csip.CASE


@contextmanager
def brought(read: PackageRead, rows: Path) -> Iterator[PackageRead]:
    """What another process read of a package; the file of rows is gone when the body begins."""
    with rows.open("rb") as stream:
        rows.unlink()
        yield replace(read, rows=Rows(stream, read.rows.begin))
