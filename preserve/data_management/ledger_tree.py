"""The tree over the ledger's table for pymerkle, which makes proofs in a form that others read."""

from __future__ import annotations

from typing import Any

from pymerkle.core import BaseMerkleTree
from sqlalchemy import Connection, select

from preserve.data_management import ledger
from preserve.data_management.tables import ledger as ledger_table


class LedgerTree(BaseMerkleTree):  # type: ignore[misc]
    """The tree over our table; it only reads, since entries come in with what they record."""

    def __init__(self, connection: Connection) -> None:
        super().__init__("sha256", disable_cache=True)
        self._connection = connection

    def _encode_entry(self, data: Any) -> bytes:
        raise NotImplementedError("entries are appended by preserve.data_management.ledger")

    def _store_leaf(self, data: Any, digest: bytes) -> int:
        raise NotImplementedError("entries are appended by preserve.data_management.ledger")

    def _get_leaf(self, index: int) -> bytes:
        query = select(ledger_table.c.leaf).where(ledger_table.c.number == index)
        return bytes(self._connection.execute(query).scalar_one())

    def _get_leaves(self, offset: int, width: int) -> list[bytes]:
        query = (
            select(ledger_table.c.leaf)
            .where(ledger_table.c.number > offset, ledger_table.c.number <= offset + width)
            .order_by(ledger_table.c.number)
        )
        return [bytes(leaf) for (leaf,) in self._connection.execute(query)]

    def _get_size(self) -> int:
        return ledger.size(self._connection)
