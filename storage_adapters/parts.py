"""A stream that ends after so many bytes of another one."""

from __future__ import annotations

import io
from typing import BinaryIO


class _Part(io.RawIOBase):
    def __init__(self, stream: BinaryIO, length: int) -> None:
        super().__init__()
        self._stream, self._left = stream, length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def part_of(stream: BinaryIO, length: int) -> BinaryIO:
    """The next `length` bytes of a stream, which is closed with it."""
    return io.BufferedReader(_Part(stream, length))
