"""Reads a large file back from the medium behind whoever writes it: made durable, dropped from the cache, hashed.

Without it a recording is hashed twice one after the other, on one processor while others idle: once as it is written,
once as it lies there.
"""

from __future__ import annotations

import errno
import os
import queue
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage_adapters.contract import ExpectedFile, FileCheck
from storage_adapters.digests import new_digest
from storage_adapters.medium_errors import on_medium

_WORTH = 64 << 20
_BLOCK = 1 << 20
_NO_SYNC = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)  # what lies here cannot be made durable one by one
_ALGORITHM = "sha256"

State = tuple[int, int, int, int, int]


def state_of(path: str | Path) -> State:
    """What changes when a file does, or another takes its place: whoever writes changes its ctime. Raises OSError."""
    seen = os.lstat(path)
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What came from the medium, and the state in which the file was left."""

    size: int
    digest: str
    state: State

    def check(self, path: Path, expected: ExpectedFile) -> FileCheck | None:
        """Compared with what it should be; None where the file is not in that state, and must be read again."""
        try:
            if set(expected.digests) != {_ALGORITHM} or state_of(path) != self.state:
                return None
        except OSError:
            return None
        if self.size != self.state[2] or expected.size not in (None, self.size):
            return None
        wrong = self.digest != expected.digests[_ALGORITHM]
        seen = {_ALGORITHM: self.digest}
        return FileCheck(expected.path, "damaged" if wrong else "intact", self.size, seen, _ALGORITHM if wrong else "")


class Follower(threading.Thread):
    """Follows one file. It is told how far the file was written, and then where it lies.

    One thread makes stretch after stretch durable, this one hashes what is: neither the medium nor the processor waits
    for the other.
    """

    def __init__(self, path: Path, stretch: int) -> None:
        super().__init__(name="read-behind", daemon=True)
        self._handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self._path, self._stretch = path, stretch
        self._written: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._durable: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._size = self._begun = 0
        self._running = new_digest(_ALGORITHM)
        self._unsynced: OSError | None = None
        self._kept = self._whole = False
        self.state: State | None = None

    def written(self, size: int) -> None:
        """So many bytes of it are written."""
        if size - self._begun >= self._stretch:
            self._begun = size
            self._written.put(size)

    def end(self, target: Path | None, size: int = 0) -> None:
        """It is complete and lies at `target`; None: it was given up."""
        try:
            if target is not None:
                self.state = state_of(target)
                self._written.put(size)
        finally:
            self._written.put(None)

    def run(self) -> None:
        """Stretch after stretch, each durable before it is read."""
        keeper = threading.Thread(target=self._keep, name="make-durable", daemon=True)
        keeper.start()
        try:
            with suppress(OSError):  # what cannot be read is read once more, by whoever says so
                while (size := self._durable.get()) is not None:
                    self._read(size)
                self._whole = self._kept
        finally:
            keeper.join()
            os.close(self._handle)

    def _keep(self) -> None:
        """Each stretch made durable and dropped from the cache, and asked for again."""
        begin = 0
        try:
            while (size := self._written.get()) is not None:
                os.fdatasync(self._handle)  # of pages that are not yet written none can be dropped
                os.posix_fadvise(self._handle, begin, size - begin, os.POSIX_FADV_DONTNEED)
                os.posix_fadvise(self._handle, begin, size - begin, os.POSIX_FADV_WILLNEED)
                self._durable.put(size)
                begin = size
            self._kept = True
        except OSError as error:
            self._unsynced = None if error.errno in _NO_SYNC else error
        finally:
            self._durable.put(None)

    def _read(self, size: int) -> None:
        room = memoryview(bytearray(_BLOCK))
        while self._size < size and (count := os.preadv(self._handle, [room[: size - self._size]], self._size)):
            self._running.update(room[:count])
            self._size += count

    def result(self) -> ReadBack | None:
        """Wait for it. None where it was not read whole; raises the medium's error where bytes could not be kept."""
        self.join()
        if self._unsynced is not None:
            with on_medium(self._path):
                raise self._unsynced
        if not self._whole or self.state is None:
            return None
        return ReadBack(self._size, str(self._running.hexdigest()), self.state)


class ReadBehind:
    """The files of `worth` bytes or more that one run reads back behind their writer, one at a time.

    `worth` is also how far the reading may be behind: so many bytes at once are made durable.
    """

    def __init__(self, worth: int = _WORTH) -> None:
        self.worth = worth
        self._last: tuple[Path, Follower] | None = None
        self._done: dict[Path, ReadBack] = {}

    def begin(self, part: Path, target: Path) -> Follower:
        """Follow a file that is written as `part` and will lie at `target`."""
        self._settle()
        follower = Follower(part, self.worth)
        follower.start()
        self._last = target, follower
        return follower

    def check(self, folder: Path, expected: ExpectedFile) -> FileCheck | None:
        """A file below a folder as it was read back; None where it must be read now. Raises the medium's errors."""
        self._settle()
        if not self._done:
            return None
        path = folder / expected.path
        return seen.check(path, expected) if (seen := self._done.get(path)) else None

    def _settle(self) -> None:
        last, self._last = self._last, None
        if last is not None and (seen := last[1].result()) is not None:
            self._done[last[0]] = seen
