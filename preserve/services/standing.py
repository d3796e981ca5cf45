"""An archive that stays open in a service, and the sessions of those who ask it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from preserve.administration.hashing import HASHING
from preserve.administration.retention.rules_in_force import count_again
from preserve.clock import stamp
from preserve.data_management.archive import Archive, open_archive
from preserve.home import Home
from preserve.home import open_home as open_home
from preserve.houses import HOUSE
from preserve.houses import home_in_house as home_in_house
from preserve.houses import is_fonds_code as is_fonds_code
from preserve.houses import read_house as read_house
from preserve.messages import Language
from preserve.services.local_times import clock_of, in_local_time
from preserve.services.operation import OPERATIONS
from preserve.services.session import Credentials, Session
from preserve.settings import Logging, Monitor, Web


class Standing:
    """One archive of this process. Threads share it: its catalogue hands each of them a connection of its own."""

    def __init__(self, place: Path | None = None) -> None:
        """Open the archive of that home, or of the usual one. Raises as `session.begin`."""
        import preserve.services.rooms  # noqa: F401  declares every operation

        self._archive = open_archive(place)
        try:
            count_again(self._archive)
        except BaseException:
            self._archive.close()
            raise

    @property
    def home(self) -> Path:
        """The folder of its home."""
        return self._archive.home.path

    @property
    def house(self) -> Path | None:
        """The house whose register this is."""
        place = self.home.parent
        return place if self.home.name == "register" and (place / HOUSE).is_file() else None

    @property
    def web(self) -> Web:
        """What the settings say of the web door."""
        return self._archive.home.settings.web

    @property
    def monitor(self) -> Monitor:
        """Where the settings let a monitor ask."""
        return self._archive.home.settings.metrics

    @property
    def logging(self) -> Logging:
        """How the settings want the services to log."""
        return self._archive.home.settings.logging

    @property
    def provider(self) -> str | None:
        """What the button calls the provider by which people may log in, be it nothing; None where none is set."""
        return self.web.oidc.name if self.web.oidc is not None else None

    @property
    def institution(self) -> str:
        """The agency that keeps the archive."""
        return self._archive.home.settings.institution

    @property
    def archive_id(self) -> str:
        """What a look at the archive as a whole is about."""
        return self._archive.home.settings.archive_id

    @property
    def language(self) -> Language:
        """The archive's own language, for who has said none."""
        return self._archive.home.settings.language

    @property
    def now(self) -> str:
        """This moment by the bureau's clock, as `2026-11-28 14:03`."""
        return self.local(stamp(self._archive.now()))

    def local(self, text: str) -> str:
        """The text with each moment in UTC by the bureau's clock."""
        return in_local_time(text, clock_of(self._archive.home))

    def session(
        self, credentials: Credentials, language: Language, aside: Callable[[BaseException], None] = lambda error: None
    ) -> Session:
        """The dealings of whoever shows these credentials; nobody is recognised yet. It is not to be closed.

        Decisions want the password again (`preserve.services.confirm`).
        """
        archive: Archive = self._archive
        home: Home = archive.home
        return Session(credentials, language, aside=aside, opened=archive, opened_home=home, again=True)

    def hash_beside(self) -> None:
        """Have passwords hashed and verified by processes of their own, behind the pages, until this one ends."""
        HASHING.beside()

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()


def declared(name: str) -> bool:
    """Whether there is an operation of this name."""
    import preserve.services.rooms  # noqa: F401  declares every operation

    return name in OPERATIONS
