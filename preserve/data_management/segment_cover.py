"""Which segment files, from which line on, tell the ledger from its first entry: joined ones lie beside their parts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select, update

from preserve.data_management import checkpoints
from preserve.data_management.tables import checkpoints as table

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment file and the entry that it is read from: those before it stand in the piece before."""

    first: int
    last: int
    name: str
    start: int


def cover(kept: Iterable[tuple[int, int, str]]) -> list[Piece]:
    """The fewest of these segments that tell each entry once, in order; what lies within another is left out.

    Where a stretch is missing the next segment follows all the same: its `start` is not the number expected.
    """
    ordered = sorted(kept, key=lambda segment: (segment[0], -segment[1]))
    pieces: list[Piece] = []
    expected, place = 1, 0
    best = (0, 0, "")
    while True:
        while place < len(ordered) and ordered[place][0] <= expected:
            best = max(best, ordered[place], key=lambda segment: segment[1])
            place += 1
        if best[1] >= expected:
            pieces.append(Piece(*best, expected))
            expected = best[1] + 1
        elif place < len(ordered):
            expected = ordered[place][0]
        else:
            return pieces


def cover_of(folder: Path) -> list[Piece]:
    """The segments of a folder that tell each entry once."""
    return cover((first, last, path.name) for first, last, path in checkpoints.segments(folder))


def is_covered(pieces: Sequence[Piece], first: int, last: int) -> bool:
    """Whether these pieces tell every entry from `first` to `last`."""
    for piece in pieces:
        if piece.start <= first <= piece.last:
            first = piece.last + 1
    return first > last


def within(pieces: Sequence[Piece], kept: Iterable[tuple[int, int, Path]]) -> list[tuple[int, int, Path]]:
    """The segments that none of the pieces is: what a kill left of those that were joined, or somebody put there."""
    names = {piece.name for piece in pieces}
    return [segment for segment in kept if segment[2].name not in names]


def read_lines(
    folder: Path, broken: Callable[[str], None], pieces_of: Callable[[Path], list[Piece]] = cover_of, after: int = 0
) -> Iterator[str]:
    """The lines of the entries after the first `after`, while others may be joining.

    At a segment that is not whole, its name is told and it ends.

    `pieces_of` gives the segments of a folder that tell each entry once.
    """
    return _read(folder, broken, after, bytes.decode, pieces_of)


def read_raw(folder: Path, broken: Callable[[str], None], after: int = 0) -> Iterator[bytes]:
    """The same as the bytes that lie there, of the entries after the first `after`."""
    return _read(folder, broken, after, bytes, cover_of)


def _read(
    folder: Path,
    broken: Callable[[str], None],
    after: int,
    as_wanted: Callable[[bytes], Line],
    pieces_of: Callable[[Path], list[Piece]],
) -> Iterator[Line]:
    expected = after + 1
    pieces = [piece for piece in pieces_of(folder) if piece.last > after]
    while pieces:
        piece = pieces.pop(0)
        if piece.start > expected:  # a stretch is missing
            broken(piece.name)
            return
        count = piece.first - 1
        try:
            with (folder / piece.name).open("rb") as stream:
                for count, line in enumerate(stream, piece.first):
                    if count >= expected:
                        yield as_wanted(line.removesuffix(b"\n"))
        except FileNotFoundError:  # joined since we looked: what it became lies there
            again = [other for other in pieces_of(folder) if other.last >= expected]
            if again and again[0].name != piece.name and again[0].first <= expected:
                pieces = again
                continue
            count = -1
        except (OSError, UnicodeDecodeError):
            count = -1
        if count != piece.last:
            broken(piece.name)
            return
        expected = piece.last + 1


def bytes_in(folder: Path) -> int:
    """About how large the ledger is as text."""
    while True:
        with suppress(FileNotFoundError):  # joined since we looked
            return sum(os.lstat(folder / piece.name).st_size for piece in cover_of(folder))


def mark_closed(connection: Connection, folder: Path) -> None:
    """Have the rows of the checkpoints say which segments lie there, as far as these tell each entry once."""
    wanted = {piece.last: piece.first for piece in cover_of(folder)}
    closing = select(table.c.size, table.c.first_entry).where(table.c.first_entry.isnot(None))
    known: dict[int, int] = {row.size: row.first_entry for row in connection.execute(closing)}
    for size in known.keys() - wanted.keys():
        if is_covered(cover_of(folder), known[size], size):  # what is merely gone stays known
            connection.execute(update(table).where(table.c.size == size).values(first_entry=None))
    for size, first in sorted(wanted.items()):
        if known.get(size) != first:
            connection.execute(update(table).where(table.c.size == size).values(first_entry=first))


def last_segment(folder: Path) -> tuple[int, int, Path] | None:
    """The segment that goes furthest; of two that end at the same entry the longer."""
    with suppress(ValueError):
        return max(checkpoints.segments(folder), key=lambda segment: (segment[1], -segment[0]))
    return None
