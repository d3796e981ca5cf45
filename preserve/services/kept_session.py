"""The token that a login leaves for the commands after it: a file of the user's own, one a home, never in the home."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from preserve.clock import now, parse
from preserve.errors import PreserveError
from preserve.home import Home, default_path, state_path
from storage_adapters.durable import drop_file, write_file
from storage_adapters.errors import StorageError

_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_LARGEST = 4096


@dataclass(frozen=True, slots=True)
class Kept:
    """Whose session it is, its token, and until when (RFC 3339, UTC)."""

    account: str
    token: str = field(repr=False)
    expires: str

    @property
    def ended(self) -> bool:
        """Whether its time is over."""
        return parse(self.expires) <= now()


@dataclass(frozen=True, slots=True)
class Unsafe:
    """A file that others can read or write, or that somebody else has put there: nobody is taken for its word."""

    path: str


def _file(place: Path | None) -> Path:
    home = (place or default_path()).resolve()
    return state_path() / "sessions" / f"{hashlib.sha256(os.fsencode(home)).hexdigest()[:32]}.json"


def read_kept(place: Path | None) -> Kept | Unsafe | None:
    """The session that was kept for the home at `place`, or for the usual one; None where there is none."""
    try:
        file = _file(place)
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except (OSError, PreserveError, RuntimeError) as error:
        return Unsafe(str(file)) if isinstance(error, OSError) and os.path.lexists(file) else None
    with os.fdopen(handle, "rb") as stream:
        facts = os.fstat(handle)
        mine = facts.st_uid == os.geteuid() and not facts.st_mode & 0o077
        if not (mine and stat.S_ISREG(facts.st_mode)):
            return Unsafe(str(file))
        data = stream.read(_LARGEST)
    try:
        content = json.loads(data)
        kept = Kept(str(content["account"]), str(content["token"]), str(content["expires"]))
        parse(kept.expires)
    except (ValueError, KeyError, TypeError):
        return Unsafe(str(file))
    return kept


def keep(home: Home, account: str, token: str, expires: str) -> bool:
    """Keep the session for the next commands; False where it cannot be kept apart from the archive, or at all."""
    try:
        file = _file(home.path)
        folder = file.parent.resolve()
        if any(root == folder or root in folder.parents for root in (home.path.resolve(), home.store.resolve())):
            return False
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        facts = folder.stat()
        if facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
            return False  # others could put a session of their own in its place
        content = json.dumps({"home": str(home.path), "account": account, "token": token, "expires": expires})
        write_file(file, content.encode("utf-8", "backslashreplace"), mode=_PRIVATE_FILE)
    except (OSError, StorageError, PreserveError, RuntimeError):
        return False
    return True


def forget(place: Path | None) -> bool:
    """Take away the session that was kept for this home; False where there is none."""
    with suppress(PreserveError, StorageError, OSError, RuntimeError):
        file = _file(place)
        if os.path.lexists(file):
            drop_file(file, file.parent)
            return True
    return False
