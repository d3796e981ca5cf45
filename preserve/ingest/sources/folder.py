"""A deposit that is a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from preserve.errors import Refused
from preserve.ingest.sources import Entry, EntryKind

_DEEPEST = 200  # each level holds a handle; the profile's own limit is lower and comes after the whole list
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def _kind(mode: int) -> EntryKind:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    if stat.S_ISLNK(mode):
        return "symlink"
    if stat.S_ISFIFO(mode):
        return "fifo"
    return "socket" if stat.S_ISSOCK(mode) else "device"


def open_beneath(root: Path, path: str) -> BinaryIO:
    """Open a file for reading, folder by folder, following no link, so that it lies in `root` whatever others do.

    Raises Refused.
    """
    parts = path.split("/")
    handle = -1
    try:
        handle = os.open(root, _FOLDER | os.O_NOFOLLOW)
        for part in parts[:-1]:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        # O_NONBLOCK: a pipe put in the file's place must not hold us up.
        file = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=handle)
    except OSError as error:
        raise Refused("sip.unreadable", path, reason=error.strerror or "") from error
    finally:
        if handle >= 0:
            os.close(handle)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Refused("sip.unreadable", path, reason="not a regular file")
    return os.fdopen(file, "rb")


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder, walked through folder handles so that one swapped for a link meanwhile leads nowhere else."""

    root: Path

    @property
    def kind(self) -> str:
        """Always `folder`."""
        return "folder"

    @property
    def folder(self) -> Path | None:
        """The folder itself."""
        return self.root

    def entries(self) -> Iterator[Entry]:
        """Every name, folder by folder, sorted by bytes."""
        try:
            handle = os.open(self.root, _FOLDER | os.O_NOFOLLOW)
        except OSError as error:
            raise Refused("sip.unreadable", str(self.root), reason=error.strerror or "") from error
        try:
            yield from _walk(handle, "", str(self.root))
        finally:
            os.close(handle)

    def stream(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[Entry, BinaryIO]]:
        """The wanted files, opened without following links."""
        for entry in self.entries():
            if entry.kind == "file" and wanted(entry):
                with open_beneath(self.root, entry.path) as stream:
                    yield entry, stream

    def read(self, path: str, limit: int) -> bytes:
        """One small file."""
        try:
            with open_beneath(self.root, path) as stream:
                data = stream.read(limit + 1)
        except OSError as error:
            raise Refused("sip.unreadable", path, reason=error.strerror or "") from error
        if len(data) > limit:
            raise Refused("sip.file-too-large", path, limit=limit)
        return data


def _walk(handle: int, prefix: str, root: str) -> Iterator[Entry]:
    if prefix.count("/") > _DEEPEST:
        raise Refused("sip.too-deep", prefix[:200], limit=_DEEPEST)
    try:
        with os.scandir(handle) as found:
            entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
        for entry in entries:
            path = prefix + entry.name
            status = entry.stat(follow_symlinks=False)
            kind = _kind(status.st_mode)
            if kind == "folder":
                yield Entry(path, kind, 0, None)
                inner = os.open(entry.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=handle)
                try:
                    yield from _walk(inner, path + "/", root)
                finally:
                    os.close(inner)
            else:
                yield Entry(
                    path,
                    kind,
                    status.st_size,
                    status.st_mtime_ns,
                    links=status.st_nlink,
                    inode=(status.st_dev, status.st_ino),
                )
    except OSError as error:
        raise Refused("sip.unreadable", prefix or root, reason=error.strerror or "") from error
