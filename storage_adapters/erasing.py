"""Overwrites files before they are unlinked, and says truthfully what that is worth on the medium they lie on.

In place means: on a file system that writes a file's blocks where they are, on a disk that writes a block where it is.
On flash memory the controller writes elsewhere; a file system that copies on write does so too; snapshots and the
remote side of a network file system cannot be seen from here (NIST SP 800-88 Rev. 1 §2.4: clear, purge, destroy).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from storage_adapters.errors import MediumAbsent
from storage_adapters.file_systems import mount_of
from storage_adapters.medium_errors import on_medium
from storage_adapters.reading import walk_files
from storage_adapters.sharing import in_shared_extents

Worth = Literal["overwritten", "flash", "copy-on-write", "snapshots-possible", "unknown"]
_IN_PLACE = frozenset({"ext2", "ext3", "ext4", "xfs", "vfat", "exfat", "ntfs", "ntfs3", "hfsplus"})
_COPIES = frozenset({"btrfs", "zfs", "overlay", "bcachefs", "f2fs", "nilfs2", "reiser4", "apfs"})
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Erasure:
    """What overwriting is worth at a place: `overwritten`, or why it cannot be guaranteed; file system and device."""

    worth: Worth
    file_system: str
    device: str


def erasure_at(path: Path, sys: Path = Path("/sys"), cpuinfo: Path = Path("/proc/cpuinfo")) -> Erasure:
    """What overwriting files at this place is worth. Where it cannot be told it is `unknown`, never better.

    A virtual machine cannot tell: its disks say that they turn, whatever the host keeps them on.
    """
    try:
        mount = mount_of(path)
        number = os.stat(path).st_dev
    except (MediumAbsent, OSError):
        return Erasure("unknown", "", "")
    if mount.kind in _COPIES:
        return Erasure("copy-on-write", mount.kind, mount.source)
    if mount.kind not in _IN_PLACE:
        return Erasure("unknown", mount.kind, mount.source)
    if _is_virtual(cpuinfo):
        return Erasure("unknown", mount.kind, mount.source)
    node = sys / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"
    if (node / "dm").is_dir():
        return Erasure("snapshots-possible", mount.kind, mount.source)
    if (node / "loop").is_dir():
        return Erasure("unknown", mount.kind, mount.source)  # what lies below the image is another file system
    for queue in (node / "queue" / "rotational", node / ".." / "queue" / "rotational"):
        try:
            turning = queue.read_text(encoding="ascii").strip() == "1"
        except OSError:
            continue
        return Erasure("overwritten" if turning else "flash", mount.kind, mount.source)
    return Erasure("unknown", mount.kind, mount.source)


def erasure_of(erasure: Erasure, places: Sequence[Path]) -> Erasure:
    """What overwriting these folders is worth, where the place as a whole is worth that.

    XFS writes a block elsewhere where another file has it too: what versions share is not written in place.
    """
    if erasure.worth == "overwritten" and erasure.file_system == "xfs" and any(map(_shares, places)):
        return Erasure("copy-on-write", erasure.file_system, erasure.device)
    return erasure


def _shares(place: Path) -> bool:
    return any(in_shared_extents(place / name) for name in walk_files(place))


def _is_virtual(cpuinfo: Path) -> bool:
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return True
    return any("hypervisor" in line.split() for line in lines if line.startswith("flags"))


def overwrite_tree(folder: Path, progress: Callable[[int], None] = lambda moved: None) -> int:
    """Write zeros over every file below a folder and wait until they are on the medium; returns the bytes.

    A file that has another name too is left: those bytes are somebody else's as well. Raises StorageError.
    """
    done = 0
    zeros = bytes(_BLOCK)
    with on_medium(folder):
        for name in walk_files(folder):
            found = os.lstat(folder / name)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                continue
            handle = os.open(folder / name, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                left = found.st_size
                while left > 0:
                    written = os.write(handle, zeros[: min(left, _BLOCK)])
                    left -= written
                    done += written
                    progress(written)
                os.fsync(handle)
            finally:
                os.close(handle)
    return done
