"""Looks that were recorded some minutes ago: the hundred requests of one look at one file are one entry.

A page, its pictures and the ranges of a recording are asked for one by one. The first of them is recorded before
anything is shown; those of the same session that follow within ten minutes are the same look. What this forgets, by a
restart or in a second process, is recorded once more: never once less.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from preserve.services.session import Session, SystemUser, Token

SECONDS = 600.0
_MOST = 20_000

Key = tuple[str, ...]


@dataclass(slots=True)
class _Recorded:
    """`turn` is held while it is being recorded; `at` by the clock of this process, None before it was."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    at: float | None = None


class RecentLooks:
    """Which looks this process recorded lately. For any number of threads."""

    def __init__(self) -> None:
        self._finding = threading.Lock()
        self._known: dict[Key, _Recorded] = {}

    def record(self, key: Key, record: Callable[[], None]) -> None:
        """Record it unless that was done lately; who comes meanwhile waits. Raises what `record` raises."""
        with self._finding:
            if len(self._known) > _MOST:
                self._forget_old()
            known = self._known.setdefault(key, _Recorded())
        with known.turn:
            if known.at is not None and time.monotonic() - known.at < SECONDS:
                return
            record()
            known.at = time.monotonic()

    def forget(self) -> None:
        """Forget all of them: each is recorded again."""
        with self._finding:
            self._known.clear()

    def _forget_old(self) -> None:
        before = time.monotonic() - SECONDS
        self._known = {key: one for key, one in self._known.items() if one.at is None or one.at >= before}
        if len(self._known) > _MOST:
            self._known.clear()


RECENT = RecentLooks()
"""Those of this process."""


def of_session(session: Session, *what: str) -> Key:
    """The key of a look: which archive, who by which credentials, and what is looked at."""
    match session.credentials:
        case Token(text):
            shown = sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        case SystemUser(name):
            shown = f"system {name}"
        case other:
            shown = type(other).__name__
    return (str(session.archive.home.path), session.person.account, shown, *what)
