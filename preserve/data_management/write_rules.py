"""What every write transaction of an archive's catalogue keeps to."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection

from preserve.data_management.engines import Question


class Rules(Protocol):
    """What every write transaction of an archive's catalogue keeps to; each may raise, and then nothing is written."""

    question: str
    """What `opening` has to know of each transaction: a query of one row, which a server is asked with the lock."""

    def alone(self) -> Question | None:
        """What a server may ask itself in the place of `opening` and `closing`, for an entry that stands alone.

        None where they have more to do than to let it pass, or may have.
        """

    def written(self, number: int) -> None:
        """After an entry that stood alone. Raises MediumProblem where it may not stand in what is the catalogue now."""

    def before(self) -> None:
        """Before the transaction: what has to be asked of others than the catalogue, for whom nobody may wait in it."""

    def opening(self, connection: Connection) -> None:
        """Before anything is written."""

    def closing(self, connection: Connection) -> None:
        """When all was written, before it is committed."""
