"""Running digests, also SM3, and threads that compute them beside the reading and writing."""

from __future__ import annotations

import hashlib
import queue
import threading
import zlib
from collections.abc import Callable
from typing import Any


def new_digest(algorithm: str) -> Any:
    """A running digest. SM3 (GB/T 32905) comes from OpenSSL, or from `cryptography` where OpenSSL lacks it.

    `crc32` is no digest, but lists of others hold it, and it shows what was damaged on the way.
    """
    if algorithm == "crc32":
        return _CRC32()
    try:
        return hashlib.new(algorithm, usedforsecurity=False)
    except ValueError:
        if algorithm != "sm3":
            raise
        return _SM3()


class _CRC32:
    """The checksum of SFV lists (ISO 3309) in the form that hashlib's digests have."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes | memoryview) -> None:
        """Take in more bytes."""
        self._value = zlib.crc32(data, self._value)

    def hexdigest(self) -> str:
        """The checksum of the bytes so far, eight digits."""
        return f"{self._value:08x}"


class _SM3:
    """SM3 in the form that hashlib's digests have."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives import hashes

        self._running = hashes.Hash(hashes.SM3())

    def update(self, data: bytes | memoryview) -> None:
        """Take in more bytes."""
        self._running.update(bytes(data))

    def hexdigest(self) -> str:
        """The digest of the bytes so far."""
        return self._running.copy().finalize().hex()


class Digester(threading.Thread):
    """Hashes the blocks it is handed, in order; hashlib lets other threads run meanwhile."""

    def __init__(self, algorithm: str, done: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.blocks: queue.SimpleQueue[memoryview | None] = queue.SimpleQueue()
        self.running = new_digest(algorithm)
        self.algorithm = algorithm
        self._done = done

    def run(self) -> None:
        while (block := self.blocks.get()) is not None:
            self.running.update(block)
            self._done()
