"""Entries of the ledger with their paths to a signed checkpoint, as files hand them to somebody who has no ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection

from preserve.data_management import checkpoints, ledger, merkle
from preserve.data_management.checkpoints import Checkpoint
from preserve.errors import NotIntact


class Proofs:
    """Paths in the ledger's tree under one signed checkpoint. Each leads to its root, or is not given away.

    They are taken from the kept tiles, a few rows each; where a tile is wrong, from the leaves themselves.
    """

    def __init__(self, connection: Connection, signed: Checkpoint) -> None:
        self.signed = signed
        self._connection = connection
        self._kept, self._reckoned = checkpoints.tree(connection), checkpoints.tree(connection, kept=False)

    def path(self, entry: ledger.Entry) -> list[bytes]:
        """The path of an entry in the tree over what the checkpoint covers (RFC 9162 §2.1.3). Raises NotIntact."""
        leaf, index, size = ledger.leaf_hash(entry.text), entry.number - 1, self.signed.size
        if 0 <= index < size:
            for path in self._paths(lambda root: merkle.inclusion_path(root, index, size)):
                if merkle.includes(leaf, index, size, path, self.signed.root):
                    return path
        raise NotIntact("ledger.contradicts-checkpoint", str(entry.number), first=1, last=size)

    def proved(self, entry: ledger.Entry) -> dict[str, Any]:
        """An entry's text, its index from 0, and its path, hex. Raises NotIntact."""
        return {"entry": entry.text, "index": entry.number - 1, "path": [step.hex() for step in self.path(entry)]}

    def beginning(self, earlier: Checkpoint) -> dict[str, Any]:
        """An earlier checkpoint, and the path that shows it to be the beginning of this one (RFC 9162 §2.1.4), hex.

        Raises NotIntact where it is none.
        """
        first, second = earlier.size, self.signed.size
        if 0 < first <= second:
            for path in self._paths(lambda root: merkle.consistency_path(root, first, second)):
                if merkle.begins_with(first, second, earlier.root, self.signed.root, path):
                    return {"checkpoint": earlier.text(), "path": [step.hex() for step in path]}
        raise NotIntact("ledger.contradicts-checkpoint", earlier.made, first=1, last=first)

    def _paths(self, reckon: Callable[[merkle.Root], list[bytes]]) -> Iterator[list[bytes]]:
        """The path as the tiles have it, then as the leaves have it; none where the ledger has a hole."""
        with suppress(ValueError):
            yield reckon(self._kept.root)
        with suppress(ValueError):
            yield reckon(self._reckoned.root)
