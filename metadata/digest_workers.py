"""Digests of many files by a few processes beside this one, which is told them chunk by chunk as they come."""

from __future__ import annotations

import hashlib
import os
import select
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterator
from pathlib import Path

from metadata import hashing

_FILES = 250
_BYTES = 8 << 20
_AHEAD = 2  # chunks that a worker holds, so that it need not wait until somebody has read its last answer
_PIECE = 1 << 20
_DIED = "a worker that computes digests ended early"

Chunk = list[hashing.Job]
Answer = tuple[Chunk, list[hashing.Read]]
"""A chunk, and what each of its jobs came to."""


def here(root: str, wanted: Iterator[hashing.Job], from_medium: bool) -> Generator[Answer, None, None]:
    """By this process: of few files, which are read before another one would have started."""
    for chunk in _chunks(wanted):
        yield chunk, hashing.read(root, chunk, from_medium)


def elsewhere(
    root: str, wanted: Iterator[hashing.Job], from_medium: bool, workers: int
) -> Generator[Answer, None, None]:
    """By so many processes, the chunks in any order. Raises RuntimeError when one of them dies."""
    running: list[_Worker] = []
    try:
        running.extend(_Worker() for _ in range(workers))
        chunks = _chunks(wanted)
        coming = next(chunks, None)
        while True:
            for held in range(_AHEAD):  # whoever has nothing to do comes first
                for worker in running:
                    if coming is not None and worker.takes(coming, held):
                        worker.send(hashing.message((root, from_medium, coming)))
                        worker.chunks.append(coming)
                        coming = next(chunks, None)
            if not any(worker.chunks for worker in running):
                return
            for worker in _ready(running):
                yield from worker.answers()
    finally:
        for worker in running:
            worker.end()


def _chunks(wanted: Iterator[hashing.Job]) -> Iterator[Chunk]:
    """Jobs together, so few that no worker has much left to do when the others are done."""
    chunk: Chunk = []
    size = 0
    for job in wanted:
        chunk.append(job)
        size += job[2]
        if len(chunk) == _FILES or size > _BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class _Worker:
    """A process that computes digests, and the chunks that it has not answered yet."""

    def __init__(self) -> None:
        # Without site-packages a worker starts in 10 ms; only where OpenSSL has no SM3 does it need them.
        lean = ["-S"] if "sm3" in hashlib.algorithms_available else []
        script = str(Path(hashing.__file__).resolve())
        self._process = subprocess.Popen(
            [sys.executable, "-I", *lean, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8"},
            bufsize=0,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self.asked, self.answered = self._process.stdin, self._process.stdout
        os.set_blocking(self.asked.fileno(), False)
        self.chunks: deque[Chunk] = deque()
        self.unsent = b""
        self._received = bytearray()

    def takes(self, chunk: Chunk, held: int) -> bool:
        """Whether it may be given a chunk where it holds so many; behind or before a large file it holds no other."""
        large = _is_large(chunk) or any(map(_is_large, self.chunks))
        return len(self.chunks) == held and not (held and large)

    def send(self, data: bytes = b"") -> None:
        """Write what its pipe takes now, and keep the rest. Raises RuntimeError where it died."""
        self.unsent += data
        try:
            self.unsent = self.unsent[self.asked.write(self.unsent) or 0 :]
        except BrokenPipeError as error:
            raise RuntimeError(f"{_DIED}: {error}") from error

    def answers(self) -> Iterator[Answer]:
        """What came from it. Raises RuntimeError where it died."""
        data = self.answered.read(_PIECE)
        if not data:
            raise RuntimeError(_DIED)
        self._received += data
        while (answer := hashing.first_of(self._received)) is not None:
            yield self.chunks.popleft(), answer

    def end(self) -> None:
        """It holds nothing that could be lost."""
        self._process.kill()
        self.asked.close()
        self.answered.close()
        self._process.wait()


def _is_large(chunk: Chunk) -> bool:
    return sum(job[2] for job in chunk) > 2 * _BYTES


def _ready(running: list[_Worker]) -> list[_Worker]:
    """Wait until one of them has answered; meanwhile what was not sent yet is."""
    while True:
        poll = select.poll()
        waiting = {}
        for worker in running:
            if worker.chunks:
                poll.register(worker.answered, select.POLLIN)
                waiting[worker.answered.fileno()] = worker
            if worker.unsent:
                poll.register(worker.asked, select.POLLOUT)
                waiting[worker.asked.fileno()] = worker
        found = [(waiting[descriptor], descriptor) for descriptor, _ in poll.poll()]
        for worker, descriptor in found:
            if descriptor == worker.asked.fileno():
                worker.send()
        if ready := [worker for worker, descriptor in found if descriptor == worker.answered.fileno()]:
            return ready
