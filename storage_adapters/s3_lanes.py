"""Lanes in which parts of objects are sent side by side, with bounded memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

Made = TypeVar("Made")


class Lanes:
    """So many threads that send, and at most `ahead` pieces that wait in memory beside those being sent."""

    def __init__(self, count: int, ahead: int = 2) -> None:
        self._pool = ThreadPoolExecutor(count)
        self._room = threading.Semaphore(count + ahead)

    def run(self, send: Callable[[], Made]) -> Future[Made]:
        """Send a piece when there is a lane; waits here while too many are under way."""
        self._room.acquire()
        try:
            future = self._pool.submit(send)
        except BaseException:
            self._room.release()
            raise
        future.add_done_callback(lambda _: self._room.release())
        return future

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
