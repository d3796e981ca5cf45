"""A disk of a machine of the tests, which can be full for a while. Needs root."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.loop import Loop, loop

_BALLAST = "ballast"
_PIECES = (64 << 20, 1 << 20, 4096)


@dataclass(frozen=True)
class Disk:
    """A file system (ext4) mounted at `top`."""

    made: Loop

    @property
    def top(self) -> Path:
        return self.made.top

    def fill(self) -> None:
        """Take every block that is left; again, where others let go of some meanwhile."""
        with (self.top / _BALLAST).open("ab") as ballast:
            size = os.fstat(ballast.fileno()).st_size
            for piece in _PIECES:
                try:
                    while True:
                        os.posix_fallocate(ballast.fileno(), size, piece)
                        size += piece
                except OSError as error:
                    assert error.errno == errno.ENOSPC, error

    def free(self) -> None:
        """Let go of them."""
        (self.top / _BALLAST).unlink(missing_ok=True)


@contextmanager
def disk(folder: Path, name: str, size: str = "3G") -> Iterator[Disk]:
    """A new one; its image takes no more room than what is written to it."""
    with loop(folder, name, size) as made:
        yield Disk(made)
