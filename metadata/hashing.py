"""Digests of many files, each read once for all algorithms; imports the standard library only.

It is also the program that the workers of `metadata.fixity` run: started as a script, it answers chunks on its
standard input. A process a worker, not a thread: below some 100 KB a file the interpreter's lock, not the digest,
is what takes the time (20,000 files of 30 KB: two threads 0.6 s, two processes 0.4 s).
"""

from __future__ import annotations

import hashlib
import marshal
import os
import struct
import sys
from collections.abc import Callable, Sequence

TYPE_CHECKING = False  # `typing` is a third of a worker's start
if TYPE_CHECKING:
    from typing import Any, BinaryIO

Job = tuple[str, tuple[str, ...], tuple[str, ...], int]
"""Path below the root, algorithms, digests in lower-case hex that it should have, size in bytes when last seen."""

Wrong = tuple[int, str, str]
"""Place of the job in its chunk; the algorithms that differ, and why it could not be read: one of both is empty."""

_WHOLE = 1 << 20
_BLOCK = 4 << 20
# Asking for a digest by name costs as much as hashing a kilobyte.
_KNOWN = {name: getattr(hashlib, name) for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")}
_HEADER = struct.Struct("<Q")


def new_digest(algorithm: str) -> Any:
    """A running digest; SM3 (GB/T 32905) from `cryptography` where OpenSSL lacks it. Raises ValueError."""
    try:
        known = _KNOWN.get(algorithm)
        return known(usedforsecurity=False) if known else hashlib.new(algorithm, usedforsecurity=False)
    except ValueError:
        if algorithm != "sm3":
            raise
        return _SM3()


class _SM3:
    def __init__(self) -> None:
        from cryptography.hazmat.primitives import hashes

        self._running = hashes.Hash(hashes.SM3())

    def update(self, data: bytes | memoryview) -> None:
        self._running.update(bytes(data))

    def hexdigest(self) -> str:
        return self._running.copy().finalize().hex()


def digests_of(
    path: str, algorithms: Sequence[str], from_medium: bool = False, size: int = _WHOLE, room: bytearray | None = None
) -> list[str]:
    """Digests of a regular file, never through a link. Raises OSError.

    `size` is a guess that saves a call; so does `room` of `_WHOLE` bytes, which many files are read into in turn.
    With `from_medium` its pages are dropped from the cache first, so that the bytes come from the medium.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if from_medium:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        running = [new_digest(algorithm) for algorithm in algorithms]
        # One byte more than it should have: when just those come, it is the whole file, without another call.
        data: bytes | memoryview
        if room is not None and size < len(room):
            wanted = len(room)
            data = memoryview(room)[: os.readv(handle, (room,))]
        else:
            wanted = min(size + 1, _WHOLE)
            data = os.read(handle, wanted)
        if len(data) == size < wanted:
            for digest in running:
                digest.update(data)
            return [digest.hexdigest() for digest in running]
        return _long(handle, running, data)
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


def compare(root: str, jobs: Sequence[Job], from_medium: bool) -> list[Wrong]:
    """What is not as it should be among the files of a chunk."""
    wrong: list[Wrong] = []
    room = bytearray(_WHOLE)  # one for all: to get and return memory for each small file takes a twentieth of the time
    for place, (path, algorithms, expected, size) in enumerate(jobs):
        try:
            seen = digests_of(f"{root}/{path}", algorithms, from_medium, size, room)
        except OSError as error:
            wrong.append((place, "", error.strerror or str(error)))
            continue
        differing = [name for name, a, b in zip(algorithms, seen, expected, strict=True) if a != b]
        if differing:
            wrong.append((place, ", ".join(differing), ""))
    return wrong


def send(stream: BinaryIO, message: Any) -> None:
    """Write one message to a worker or back. Both ends are the same interpreter, so marshal will do."""
    data = marshal.dumps(message)
    stream.write(_HEADER.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message; None at the end."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    data = stream.read(_HEADER.unpack(header)[0])
    return marshal.loads(data)


def serve(source: BinaryIO, sink: BinaryIO, work: Callable[[str, Sequence[Job], bool], list[Wrong]] = compare) -> None:
    """Answer chunks until the input ends."""
    while (message := receive(source)) is not None:
        root, from_medium, jobs = message
        send(sink, work(root, jobs, from_medium))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
