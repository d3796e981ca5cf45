"""How many verify passwords at once: it takes memory and time by intention."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from preserve.administration.hashing import at_once
from preserve.errors import Throttled

_WAITING = 12  # each holds a thread of the door: those of pages must outnumber them
_QUEUE_SECONDS = 5


class Gate:
    """Lets a few do costly work at once and some wait for it; whoever comes then is told to come again."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._working = BoundedSemaphore(at_once)
        self._inside = at_once + waiting
        self._lock = Lock()

    @property
    def places(self) -> int:
        """How many could still come."""
        return self._inside

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Within the block one of the few is at work. Raises Throttled."""
        with self._lock:
            if not self._inside:
                raise Throttled("people.too-many-at-once", seconds=_QUEUE_SECONDS)
            self._inside -= 1
        try:
            with self._working:
                yield
        finally:
            with self._lock:
                self._inside += 1


GATE = Gate(at_once(), _WAITING)
"""What everything that hashes or verifies a password goes through."""
