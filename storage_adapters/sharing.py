"""Gives a file that stays as it is its place in a new package without new bytes, where the file system can.

A reflink is a file of its own over the same blocks: whoever writes into it gets blocks of its own (btrfs, XFS). A hard
link is the same file under a second name. Neither is a second copy: what damages the blocks damages both.
"""

from __future__ import annotations

import array
import fcntl
import os
import secrets
import stat
import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from storage_adapters.copying import copy_file_checked
from storage_adapters.durable import drop_file
from storage_adapters.errors import Changed, SourceUnreadable
from storage_adapters.medium_errors import FILE, make_folder, on_medium
from storage_adapters.reading import digest_file

Way = Literal["none", "reflink", "hardlink"]
"""How files are shared at most; `hardlink`: by reflink where that works, else by hard link."""

_FICLONE = 0x40049409
_FIEMAP, _SYNC, _SHARED, _LAST = 0xC020660B, 1, 0x2000, 1
_HEAD, _EXTENT, _EXTENTS = 32, 56, 512  # linux/fiemap.h


def way_at(folder: Path, name: str, wanted: Way) -> Way:
    """What works in a folder, tried with two small files called after `name`; never more than is wanted.

    Raises the medium's errors.
    """
    if wanted == "none":
        return "none"
    tried = [folder / f"{name}.sharing-{number}" for number in (1, 2)]
    with on_medium(folder):
        make_folder(folder)
        try:
            tried[0].write_bytes(bytes(1 << 16))  # too large to lie in a directory's or an inode's own block
            if _clone(tried[0], tried[1]):
                return "reflink"
            return "hardlink" if wanted == "hardlink" and _link(tried[0], tried[1]) else "none"
        finally:
            for path in tried:
                drop_file(path, folder)


def share_file_checked(
    source: Path, target: Path, algorithms: Sequence[str], progress: Callable[[int], None], way: Way
) -> tuple[int, dict[str, str]]:
    """As `copy_file_checked`, without new bytes where the two lie on one file system that can share them.

    What is read is the new file. Raises Changed where the source was written to meanwhile.
    """
    before = _regular(source)
    with on_medium(target):
        make_folder(target.parent)
        shared = way != "none" and (_clone(source, target) or (way == "hardlink" and _link(source, target)))
    if not shared:
        return copy_file_checked(source, target, algorithms, progress)
    try:
        size, digests = digest_file(target, algorithms, from_medium=False, progress=progress)
    except OSError as error:  # the blocks are the source's
        raise SourceUnreadable(str(source), reason=error.strerror or "") from error
    after = _regular(source)
    same = (before.st_ino, before.st_size, before.st_mtime_ns) == (after.st_ino, after.st_size, after.st_mtime_ns)
    if not same or size != before.st_size:
        raise Changed(str(source))
    return size, digests


def share_file(source: Path, target: Path) -> bool:
    """Whether `target` is now the file `source` without new bytes, by reflink or hard link; nothing of it is read.

    It has its name at once and whole, also where two do this at the same time. Raises the medium's errors.
    """
    staged = target.with_name(f".{secrets.token_hex(8)}.new")
    with on_medium(target):
        make_folder(target.parent)
        if not (_clone(source, staged) or _link(source, staged)):
            return False
        os.replace(staged, target)
        with suppress(FileNotFoundError):  # where both were names of one file already, the rename did nothing
            os.unlink(staged)
    return True


def shared_bytes(old: Path, new: Path, paths: Iterable[str]) -> int:
    """How many bytes of these files below `new` lie in the very blocks of those below `old`: what was not needed again.

    Asked of the file system, so that it is the same after a kill as before.
    """
    total = 0
    for path in paths:
        with suppress(OSError):
            here, there = os.lstat(new / path), os.lstat(old / path)
            if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
                total += here.st_size
            elif here.st_size == there.st_size:
                total += min(here.st_size, in_shared_extents(new / path))
    return total


def in_shared_extents(path: Path) -> int:
    """How many bytes of a file lie in blocks that another file has too; 0 where the file system does not tell."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return sum(length for length, flags in _extents(handle) if flags & _SHARED)
    except OSError:
        return 0
    finally:
        os.close(handle)


def _extents(handle: int) -> Iterable[tuple[int, int]]:
    """Length and flags of each extent."""
    start = 0
    while True:
        asked = struct.pack("=QQIIII", start, (1 << 64) - 1 - start, _SYNC, 0, _EXTENTS, 0)
        answer = array.array("B", asked + bytes(_EXTENT * _EXTENTS))
        fcntl.ioctl(handle, _FIEMAP, answer)
        mapped = struct.unpack_from("=I", answer, 20)[0]
        for number in range(mapped):
            logical, _, length, _, _, flags = struct.unpack_from("=QQQQQI", answer, _HEAD + number * _EXTENT)
            yield length, flags
            start = logical + length
            if flags & _LAST:
                return
        if not mapped:
            return


def _regular(source: Path) -> os.stat_result:
    try:
        status = os.lstat(source)
    except OSError as error:
        raise SourceUnreadable(str(source), reason=error.strerror or "") from error
    if not stat.S_ISREG(status.st_mode):
        raise SourceUnreadable(str(source), reason="not a regular file")
    return status


def _clone(source: Path, target: Path) -> bool:
    """Whether the file system made `target` a file over the blocks of `source`."""
    with suppress(FileNotFoundError):
        os.unlink(target)
    try:
        read = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # Under its own name at once: the system makes it whole in one call, and a depositor's file may end in `.part`.
        write = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE)
        try:
            fcntl.ioctl(write, _FICLONE, read)
        except OSError:
            os.unlink(target)
            return False
        finally:
            os.close(write)
    finally:
        os.close(read)
    return True


def _link(source: Path, target: Path) -> bool:
    """Whether the file has the second name `target` now; at once under that name, which no writer ever opens."""
    with suppress(FileNotFoundError):
        os.unlink(target)
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, no links there, or as many as it can have
        return False
    return True
