"""Joins segments as they age, so that however old the ledger is a few files tell it: at most seven of each size class.

A class is eight times as long as the one before. Bytes are copied as they lie there; what a part says that the ledger
does not say is said by what it becomes. A part goes when the joined file is durable, the checkpoints' rows name it, and
it was read back and has the part's bytes in their place. A kill leaves a joined file beside its parts, or a checkpoint
without a file; the next call goes on with either.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from preserve.data_management import checkpoints
from preserve.data_management.segment_cover import Piece, cover_of, is_covered, within
from preserve.errors import NotIntact
from storage_adapters.durable import drop_file, sync_folder, write_file, write_stream

FAN = 8
"""How many segments of a class are joined to one of the next."""

STEPS = 16
"""Joinings in one call: what earlier releases left is joined over several."""

_MOST = 64  # files that are joined at once
_BLOCK = 1 << 20

Span = tuple[int, int]


def join(folder: Path, mark: Callable[[], None] = lambda: None) -> int:
    """Join what is due, in a few steps; returns how many files were written.

    `mark` is called when a joined file is durable and before a part of it goes. Nobody else may close or join segments
    of this folder meanwhile; whoever reads them may. Raises StorageError. Parts that are not whole stay as they are.
    """

    def settle() -> None:
        mark()
        drop_parts(folder)

    if checkpoints.segments(folder):
        settle()  # what a call that was killed left
    return steps(folder, cover_of, _write, settle)


def steps(
    folder: Path,
    pieces_of: Callable[[Path], list[Piece]],
    write: Callable[[Path, Sequence[Piece]], bool],
    settle: Callable[[], None],
) -> int:
    """Join what is due of any log's segments, in a few steps; returns how many files were written.

    `pieces_of` gives the segments of a folder that tell each entry once. `write` makes the joined file of some that
    follow each other, and returns False where one is not whole; `settle` removes what became part of another.
    """
    for count in range(STEPS):
        pieces = pieces_of(folder)
        if pieces and not is_covered(pieces, 1, pieces[-1].last):
            return count  # something is missing: that is for a person to see as it is
        spans = due([(piece.start, piece.last) for piece in pieces])
        run = [piece for piece in pieces if spans and spans[0][0] <= piece.start <= spans[-1][1]]
        if not run or any(piece.start != piece.first for piece in run):
            return count  # few enough, or they lie over each other as no joining leaves them
        if not write(folder, run):
            return count
        settle()
    return STEPS


def due(spans: Sequence[Span]) -> list[Span]:
    """Those that are to be joined next, of spans that follow each other; empty where they are few enough."""
    groups: list[list[Span]] = []
    for span in spans:
        groups.append([span])
        while merged := _merged(groups):
            groups[-merged:] = [[span for group in groups[-merged:] for span in group]]
    for group in groups:
        if len(group) > 1:
            smallest = min(_class([span]) for span in group)
            start = next(place for place, span in enumerate(group) if _class([span]) == smallest)
            start = max(0, min(start, len(group) - _MOST))
            return group[start : start + _MOST]
    return []


def _merged(groups: Sequence[list[Span]]) -> int:
    """How many of the last groups make one: eight of a class, or older ones of a smaller class than the last."""
    newest = _class(groups[-1])
    smaller = same = 0
    for group in reversed(groups[:-1]):
        if _class(group) < newest and not same:
            smaller += 1
        elif _class(group) == newest and not smaller:
            same += 1
        else:
            break
    if smaller:
        return smaller + 1
    return FAN if same >= FAN - 1 else 0


def _class(group: Sequence[Span]) -> int:
    length, number = group[-1][1] - group[0][0] + 1, 0
    while length >= FAN:
        length, number = length // FAN, number + 1
    return number


def _write(folder: Path, run: Sequence[Piece]) -> bool:
    """The joined file beside its parts, durably, its checkpoint first; False where a part is not whole."""
    name = f"segment-{run[0].start:010d}-{run[-1].last:010d}"
    try:
        signed = (folder / run[-1].name).with_suffix(".checkpoint").read_bytes()
        write_file(folder / f"{name}.checkpoint", signed, durable=True)
        write_stream(folder / f"{name}.jsonl", bytes_of(folder, run), durable=True)
    except (NotIntact, FileNotFoundError):
        drop_file(folder / f"{name}.checkpoint", folder)
        return False
    return True


def bytes_of(folder: Path, run: Sequence[Piece]) -> Iterator[bytes]:
    """The bytes of parts. Raises NotIntact at one that has not as many lines as its name says."""
    for piece in run:
        lines, last = 0, b""
        with (folder / piece.name).open("rb") as stream:
            while block := stream.read(_BLOCK):
                lines, last = lines + block.count(b"\n"), block[-1:]
                yield block
        if lines != piece.last - piece.first + 1 or last != b"\n":
            raise NotIntact("ledger.segment-broken", piece.name)


def drop_parts(folder: Path) -> None:
    """Remove parts of joined files that have their bytes, and checkpoints of parts that are gone.

    One that others have stamped stays: a stamp is held against its text.
    """
    pieces = cover_of(folder)
    closed = [piece for piece in pieces if (folder / piece.name).with_suffix(".checkpoint").is_file()]
    drop_within(folder, pieces, checkpoints.segments(folder), closed)
    whole = [Piece(piece.first, piece.last, piece.name, piece.first) for piece in pieces]
    for first, last in checkpoints.unclosed(folder):
        stamped = (folder / f"{last:010d}.tsr").exists()
        if not stamped and any(is_covered([piece], first, last) for piece in whole):
            drop_file(folder / f"segment-{first:010d}-{last:010d}.checkpoint", folder)


def drop_within(
    folder: Path, pieces: Sequence[Piece], kept: Iterable[tuple[int, int, Path]], joined: Iterable[Piece]
) -> None:
    """Remove those of the `kept` segments that none of the `pieces` is and whose bytes a `joined` one has."""
    dropped, parts = False, within(pieces, kept)
    for piece in joined:
        inside = [part for part in parts if piece.first <= part[0] <= part[1] <= piece.last]
        if inside:
            dropped = _drop_same(folder, piece, inside) or dropped
    if dropped:
        sync_folder(folder)


def _drop_same(folder: Path, piece: Piece, parts: Sequence[tuple[int, int, Path]]) -> bool:
    """Remove those of the parts whose bytes the joined file has in their place, read from the medium."""
    wanted = {number for first, last, _ in parts for number in (first, last + 1)}
    dropped = False
    with (folder / piece.name).open("rb") as joined:
        os.posix_fadvise(joined.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # it was synced
        places, offset = {}, 0
        for number, line in enumerate(joined, piece.first):
            if number in wanted:
                places[number] = offset
            offset += len(line)
        places[piece.last + 1] = offset
        for first, last, path in parts:
            begin, end = places.get(first), places.get(last + 1)
            if begin is not None and end is not None:
                joined.seek(begin)
                with suppress(FileNotFoundError):
                    if _same_bytes(joined, path, end - begin):
                        drop_file(path, folder)
                        dropped = True
    return dropped


def _same_bytes(joined: BinaryIO, path: Path, length: int) -> bool:
    with path.open("rb") as part:
        if os.fstat(part.fileno()).st_size != length:
            return False
        while block := part.read(_BLOCK):
            if joined.read(len(block)) != block:
                return False
    return True
