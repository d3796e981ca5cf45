"""Bytes of one file on a carrier by offset, and as a stream whose gaps, which a person let stand, are zeros."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from preserve.errors import Refused
from preserve.ingest.legacy.records import BadRange
from preserve.ingest.sources.folder import open_beneath


class Readable(Protocol):
    """One file of a carrier that is open."""

    path: str
    size: int

    def pread(self, offset: int, length: int) -> bytes:
        """Exactly these bytes. Raises OSError where the carrier does not give all of them."""

    def close(self) -> None:
        """Let go of it."""


def _exactly(handle: int, offset: int, length: int) -> bytes:
    data = os.pread(handle, length, offset)
    while data and len(data) < length and (more := os.pread(handle, length - len(data), offset + len(data))):
        data += more
    if len(data) < length:
        raise OSError(errno.EIO, "the carrier ends before the file does")
    return data


class OnFolder:
    """A file below a folder; no link is followed on the way. Raises Refused where it is not there."""

    def __init__(self, root: Path, path: str) -> None:
        self._file = open_beneath(root, path)
        self.path, self.size = path, os.fstat(self._file.fileno()).st_size

    def pread(self, offset: int, length: int) -> bytes:
        """Exactly these bytes. Raises OSError."""
        return _exactly(self._file.fileno(), offset, length)

    def close(self) -> None:
        """Let go of it."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Extents:
    """Where a file lies on a disc: (byte offset, length), in the order of the file."""

    size: int
    parts: tuple[tuple[int, int], ...]


class OnDisc:
    """A file within an image or on a device. Raises Refused where that cannot be opened."""

    def __init__(self, disc: Path, path: str, extents: Extents) -> None:
        self.path, self.size, self._extents = path, extents.size, extents
        try:
            self._handle = os.open(disc, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise Refused("imports.carrier-unreadable", str(disc), reason=error.strerror or "") from error

    def pread(self, offset: int, length: int) -> bytes:
        """Exactly these bytes. Raises OSError."""
        pieces, at = [], 0
        for start, size in self._extents.parts:
            low, high = max(offset, at), min(offset + length, at + size)
            if low < high:
                pieces.append(_exactly(self._handle, start + low - at, high - low))
            at += size
        data = b"".join(pieces)
        if len(data) < length:
            raise OSError(errno.EIO, "the directory names fewer bytes than the file has")
        return data

    def close(self) -> None:
        """Let go of it."""
        os.close(self._handle)


class CarrierStream(io.RawIOBase):
    """A file from its beginning to its end, with zeros in the `gaps` that a person let stand.

    Raises Refused at any other byte that the carrier does not give, and when the file is not as large as it was.
    """

    def __init__(self, file: Readable, size: int, gaps: Sequence[BadRange] = ()) -> None:
        super().__init__()
        self._file, self._at, self._gaps = file, 0, sorted(gaps, key=lambda gap: gap.start)
        if file.size != size:
            file.close()
            raise Refused("imports.file-changed", file.path, planned=size, found=file.size)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes."""
        count = min(len(buffer), self._file.size - self._at)
        if count <= 0:
            return 0
        gap = next((gap for gap in self._gaps if gap.start + gap.length > self._at), None)
        if gap is not None and gap.start <= self._at:
            count = min(count, gap.start + gap.length - self._at)
            buffer[:count] = bytes(count)
        else:
            count = min(count, gap.start - self._at) if gap is not None else count
            try:
                buffer[:count] = self._file.pread(self._at, count)
            except OSError as error:
                reason = error.strerror or str(error)
                raise Refused("imports.file-unreadable", self._file.path, at=self._at, reason=reason) from error
        self._at += count
        return count

    def close(self) -> None:
        """Let go of the file."""
        if not self.closed:
            self._file.close()
        super().close()
