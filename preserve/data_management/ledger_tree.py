"""The tree over the ledger for pymerkle, which makes proofs in a form that others read."""

from __future__ import annotations

from typing import Any

from pymerkle.core import BaseMerkleTree

from preserve.data_management.tiles import Tiles


class LedgerTree(BaseMerkleTree):  # type: ignore[misc]
    """The tree over our tiles; it only reads, since entries come in with what they record."""

    def __init__(self, tiles: Tiles, size: int) -> None:
        super().__init__("sha256", disable_cache=True)
        self._tiles, self._size = tiles, size

    def _encode_entry(self, data: Any) -> bytes:
        raise NotImplementedError("entries are appended by preserve.data_management.ledger")

    def _store_leaf(self, data: Any, digest: bytes) -> int:
        raise NotImplementedError("entries are appended by preserve.data_management.ledger")

    def _get_leaf(self, index: int) -> bytes:
        return self._tiles.root(index - 1, index)

    def _get_leaves(self, offset: int, width: int) -> list[bytes]:
        return [self._tiles.root(place, place + 1) for place in range(offset, offset + width)]

    def _get_root(self, start: int, end: int) -> bytes:
        """The roots that proofs are made of: pymerkle would hash all leaves below each."""
        return self._tiles.root(start, end)

    def _get_size(self) -> int:
        return self._size
