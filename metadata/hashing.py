"""Digests of many files, each read once for all algorithms; imports the standard library only.

It is also the program that the processes of `metadata.digest_workers` run: started as a script, it answers chunks on
its standard input. A process a worker, not a thread: below some 100 KB a file the interpreter's lock, not the digest,
is what takes the time (20,000 files of 30 KB: two threads 0.6 s, two processes 0.4 s).
"""

from __future__ import annotations

import hashlib
import marshal
import os
import struct
import sys
from collections.abc import Sequence

TYPE_CHECKING = False  # `typing` is a third of a worker's start
if TYPE_CHECKING:
    from typing import Any, BinaryIO

Job = tuple[str, tuple[str, ...], int]
"""Path below the root, algorithms, size in bytes when last seen."""

Read = tuple[str, str]
"""The digests of a job in lower-case hex, one behind the other; why it could not be read. One of both is empty."""

_WHOLE = 1 << 20
_BLOCK = 4 << 20
# Asking for a digest by name costs as much as hashing a kilobyte.
_KNOWN = {name: getattr(hashlib, name) for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")}
_HEADER = struct.Struct("<Q")


def new_digest(algorithm: str, data: bytes | memoryview = b"") -> Any:
    """A running digest of `data` so far; SM3 (GB/T 32905) from `cryptography` where OpenSSL lacks it.

    Raises ValueError.
    """
    try:
        known = _KNOWN.get(algorithm)
        return known(data, usedforsecurity=False) if known else hashlib.new(algorithm, data, usedforsecurity=False)
    except ValueError:
        if algorithm != "sm3":
            raise
        return _SM3(data)


class _SM3:
    def __init__(self, data: bytes | memoryview = b"") -> None:
        from cryptography.hazmat.primitives import hashes

        self._running = hashes.Hash(hashes.SM3())
        self.update(data)

    def update(self, data: bytes | memoryview) -> None:
        self._running.update(bytes(data))

    def hexdigest(self) -> str:
        return self._running.copy().finalize().hex()


_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def digests_of(
    path: str, algorithms: Sequence[str], from_medium: bool = False, size: int = _WHOLE, room: memoryview | None = None
) -> list[str]:
    """Digests of a regular file, never through a link. Raises OSError.

    `size` is a guess that saves a call; so does `room` of `_WHOLE` bytes, which many files are read into in turn.
    With `from_medium` its pages are dropped from the cache first, so that the bytes come from the medium.
    """
    handle = os.open(path, _FLAGS)
    try:
        if from_medium:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        # One byte more than it should have: when just those come, it is the whole file, without another call.
        data: bytes | memoryview
        if room is not None and size < len(room):
            wanted = len(room)
            data = room[: os.readv(handle, (room,))]
        else:
            wanted = min(size + 1, _WHOLE)
            data = os.read(handle, wanted)
        if len(data) == size < wanted:
            return [new_digest(algorithm, data).hexdigest() for algorithm in algorithms]
        return _long(handle, [new_digest(algorithm) for algorithm in algorithms], data)
    finally:
        os.close(handle)


def _long(handle: int, running: list[Any], data: bytes | memoryview) -> list[str]:
    """A file of many blocks: each digest has its own thread while the next block is read."""
    from concurrent.futures import ThreadPoolExecutor  # most workers never need it, and it takes 10 ms

    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    with ThreadPoolExecutor(len(running)) as pool:
        while data:
            waiting = [pool.submit(digest.update, data) for digest in running]
            data = os.read(handle, _BLOCK)
            for one in waiting:
                one.result()
    return [digest.hexdigest() for digest in running]


def read(root: str, jobs: Sequence[Job], from_medium: bool) -> list[Read]:
    """The digests of each file of a chunk."""
    answers: list[Read] = []
    # One for all: to get and return memory for each small file takes a twentieth of the time.
    room = memoryview(bytearray(_WHOLE))
    for path, algorithms, size in jobs:
        try:
            answers.append(("".join(digests_of(f"{root}/{path}", algorithms, from_medium, size, room)), ""))
        except OSError as error:
            answers.append(("", error.strerror or str(error)))
    return answers


def message(content: Any) -> bytes:
    """What is sent to a worker or back. Both ends are the same interpreter, so marshal will do."""
    data = marshal.dumps(content)
    return _HEADER.pack(len(data)) + data


def first_of(received: bytearray) -> Any:
    """The first message of what was received, taken out of it; None while it is not whole."""
    end = _HEADER.size
    if len(received) >= end:
        end += _HEADER.unpack_from(received)[0]
        if len(received) >= end:
            content = marshal.loads(received[_HEADER.size : end])
            del received[:end]
            return content
    return None


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer chunks until the input ends."""
    while len(header := source.read(_HEADER.size)) == _HEADER.size:
        root, from_medium, jobs = marshal.loads(source.read(_HEADER.unpack(header)[0]))
        sink.write(message(read(root, jobs, from_medium)))
        sink.flush()


if __name__ == "__main__":
    # Whoever reads manifests and XML meanwhile cannot be helped by another processor; digests are shared to the last.
    os.nice(5)
    serve(sys.stdin.buffer, sys.stdout.buffer)
