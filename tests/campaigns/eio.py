"""A file system over a folder that answers some reads with an error, as bad sectors do (FUSE, in a process of its own).

`python -m tests.campaigns.eio SOURCE MOUNTPOINT LIST`: paths named in the file LIST, a line each, cannot be read. The
list is looked at on every read, so that it can change while the file system is mounted.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def serve(source: str, mountpoint: str, bad: str) -> None:
    """Serve until it is unmounted."""
    import mfusepy as fuse

    class Failing(fuse.Operations):  # type: ignore[misc]
        """Everything as it is in the folder, but for the files on the list."""

        use_ns = True

        def _real(self, path: str) -> str:
            return source + path

        def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
            try:
                seen = os.lstat(self._real(path))
            except OSError as error:
                raise fuse.FuseOSError(error.errno or errno.EIO) from error
            names = ("st_mode", "st_nlink", "st_size", "st_uid", "st_gid")
            return {name: getattr(seen, name) for name in names} | {
                f"st_{kind}time": getattr(seen, f"st_{kind}time_ns") for kind in "amc"
            }

        def readdir(self, path: str, fh: int) -> list[str]:
            return [".", "..", *os.listdir(self._real(path))]

        def readlink(self, path: str) -> str:
            return os.readlink(self._real(path))

        def open(self, path: str, flags: int) -> int:
            return os.open(self._real(path), os.O_RDONLY)

        def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
            if path.lstrip("/") in Path(bad).read_text(encoding="utf-8").splitlines():
                raise fuse.FuseOSError(errno.EIO)
            return os.pread(fh, size, offset)

        def release(self, path: str, fh: int) -> int:
            os.close(fh)
            return 0

        def statfs(self, path: str) -> dict[str, int]:
            seen = os.statvfs(source)
            names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_frsize")
            return {name: getattr(seen, name) for name in names}

    fuse.FUSE(Failing(), mountpoint, foreground=True, ro=True, nothreads=True)


@contextmanager
def failing(source: Path, mountpoint: Path, bad: Path) -> Iterator[Path]:
    """Within it the folder can be read at `mountpoint`, but for the files named in `bad`."""
    mountpoint.mkdir(exist_ok=True)
    bad.touch()
    command = [sys.executable, "-m", "tests.campaigns.eio", str(source), str(mountpoint), str(bad)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 20
        while not os.path.ismount(mountpoint) and process.poll() is None and time.monotonic() < deadline:
            continue
        assert os.path.ismount(mountpoint), process.stderr.read() if process.stderr else ""
        try:
            yield mountpoint
        finally:
            subprocess.run(["fusermount", "-u", mountpoint], check=False)
            process.wait(20)


if __name__ == "__main__":
    serve(*sys.argv[1:4])
