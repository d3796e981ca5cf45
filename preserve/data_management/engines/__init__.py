"""Where a catalogue may lie: in a SQLite file, or in a schema of a PostgreSQL database.

Either one gives connections whose transactions begin and end by the same rules, and says in our own errors what went
wrong. What it says of SQL differs in a few words; `dialect.py` has them.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Engine

WAIT = 8.0
"""Seconds that anybody waits for the catalogue; with the start of a command less than ten."""


Entry = tuple[str, str]
"""An entry of the ledger as its text before its number and after it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a server asks itself before it appends an entry for somebody who does not wait for the answer.

    `text` is a query of one row, and `condition` an expression over it (`asked`) and over `value` (`$3`).
    """

    text: str
    condition: str
    value: str


class CataloguePlace(Protocol):
    """One catalogue's place."""

    @property
    def name(self) -> str:
        """What messages call it: the file, or the database's address without any secret."""

    def engine(self) -> Engine:
        """Connections to it; none is opened yet."""

    def make(self, engine: Engine) -> None:
        """Make an empty catalogue there, without the newest schema where that is brought by migrations."""

    def begun(self, engine: Engine, *, writes: bool, question: str = "") -> Connection:
        """A connection with its transaction begun; who writes is alone. Raises Busy, NotIntact.

        `question` is a query of one row that a server is asked with the lock: each round trip under the lock is one
        that everybody waits for. A file takes no notice of it.
        """

    def append_alone(self, engine: Engine, entry: Entry, asked: Question) -> int | None:
        """Append an entry in a transaction of its own; its number. None, and nothing done, where that cannot be done
        without `begun`: a file has no server, or what was asked does not permit it. Raises as `to_its_end`.
        """

    def beside(self, engine: Engine) -> Connection:
        """As `begun`, on a server: who writes does not wait for it, and it is ended where it says nothing for long."""

    def to_its_end(self, connection: Connection) -> AbstractContextManager[None]:
        """Commit where the body ends well, else roll back."""

    def require_current(self, connection: Connection) -> None:
        """Raises Busy where something else was put into the catalogue's place under this transaction."""

    def translated(self) -> AbstractContextManager[None]:
        """What the database's own errors are in ours: Busy, MediumProblem, NotIntact."""

    def version(self, connection: Connection) -> str | None:
        """The schema's version, None where no schema is there. Raises NotIntact, PreserveError."""

    def oldest_reader(self, connection: Connection) -> str | None:
        """The oldest schema whose programs may work with the one that is there; None where only its own may."""

    def require_schema(self, connection: Connection) -> None:
        """Raises NotIntact where the schema is not ours."""
