"""A process that reads text out of documents, so that a document that hangs, crashes or swells harms nothing else.

It takes one request a line and gives one answer a line. It has bounds on memory and on processor time, cannot see the
environment, and is killed and started anew when it does not answer in time.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from preserve.ingest.extraction import MOST_OF_A_FILE, Extracted, Way
from storage_adapters.programs import start_serving

SECONDS = 15.0
"""After this long a reader gives what it has."""

_KILLED_AFTER = 30.0
_MOST_LACKS = 5
_MEMORY = 2 << 30
_LONGEST_ANSWER = 12 * MOST_OF_A_FILE + 10_000


class Helper:
    """The process as seen from the one that asks; made anew whenever it is gone."""

    def __init__(self, patience: float = _KILLED_AFTER) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._patience = patience
        atexit.register(self.close)

    def extract(self, path: Path, way: Way, limit: int = MOST_OF_A_FILE) -> Extracted:
        """The text of one file. Never raises for what is in it."""
        request = json.dumps({"path": str(path), "way": way, "limit": limit}).encode() + b"\n"
        with self._lock:
            try:
                process = self._started()
                assert process.stdin is not None
                process.stdin.write(request)
                process.stdin.flush()
                answer = self._answer(process)
            except (OSError, ValueError) as error:
                self._end()
                return Extracted("failed", reason=f"{type(error).__name__}: {error}"[:300])
        if answer.get("error"):
            return Extracted("failed", reason=str(answer["error"])[:300])
        text, reason = str(answer["text"]), str(answer.get("reason", ""))[:300]
        if answer["cut"]:
            return Extracted("cut", text, reason)
        return Extracted("partial" if reason else "text" if text else "none", text, reason)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = start_serving("preserve.ingest.extraction.helper")
        return self._process

    def _answer(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert process.stdout is not None
        handle = process.stdout.fileno()
        ends = time.monotonic() + self._patience
        said = b""
        while not said.endswith(b"\n"):
            if not select.select([handle], [], [], max(0.0, ends - time.monotonic()))[0]:
                raise TimeoutError("no answer in time")
            if not (piece := os.read(handle, 1 << 16)):
                raise ConnectionError(f"the reader ended ({process.wait()})")
            said += piece
            if len(said) > _LONGEST_ANSWER:
                raise ValueError("the answer is too long")
        answer: dict[str, Any] = json.loads(said)
        return answer

    def _end(self) -> None:
        if self._process is not None:
            with suppress(OSError):
                self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()


HELPER = Helper()
"""The one of this process."""


def serve() -> None:
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for line in sys.stdin.buffer:
        # Also where nobody is left to kill it, it ends.
        used = resource.getrusage(resource.RUSAGE_SELF)
        bound = int(used.ru_utime + used.ru_stime + 2 * _KILLED_AFTER)
        resource.setrlimit(resource.RLIMIT_CPU, (bound, resource.RLIM_INFINITY))
        request = json.loads(line)
        try:
            answer = _read(Path(request["path"]), request["way"], int(request["limit"]))
        except Exception as error:  # noqa: BLE001  # libraries raise anything on hostile bytes
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _read(path: Path, way: Way, limit: int) -> dict[str, Any]:
    from preserve.ingest.extraction.pieces import Lack
    from preserve.ingest.extraction.readers import READERS, tidy

    pieces: list[str] = []
    lacks: list[str] = []
    length = 0
    ends = time.monotonic() + SECONDS
    cut = ""
    try:
        for piece in READERS[way](path):
            if isinstance(piece, Lack):
                lacks += [piece.reason] if len(lacks) < _MOST_LACKS and piece.reason not in lacks else []
                continue
            pieces.append(piece)
            length += len(piece)
            # Empty lines and blanks go later: some more than is wanted is read.
            if length > 2 * limit or time.monotonic() > ends:
                cut = f"more than {limit} characters" if length > 2 * limit else f"not read to its end in {SECONDS:g} s"
                break
    except Exception as error:  # what was read before the damage is not given up
        if not "".join(pieces).strip():
            raise
        lacks.append(f"{type(error).__name__}: {error}")
    text = tidy("".join(pieces)[: 4 * limit], way)
    if not cut and len(text) > limit:
        cut = f"more than {limit} characters"
    return {"text": text[:limit], "cut": bool(cut), "reason": "; ".join([cut] * bool(cut) + lacks)}


if __name__ == "__main__":
    serve()
