"""Who acts, on which archive, and by which clock: what everything that writes needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from preserve.administration.people import Person
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue
from preserve.home import Home


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work on an archive."""

    archive: Archive
    person: Person

    @property
    def account(self) -> str:
        """The account by which the ledger names the person."""
        return self.person.account

    @property
    def home(self) -> Home:
        """The archive's home."""
        return self.archive.home

    @property
    def catalogue(self) -> Catalogue:
        """The archive's catalogue."""
        return self.archive.catalogue

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.archive.now()
