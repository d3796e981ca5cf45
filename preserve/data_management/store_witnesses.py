"""Holds the ledger against what lies in the store: the newest segment, and the newest checkpoint in a file."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from preserve.data_management import checkpoints, ledger, ledger_keys, segment_cover
from preserve.errors import NotIntact
from preserve.home import Home

HEAD = "checkpoint.txt"
"""The newest checkpoint, in the store as on every disc and drive."""

_BLOCK = 1 << 16  # bytes that are read at once from the end of a segment


def against_segment(connection: Connection, folder: Path, size: int) -> None:
    """Raises NotIntact where the newest segment tells of another ledger than this one of `size` entries."""
    newest = segment_cover.last_segment(folder)
    if newest is None:
        return
    _, stop, path = newest
    if stop > size:
        raise NotIntact("ledger.rolled-back", str(path), size=size, told=stop, witness=path.name)
    entry = next(ledger.entries(connection, stop, stop), None)
    if entry is None or entry.text != _last_line(path):
        raise NotIntact("ledger.forked", str(path), number=stop, witness=path.name)
    row, beside = checkpoints.checkpoint_over(connection, stop), content(path.with_suffix(".checkpoint"))
    if row is None:
        raise NotIntact("ledger.checkpoint-row-missing", path.name, size=stop)
    if beside is not None and beside != row.text().encode():
        raise NotIntact("ledger.checkpoint-differs", path.with_suffix(".checkpoint").name, size=stop)


def against_head(home: Home, connection: Connection, file: Path, size: int) -> bool:
    """Whether there is a head; it agrees. Raises NotIntact."""
    data = content(file)
    if data is None:
        return False
    try:
        head = checkpoints.parse_exactly(data)
    except NotIntact as error:
        raise NotIntact("ledger.checkpoint-unreadable", str(file)) from error
    if not checkpoints.signed_by_any(head, ledger_keys.believed_keys(connection, home.keys / "ledger.pub")):
        raise NotIntact("ledger.checkpoint-forged", str(file), size=head.size)
    if head.size > size:
        raise NotIntact("ledger.rolled-back", str(file), size=size, told=head.size, witness=HEAD)
    row = checkpoints.checkpoint_over(connection, head.size)
    if row is None:
        raise NotIntact("ledger.checkpoint-row-missing", HEAD, size=head.size)
    if row.root != head.root:
        raise NotIntact("ledger.forked", str(file), number=head.size, witness=HEAD)
    if row.text() != head.text():
        raise NotIntact("ledger.checkpoint-differs", HEAD, size=head.size)
    return True


def content(path: Path) -> bytes | None:
    """What is in a file, None where there is none. Raises NotIntact where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotIntact("ledger.checkpoint-unreadable", str(path), detail=str(error)) from error


def _last_line(path: Path) -> str:
    """The last line of a segment, however large the file is; empty where it cannot be read."""
    try:
        with path.open("rb") as stream:
            end = stream.seek(0, 2)
            data = b""
            while end and b"\n" not in data[:-1]:
                start = max(0, end - _BLOCK)
                stream.seek(start)
                data = stream.read(end - start) + data
                end = start
        return data.removesuffix(b"\n").rpartition(b"\n")[2].decode()
    except (OSError, UnicodeDecodeError):
        return ""
