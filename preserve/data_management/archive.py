"""The archive that is open: its home, catalogue and clock, and the day it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from pathlib import Path

from sqlalchemy import Connection

from preserve import clock
from preserve.data_management import look_groups, sealing
from preserve.data_management.database import Catalogue, Rules, open_catalogue
from preserve.data_management.engines import Question
from preserve.data_management.look_groups import Seen
from preserve.home import Home, default_path, open_home


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive, opened once; operations of one session after the other share it."""

    home: Home
    catalogue: Catalogue
    now: Callable[[], datetime] = clock.now

    @property
    def zone(self) -> tzinfo:
        """The time zone in which the bureau's days begin and end."""
        return clock.zone(self.home.settings.time_zone)

    def today(self) -> date:
        """The bureau's day."""
        return self.now().astimezone(self.zone).date()

    def guarded(self, check: Callable[[Connection], None], *, each: bool) -> Archive:
        """The same archive, where `check` is asked within its write transactions: in each, or in the first."""
        return replace(self, catalogue=replace(self.catalogue, rules=_Guard(self.catalogue.rules, check, each)))

    def seal(self) -> None:
        """Put what was added to the ledger under a checkpoint outside. Raises NotIntact, StorageError."""
        sealing.seal_grown(self.home, self.catalogue)

    def record_look(self, seen: Seen) -> Exception | None:
        """Record a look before anything is shown, in one commit with others'. Raises as `look_groups.record`."""
        catalogue, rules = self.catalogue, self.catalogue.rules
        if isinstance(rules, _Guard):
            # Others' looks may be in the same transaction: whether this person may is asked for this look alone.
            catalogue, seen = replace(catalogue, rules=rules.rules), replace(seen, check=rules.check)
        return look_groups.record(self.home, catalogue, seen)

    def close(self) -> None:
        """Close the catalogue."""
        self.catalogue.close()


class _Guard(Rules):
    """The rules of a catalogue, and a question that is asked within the transaction that writes."""

    def __init__(self, rules: Rules | None, check: Callable[[Connection], None], each: bool) -> None:
        self.rules, self.check, self._each = rules, check, each
        self._asked = False
        self.question = rules.question if rules is not None else ""

    def alone(self) -> Question | None:
        """Nothing is written before the question."""
        return None

    def written(self, number: int) -> None:
        """Nothing was."""

    def before(self) -> None:
        """As the rules."""
        if self.rules is not None:
            self.rules.before()

    def opening(self, connection: Connection) -> None:
        """As the rules, and the question after it."""
        if self.rules is not None:
            self.rules.opening(connection)
        if self._each or not self._asked:
            self.check(connection)
            self._asked = True

    def closing(self, connection: Connection) -> None:
        """As the rules."""
        if self.rules is not None:
            self.rules.closing(connection)


def open_archive(path: Path | None = None) -> Archive:
    """Open the archive of a home: the one named, else that of `PRESERVE_HOME` or of its usual place.

    Raises UsageError where there is none, Refused where its settings are wrong, NotIntact, Busy.
    """
    home = open_home(path or default_path())
    return Archive(home, open_catalogue(home))
