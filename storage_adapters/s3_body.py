"""The bytes of an object as a stream that goes on where a server broke off."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

from storage_adapters.errors import MediumAbsent, MediumFailing, StorageError

_WAITS = (0.2, 0.5, 1.0, 2.0, 4.0)  # seconds before each try to go on: a replica takes over within these

Ask = Callable[[int, str], Any]
"""Asks for the object from a byte on, only if it still is the version of that tag (empty: any); gives boto3's answer.

Raises StorageError. What its body raises while it is read is translated by `heal`.
"""


class Body(io.RawIOBase):
    """What the server sends, as a stream of `length` bytes; its errors are the medium's.

    Where it breaks off, the rest is asked for again, of the very same version: a server that was killed does not
    damage what it held. `heal` turns boto3's error into the medium's.
    """

    def __init__(self, ask: Ask, heal: Callable[[Exception], StorageError], failures: tuple[type[Exception], ...]):
        super().__init__()
        self._ask, self._heal, self._failures = ask, heal, failures
        answer = ask(0, "")
        self._body, self._tag = answer["Body"], str(answer.get("ETag", ""))
        self._left = int(answer["ContentLength"])
        self._done = 0

    @property
    def left(self) -> int:
        """Bytes that are still to come."""
        return self._left

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes. Raises StorageError where the server does not come back."""
        if not self._left or not len(buffer):
            return 0
        data = self._next(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._done += len(data)
        self._left -= len(data)
        return len(data)

    def _next(self, count: int) -> bytes:
        try:
            if data := self._body.read(count):
                return bytes(data)
            error: StorageError = MediumFailing("", reason="short")
        except self._failures as caught:
            error = self._heal(caught)
        for wait in _WAITS:
            time.sleep(wait)
            try:
                self._body.close()
                self._body = self._ask(self._done, self._tag)["Body"]
                if data := self._body.read(count):
                    return bytes(data)
            except (MediumAbsent, MediumFailing) as caught:
                error = caught
            except self._failures as caught:
                error = self._heal(caught)
        raise error

    def close(self) -> None:
        """Give the connection back."""
        if not self.closed:
            self._body.close()
        super().close()
