"""The segments of the log of looks in a folder: named, read, and joined as those of the ledger are.

They have no checkpoints beside them: a root in the ledger is what proves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from preserve.data_management.segment_cover import Piece, cover, read_lines
from preserve.data_management.segment_joining import bytes_of, drop_within, steps
from preserve.errors import NotIntact
from storage_adapters.durable import write_stream

_SEGMENT = re.compile(r"looks-(\d{10,})-(\d{10,})\.jsonl")


def name_of(first: int, last: int) -> str:
    """What the segment from one look to another, both in it, is called."""
    return f"looks-{first:010d}-{last:010d}.jsonl"


def segments(folder: Path) -> list[tuple[int, int, Path]]:
    """The segments in a folder: first number, last number, path; in order."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    matches = [match for name in names if (match := _SEGMENT.fullmatch(name))]
    return sorted((int(match[1]), int(match[2]), folder / match[0]) for match in matches)


def cover_of(folder: Path) -> list[Piece]:
    """The segments of a folder that tell each look once."""
    return cover((first, last, path.name) for first, last, path in segments(folder))


def lines(folder: Path, after: int = 0) -> Iterator[str]:
    """The line of each look after the first `after`, while others may be joining.

    Raises ValueError, which names the file that is not whole.
    """

    def broken(name: str) -> None:
        raise ValueError(name)

    return read_lines(folder, broken, cover_of, after)


def join(folder: Path) -> int:
    """Join what is due, in a few steps; returns how many files were written.

    Nobody else may close or join segments of this folder meanwhile; whoever reads them may. Raises StorageError. Parts
    that are not whole stay as they are.
    """
    drop_parts(folder)
    return steps(folder, cover_of, _write, lambda: drop_parts(folder))


def _write(folder: Path, run: Sequence[Piece]) -> bool:
    try:
        write_stream(folder / name_of(run[0].first, run[-1].last), bytes_of(folder, run), durable=True)
    except (NotIntact, FileNotFoundError):
        return False
    return True


def drop_parts(folder: Path) -> None:
    """Remove parts of joined files that have their bytes in their place. Raises StorageError."""
    pieces = cover_of(folder)
    drop_within(folder, pieces, segments(folder), pieces)
