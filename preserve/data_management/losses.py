"""What a catalogue that is made again writes into the ledger of what was there before and is not there any more."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from preserve.data_management import checkpoints, ledger
from preserve.data_management.sealing import (
    HEAD,
    HEAD_MISSING,
    TAIL_FOUND,
    TAIL_LOST,
    is_witnessed,
    ledger_folder,
    sign_now,
)
from preserve.data_management.store_witnesses import content
from preserve.errors import NotIntact
from preserve.home import Home


def enter_loss(home: Home, connection: Connection) -> int:
    """In a catalogue made again from segments: write down that the store's head tells of more; how many entries.

    The head's text goes into the entry: what contradicts it in others' hands is explained by it.
    """
    try:
        head = checkpoints.parse_exactly((ledger_folder(home) / HEAD).read_bytes())
    except (OSError, NotIntact):
        return 0
    size = ledger.size(connection)
    if head.size <= size:
        return 0
    lost = {"first": size + 1, "last": head.size, "count": head.size - size, "checkpoint": head.text()}
    ledger.note(home, connection, TAIL_LOST, lost)
    sign_now(home, connection)
    return head.size - size


def enter_missing_head(home: Home, connection: Connection) -> None:
    """In a catalogue made again where the store has no head: write that down, as any other command would."""
    last, folder = checkpoints.newest(connection), ledger_folder(home)
    missing = folder.is_dir() and content(folder / HEAD) is None
    if missing and last is not None and is_witnessed(connection):
        ledger.note(home, connection, HEAD_MISSING, {"file": HEAD, "size": last.size})
        sign_now(home, connection)


def enter_tail(home: Home, connection: Connection, texts: Sequence[str]) -> None:
    """In a catalogue made again without entries that nobody signed: write down that there were some, and sign that."""
    size = ledger.size(connection)
    digest = hashlib.sha256("".join(f"{line}\n" for line in texts).encode()).hexdigest()
    tail = {"first": size + 1, "last": size + len(texts), "count": len(texts), "sha256": digest}
    ledger.note(home, connection, TAIL_FOUND, tail)
    sign_now(home, connection)
