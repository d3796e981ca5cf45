"""How far a long piece of work is, in codes and numbers; and the wish to stop it. Who shows it says it in words.

Each piece of work has its own wish to stop: one that is stopped stops no other in the same process.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Literal, Protocol

from metadata.findings import Value
from preserve.errors import Stopped

Unit = Literal["bytes", "seconds"]
"""What is counted beside files: bytes, or seconds of sound and video."""


class Progress(Protocol):
    """Told by work how far it is; each call is also the checkpoint at which a wish to stop becomes Stopped."""

    def begin(
        self, code: str, total: int | None = None, files: int = 0, *, unit: Unit = "bytes", **values: Value
    ) -> None:
        """A new stretch of work, named by a code and its values; how much it is, as far as that is known."""

    def __call__(self, moved: int, files: int = 0) -> None:
        """So much of the unit and `files` files more are done. Raises Stopped when somebody asked to stop."""


class Wish:
    """That somebody wants it to stop. No lock, as an event has: a second signal may come while a first is handled."""

    __slots__ = ("_asked",)

    def __init__(self) -> None:
        self._asked = False

    def set(self) -> None:
        """From now on it is wanted."""
        self._asked = True

    def is_set(self) -> bool:
        """Whether it is wanted."""
        return self._asked


_current: ContextVar[Wish | None] = ContextVar("stop", default=None)


class Silent:
    """Progress that nobody watches. It still is the checkpoint for stopping, from whichever thread it is called."""

    def __init__(self) -> None:
        self._stop = _current.get()

    def begin(
        self, code: str, total: int | None = None, files: int = 0, *, unit: Unit = "bytes", **values: Value
    ) -> None:
        """Nothing is shown. Raises Stopped."""
        self.check()

    def __call__(self, moved: int, files: int = 0) -> None:
        """Nothing is shown. Raises Stopped."""
        self.check()

    def check(self) -> None:
        """Raises Stopped when somebody asked this work to stop."""
        if self._stop is not None and self._stop.is_set():
            raise Stopped("work.stopped")
        check_stop()


def check_stop() -> None:
    """Raise Stopped when somebody asked this piece of work to stop."""
    stop = _current.get()
    if stop is not None and stop.is_set():
        raise Stopped("work.stopped")


def ask_to_stop() -> None:
    """Ask the piece of work of this context to stop at its next checkpoint."""
    stop = _current.get()
    if stop is not None:
        stop.set()


@contextmanager
def stoppable() -> Iterator[Wish]:
    """Within it a piece of work can be stopped: by what it gives, and in the main thread by SIGINT and SIGTERM too.

    A second signal acts as if this were not here. Threads that the work starts are told by its `Progress`, or by the
    context they are given (`contextvars.copy_context`).
    """
    stop = Wish()
    token = _current.set(stop)
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def asked(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)] or signal.SIG_DFL)

    for number in before:
        signal.signal(number, asked)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        _current.reset(token)
