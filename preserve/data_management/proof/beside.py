"""Hashes of entries and of the nodes over them, reckoned by a process beside this one where they are many.

It answers in order; meanwhile ours reads what comes next, and holds it against its place and its segment. Whether it
lives or dies changes nothing but the time.
"""

from __future__ import annotations

import fcntl
import os
import select
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import suppress

from preserve.data_management import merkle
from preserve.data_management.proof.walking import Part
from preserve.work import processors

MANY = 50_000
"""Entries that take longer to hash than a process takes to start, some times over."""

_AHEAD = 1 << 21  # bytes that are read before the first of them is answered: some tiles of entries
_PIECE = 1 << 16
_ROOM = 1 << 20  # of a pipe, as much as anybody may have


Reckoned = tuple[Part, bytes, list[bytes]]
"""A part, the leaf hashes of its tile from the first on, and the roots within the tile that it asks for."""


def reckoned(parts: Iterable[Part], count: int) -> Generator[Reckoned, None, None]:
    """All of these in order. `count` is about how many entries they have together."""
    if count < MANY or processors() == 1:
        for part in parts:
            yield part, *merkle.tile(part.texts, part.begun, part.sizes)
        return
    beside = _Beside()
    held: deque[Part] = deque()
    try:
        for part in parts:
            held.append(part)
            beside.ask(part)
            if part.moved - held[0].moved > _AHEAD:
                yield held[0], *beside.answer(held.popleft())
        while held:
            yield held[0], *beside.answer(held.popleft())
    finally:
        beside.end()


class _Beside:
    """The process; where it cannot be started or ends early, we reckon what it did not answer."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._unsent: deque[memoryview] = deque()
        self._received = b""
        with suppress(OSError):
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", merkle.__file__],  # without site-packages it starts in 10 ms
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LC_ALL": "C.UTF-8"},
                bufsize=0,
            )
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            for pipe in (self._process.stdin, self._process.stdout):
                # A tile fills a pipe of the usual size: each of us would be woken, which takes long, for each tile.
                with suppress(OSError):
                    fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _ROOM)
            # It may be writing when its pipe is full: neither of us may wait for the other to read.
            os.set_blocking(self._process.stdin.fileno(), False)

    def ask(self, part: Part) -> None:
        """Send it what its pipe takes now; the rest goes with what is asked next, or while we wait."""
        if self._process is not None:
            self._unsent.append(memoryview(merkle.question(part.texts, part.begun, part.sizes)))
            self._send(self._process)

    def answer(self, part: Part) -> tuple[bytes, list[bytes]]:
        """What it says of the part that was asked first of those it did not answer."""
        roots_at = len(part.begun) + len(part.texts) * merkle.DIGEST
        length = roots_at + len(part.sizes) * merkle.DIGEST
        while self._process is not None and len(self._received) < length:
            self._wait(self._process)
        if self._process is None:
            return merkle.tile(part.texts, part.begun, part.sizes)
        said, self._received = self._received[:length], self._received[length:]
        return said[:roots_at], [said[at : at + merkle.DIGEST] for at in range(roots_at, length, merkle.DIGEST)]

    def _send(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        try:
            while self._unsent and (taken := process.stdin.write(self._unsent[0])):
                rest = self._unsent.popleft()[taken:]
                if rest:
                    self._unsent.appendleft(rest)
        except OSError:
            self.end()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        """Until it takes or says something."""
        assert process.stdin is not None and process.stdout is not None
        poll = select.poll()
        poll.register(process.stdout, select.POLLIN)
        if self._unsent:
            poll.register(process.stdin, select.POLLOUT)
        ready = {descriptor for descriptor, _ in poll.poll()}
        if process.stdout.fileno() in ready:
            said = process.stdout.read(_PIECE)
            self._received += said or b""
            if not said:
                self.end()
        elif process.stdin.fileno() in ready:
            self._send(process)

    def end(self) -> None:
        """It holds nothing that could be lost."""
        if self._process is not None:
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.kill()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait()
            self._process = None
