"""Processes that look into pictures for us, so that one that swells, hangs or breaks a decoder harms nothing else.

Each takes one request a line and gives one answer a line (`child`). It has bounds on memory and processor time, what
its decoders print is part of the answer, and it is killed when it does not answer in time.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import threading
import time
from contextlib import suppress
from typing import Any

from storage_adapters.programs import start_serving

PATIENCE = 1200.0
_LONGEST_ANSWER = 4 << 20


class PictureFailed(Exception):
    """The picture could not be read; `words` is what the decoder said, `kind` the name of its error."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind, self.words = kind, words


class _Child:
    """One process as seen from the one that asks."""

    def __init__(self) -> None:
        self._process = start_serving("preserve.pictures.child")

    def ask(self, request: bytes, patience: float) -> dict[str, Any]:
        """Its answer. Raises OSError, ValueError: then the process is of no more use."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(request)
        stdin.flush()
        ends = time.monotonic() + patience
        said = b""
        while not said.endswith(b"\n"):
            if not select.select([stdout], [], [], max(0.0, ends - time.monotonic()))[0]:
                raise TimeoutError("no answer in time")
            if not (piece := os.read(stdout.fileno(), 1 << 16)):
                raise ConnectionError(f"the decoder ended ({self._process.wait()})")
            said += piece
            if len(said) > _LONGEST_ANSWER:
                raise ValueError("the answer is too long")
        answer: dict[str, Any] = json.loads(said)
        return answer

    def end(self) -> None:
        """Kill it, whatever it does."""
        with suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        with suppress(OSError, subprocess.SubprocessError):
            self._process.wait()


class Pool:
    """As many processes as are asked at once; those that are idle wait for the next picture."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._owner = os.getpid()
        atexit.register(self.close)

    def ask(self, work: str, *, patience: float = PATIENCE, **values: object) -> dict[str, Any]:
        """The answer to one request. Raises PictureFailed."""
        request = json.dumps({"do": work, **values}).encode() + b"\n"
        try:
            child = self._take()
        except OSError as error:
            raise PictureFailed(type(error).__name__, str(error)) from error
        try:
            answer = child.ask(request, patience)
        except (OSError, ValueError) as error:
            child.end()
            raise PictureFailed(type(error).__name__, str(error)) from error
        except BaseException:
            child.end()
            raise
        with self._lock:
            self._idle.append(child)
        if "error" in answer:
            raise PictureFailed(str(answer["kind"]), str(answer["error"])[:2000])
        return answer

    def _take(self) -> _Child:
        with self._lock:
            if self._owner != os.getpid():  # a fork: the processes are those of the one that forked
                self._owner, self._idle = os.getpid(), []
            if self._idle:
                return self._idle.pop()
        return _Child()

    def close(self) -> None:
        """End those that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
            if self._owner == os.getpid():
                for child in idle:
                    child.end()


POOL = Pool()
"""The one of this process."""
