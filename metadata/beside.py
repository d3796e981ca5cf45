"""Work that a thread does beside whoever asked for it; what it raises is raised where its answer is awaited."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Beside(Generic[Answer]):
    """Runs `work` in a thread, from now on; one that is never joined ends with the process."""

    def __init__(self, work: Callable[[], Answer], name: str) -> None:
        self._answers: list[Answer] = []
        self._error: BaseException | None = None

        def run() -> None:
            try:
                self._answers.append(work())
            except BaseException as error:  # noqa: BLE001 - raised again by join
                self._error = error

        self._thread = threading.Thread(target=copy_context().run, args=(run,), name=name, daemon=True)
        self._thread.start()

    def join(self) -> Answer:
        """Wait for the answer."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._answers[0]
