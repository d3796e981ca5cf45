"""Bytes of an upload as they came from the network: in blocks that nobody joins, hashed while the next ones arrive."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

_AT_ONCE = 512  # blocks that one call writes: the system takes 1,024


@dataclass(frozen=True, slots=True)
class Received:
    """Blocks in their order, how many bytes they are, and the SHA-256 of all of them in hexadecimal."""

    blocks: Sequence[bytes]
    size: int
    sha256: str

    @classmethod
    def of(cls, data: bytes) -> Received:
        """The same of bytes that are whole already."""
        return cls((data,), len(data), hashlib.sha256(data).hexdigest())

    def write(self, handle: int, place: int) -> int:
        """Write all of it to an open file from `place` on; where it ends. Raises OSError."""
        waiting = [memoryview(block) for block in self.blocks if block]
        first = 0
        while first < len(waiting):
            done = os.pwritev(handle, waiting[first : first + _AT_ONCE], place)
            place += done
            while first < len(waiting) and done >= len(waiting[first]):
                done -= len(waiting[first])
                first += 1
            if done:
                waiting[first] = waiting[first][done:]
        return place
