"""An archive open in this process, and sessions of its people: what tests of operations need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from preserve.data_management import both_logs
from preserve.data_management.archive import Archive, open_archive
from preserve.home import acting_person
from preserve.messages import Language
from preserve.services.session import Credentials, Session, SystemUser, Token
from tests.support.office import Office


@dataclass(frozen=True)
class Desk:
    """An office, and its archive as operations open it."""

    office: Office
    archive: Archive

    def session(self, who: str = "", language: Language = "en", at: datetime | None = None) -> Session:
        """Somebody of the staff, or the founder; `at` as if it were that moment."""
        credentials: Credentials = Token(self.office.tokens[who]) if who else SystemUser(acting_person())
        archive = replace(self.archive, now=lambda: at) if at else self.archive
        return Session(credentials, language, opened=archive, opened_home=archive.home)

    def entries(self) -> list[dict[str, Any]]:
        """Every entry of the ledger and every look, in the order of time."""
        with self.archive.catalogue.read() as connection:
            return [json.loads(entry.text) for entry in both_logs.entries(connection)]

    def last(self) -> tuple[str, str, dict[str, Any]]:
        """Action, subject and details of the newest entry of the ledger."""
        entry = [entry for entry in self.entries() if "log" not in entry][-1]
        return entry["action"], entry["subject"], entry["details"]

    def last_look(self) -> tuple[str, str, dict[str, Any]]:
        """The same of the newest look."""
        entry = [entry for entry in self.entries() if "log" in entry][-1]
        return entry["action"], entry["subject"], entry["details"]


@contextmanager
def opened_desk(office: Office) -> Iterator[Desk]:
    """The desk of an office, closed at the end."""
    archive = open_archive(office.archive.home)
    try:
        yield Desk(office, archive)
    finally:
        archive.close()
