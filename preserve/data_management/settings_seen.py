"""Whether the settings still name the catalogue that somebody works with: it may have been moved meanwhile."""

from __future__ import annotations

import os

from preserve.errors import Busy, MediumProblem
from preserve.home import Home, open_home
from preserve.settings import SETTINGS


class SettingsSeen:
    """The settings' file as it was when a catalogue was opened; asked with each write, for the price of one stat."""

    def __init__(self, home: Home) -> None:
        self._home, self._file = home, str(home.path / SETTINGS)
        self._seen = _identity(self._file)

    def require_same(self) -> None:
        """Raises Busy where the settings name another catalogue by now."""
        there = _identity(self._file)
        if there == self._seen:
            return
        if there is not None and open_home(self._home.path).settings.catalogue != self._home.settings.catalogue:
            raise Busy("catalogue.replaced", self._home.catalogue_name)
        self._seen = there

    def require_same_for(self, number: int) -> None:
        """After an entry that was written without being asked. Raises MediumProblem: it may be in either of them."""
        try:
            self.require_same()
        except Busy as error:
            raise MediumProblem("catalogue.moved-meanwhile", self._home.catalogue_name, number=number) from error


def _identity(file: str) -> tuple[int, int, int] | None:
    """What tells the file from another one under its name; None where a home has none."""
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
