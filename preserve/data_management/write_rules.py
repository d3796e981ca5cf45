"""What every write transaction of an archive's catalogue keeps to."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection


class Rules(Protocol):
    """What every write transaction of an archive's catalogue keeps to; each may raise, and then nothing is written."""

    question: str
    """What `opening` has to know of each transaction: a query of one row, which a server is asked with the lock."""

    def settled(self) -> bool:
        """Whether `opening` writes nothing any more: then an entry may be written before it, and be taken back."""

    def opening(self, connection: Connection) -> None:
        """Before anything is written."""

    def closing(self, connection: Connection) -> None:
        """When all was written, before it is committed."""
