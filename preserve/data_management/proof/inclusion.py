"""Entries of the ledger with their paths to a signed checkpoint, as files hand them to somebody who has no ledger."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from sqlalchemy import Connection, select

from preserve.data_management import checkpoints, ledger, merkle
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.tables import ledger as ledger_table
from preserve.errors import NotIntact


def roots(connection: Connection) -> merkle.Root:
    """The tree hash over a range of the ledger's leaves, counted from 0.

    The leaves are read once (32 bytes each) and each tree below is reckoned once, so that the paths of ten thousand
    entries cost little more than that of one.
    """
    query = select(ledger_table.c.leaf).order_by(ledger_table.c.number)
    leaves = [bytes(leaf) for (leaf,) in connection.execute(query)]

    @cache
    def root(start: int, stop: int) -> bytes:
        if stop - start < 2:
            return leaves[start] if stop > start else checkpoints.root_of([])
        middle = start + merkle.split(stop - start)
        return hashlib.sha256(b"\x01" + root(start, middle) + root(middle, stop)).digest()

    return root


def proved(entry: ledger.Entry, root: merkle.Root, size: int) -> dict[str, Any]:
    """An entry's text, its index from 0, and its path in the tree over the first `size` (RFC 9162 §2.1.3), hex."""
    path = merkle.inclusion_path(root, entry.number - 1, size)
    return {"entry": entry.text, "index": entry.number - 1, "path": [step.hex() for step in path]}


def beginning(earlier: Checkpoint, later: Checkpoint, root: merkle.Root) -> dict[str, Any]:
    """An earlier checkpoint, and the path that shows it to be the beginning of `made` (RFC 9162 §2.1.4), hex.

    Raises NotIntact where it is none.
    """
    if earlier.size > later.size or root(0, earlier.size) != earlier.root:
        raise NotIntact("ledger.contradicts-checkpoint", earlier.made, first=1, last=earlier.size)
    path = merkle.consistency_path(root, earlier.size, later.size)
    return {"checkpoint": earlier.text(), "path": [step.hex() for step in path]}
