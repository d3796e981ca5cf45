"""The archive's own directory: settings, keys, paths. With `locales`, the only room that reads the environment.

A home holds `preserve.toml` (settings), `catalogue.sqlite`, `keys/`, `work/` (scratch of running ingests),
`log/`, `profiles/` (this bureau's own rules, which go before the shipped ones) and, unless the settings
name another place, `store/`, the server store.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from preserve.errors import PreserveError, Refused, UsageError
from preserve.settings import SETTINGS, ObjectStore, Settings, read_settings

_away: dict[Path, Home] = {}


@dataclass(frozen=True, slots=True)
class Home:
    """One archive on this machine."""

    path: Path
    settings: Settings

    def __post_init__(self) -> None:
        if self.away is not None:
            _away[self.store] = self

    @property
    def away(self) -> ObjectStore | None:
        """The object store that has packages and records; None where the store is a folder."""
        return None if isinstance(self.settings.store, str) else self.settings.store

    @property
    def store(self) -> Path:
        """The server store's folder; of an object store the one that has what is built, and a copy of the records."""
        store = self.settings.store
        return (self.path / (store if isinstance(store, str) else store.folder)).resolve()

    @property
    def store_place(self) -> str:
        """Where the store is, in messages and in the inventory."""
        return str(self.store) if self.away is None else self.away.location

    @property
    def store_identity(self) -> str:
        """The identity of the home's server store, as its marker says."""
        return f"store-{self.settings.archive_id}"

    @property
    def catalogue(self) -> Path:
        """The catalogue's SQLite file, of a home whose catalogue is one."""
        return self.path / "catalogue.sqlite"

    @property
    def catalogue_name(self) -> str:
        """What messages call the catalogue: the file, or the database's address."""
        at = self.settings.catalogue
        return str(self.catalogue) if at is None else at.url

    @property
    def keys(self) -> Path:
        """The folder of the signing keys; only its owner may read it."""
        return self.path / "keys"

    @property
    def work(self) -> Path:
        """Scratch of running ingests, one folder each."""
        return self.path / "work"

    @property
    def profiles(self) -> Path:
        """This bureau's own profiles; they go before the shipped ones."""
        return self.path / "profiles"

    @property
    def models(self) -> Path:
        """Models of machine reading that the bureau brought, one folder each."""
        return self.path / "models"

    @property
    def waiting(self) -> Path:
        """What waits to be taken in: a folder a deposit, with what people wrote about it."""
        return self.path / "inbox" / ".web"

    @property
    def outbox(self) -> Path:
        """What jobs made for somebody to fetch, a folder a job."""
        return self.path / "outbox"

    @property
    def speech_model(self) -> Path | None:
        """The folder of the model that speech is written down by, where the settings name one."""
        named = self.settings.reading.speech_model
        return (self.path / named).resolve() if named else None

    @property
    def log(self) -> Path:
        """The folder of the run logs, for an auditor."""
        return self.path / "log"


def home_of_record(path: Path) -> Home | None:
    """The home whose object store keeps this record of its folder too; None where the folder is the store."""
    if not _away:
        return None
    return next((_away[top] for top in path.parents if top in _away), None)


def default_path() -> Path:
    """`PRESERVE_HOME`, else `~/.local/share/preserve`."""
    named = os.environ.get("PRESERVE_HOME")
    return Path(named) if named else _own_folder() / ".local" / "share" / "preserve"


def given_catalogue() -> str:
    """The database in which `init` puts a new archive's catalogue (`PRESERVE_CATALOGUE`); nothing: a file."""
    return os.environ.get("PRESERVE_CATALOGUE", "")


def cache_path() -> Path:
    """The folder of what can be computed again: `preserve` in `XDG_CACHE_HOME`, else in `~/.cache`."""
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else _own_folder() / ".cache") / "preserve"


def state_path() -> Path:
    """The folder of what a user's command leaves for the next: `preserve` in `XDG_STATE_HOME`, else in `~/.local`."""
    named = os.environ.get("XDG_STATE_HOME")
    return (Path(named) if named else _own_folder() / ".local" / "state") / "preserve"


def _own_folder() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise UsageError("home.no-folder", acting_person()) from None


def acting_person() -> str:
    """The operating-system user on whose behalf this runs: the kernel's answer, and nothing from the environment.

    A user without an entry is `uid:1234`. No entry can have that name, since the colon parts the fields of
    passwd(5), so nobody becomes somebody else when a directory of users cannot be reached.
    """
    user = os.geteuid()
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"uid:{user}"


def given_token() -> str | None:
    """The token by which somebody else than the operating-system user acts (`PRESERVE_TOKEN`), as it is given.

    None where it is not set. An empty one is returned as such: it is the token of nobody, and not the same as none.
    """
    return os.environ.get("PRESERVE_TOKEN")


def forget_secrets() -> None:
    """Take token and password out of this process's environment: for processes that have no use for them."""
    for name in ("PRESERVE_TOKEN", "PRESERVE_SIGNING_PASSWORD"):
        os.environ.pop(name, None)


def given_signing_password() -> str:
    """The password or PIN of the signing key (`PRESERVE_SIGNING_PASSWORD`), or nothing."""
    return os.environ.get("PRESERVE_SIGNING_PASSWORD", "")


def logs_to_journal(descriptor: int) -> bool:
    """Whether what is written to a descriptor goes to systemd's journal (`JOURNAL_STREAM`, systemd.exec(5))."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM", "") == f"{found.st_dev}:{found.st_ino}"


def open_home(path: Path) -> Home:
    """Read a home. Raises UsageError where there is none, Refused where its settings are wrong."""
    file = path / SETTINGS
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError("home.none", str(path)) from None
    except UnicodeDecodeError as error:
        raise Refused("home.settings-unreadable", str(file), detail=str(error)) from error
    except OSError as error:
        raise PreserveError("home.unreadable", str(file), reason=error.strerror or str(error)) from error
    return Home(path.resolve(), read_settings(text, file))
