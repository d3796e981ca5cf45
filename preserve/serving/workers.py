"""The worker beside a service that has none: started with it, started again when it died, ended with it."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Collection

from preserve.errors import PreserveError

_log = logging.getLogger("preserve.worker")
_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds until the next is started or looked for; longer each time one dies at once
_STEADY = 60.0  # seconds after which one that dies is no longer held against the next


class KeptWorker:
    """A worker for the life of this process. `start` gives it as a process, or None where the home has another already.

    One that was killed must not leave jobs standing until somebody looks: another takes its place. All are started by
    one thread that lives as long as the process, for a worker takes the end of that thread for the end of the service.
    """

    def __init__(self, start: Callable[[], subprocess.Popen[bytes] | None], pause: float = _PAUSE) -> None:
        self._pause = pause
        self._start = start
        self._over = threading.Event()
        self._changing = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True, name="worker")
        self._thread.start()

    def _keep(self) -> None:
        pause = self._pause
        while not self._over.is_set():
            with self._changing:
                if self._over.is_set():
                    return
                failed = False
                try:
                    self._process = self._start()
                except (OSError, PreserveError) as error:  # a full disk may have room again: the service goes on
                    _log.error("the worker could not be started: %s", error)
                    self._process, failed = None, True
            if failed:
                pause = min(2 * pause, _LONGEST_PAUSE)
                self._over.wait(pause)
                continue
            if self._process is None:
                self._over.wait(self._pause)  # that of a service that was killed may be ending
                continue
            began = time.monotonic()
            status = self._process.wait()
            if self._over.is_set():
                return
            pause = self._pause if time.monotonic() - began > _STEADY else min(2 * pause, _LONGEST_PAUSE)
            _log.error("the worker ended with %d; another is started in %.0f s", status, pause)
            self._over.wait(pause)

    def ask_to_stop(self) -> None:
        """Ask it to stop at its next safe point; none is started any more."""
        self._over.set()
        with self._changing:
            process = self._process
        if process is not None:
            process.terminate()

    def wait(self) -> None:
        """Wait until it has stopped, after it was asked to."""
        self._thread.join()


def stop_all(workers: Collection[KeptWorker]) -> None:
    """Let all of them stop, at the same time."""
    for worker in workers:
        worker.ask_to_stop()
    for worker in workers:
        worker.wait()
