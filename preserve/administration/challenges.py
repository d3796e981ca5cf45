"""What security keys are asked to sign: random bytes, each for one person's one deed, taken once, five minutes long.

They lie in the memory of this process, which is the only one that serves browsers. Who can write to the catalogue can
make none, and after a new start one logs in anew.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from preserve.administration.proving import Try

HOLDS = timedelta(minutes=5)
_MOST = 1000
_BYTES = 32  # WebAuthn Level 3 §13.4.3 asks for 16 at least


@dataclass(frozen=True, slots=True)
class Relying:
    """By what name the archive is asked (the relying party ID), and at which address of a browser's (the origin)."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """Something to be signed: at a login for the try `tried`, else for a key that is to be called `name`.

    `asker` is who may answer: the address of the login, or the token of the session that adds a key. `provider` is
    whose word stood for the password.
    """

    account: str
    asker: str
    relying: Relying
    until: datetime
    tried: Try | None = None
    name: str = ""
    provider: str = ""


class Challenges:
    """Those that are open; when there are too many, the oldest goes."""

    def __init__(self) -> None:
        self._open: OrderedDict[bytes, Challenge] = OrderedDict()
        self._lock = Lock()

    def ask(self, challenge: Challenge) -> bytes:
        """Random bytes to be signed."""
        made = secrets.token_bytes(_BYTES)
        with self._lock:
            while len(self._open) >= _MOST:
                self._open.popitem(last=False)
            self._open[made] = challenge
        return made

    def take(self, made: bytes, asker: str, moment: datetime, *, login: bool) -> Challenge | None:
        """What it was asked for; after this it is used. None where it is used, over, another's or for another deed."""
        with self._lock:
            found = self._open.pop(made, None)
        if found is None or found.until < moment or found.asker != asker or (found.tried is not None) != login:
            return None
        return found


OPEN = Challenges()
"""Those of this process."""
