"""The only writer: syncs, publishes by rename, discards what was never published.

Files are written as `NAME.part` and renamed when whole (large ones by `copying`), so a name that exists is a file that
is complete. A sync per file would cost more than the copy; `sync_file_system` before a package is published makes all
of it durable at once (tried: 20,000 fsyncs 11 s, one syncfs 4 s).
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from storage_adapters.errors import CopyExists
from storage_adapters.medium_errors import FILE, make_folder, on_medium

PART = ".part"
"""What the name of a file ends in until it is whole."""
_libc = ctypes.CDLL(None, use_errno=True)


def write_file(path: Path, data: bytes, *, durable: bool = False, mode: int = FILE) -> None:
    """Write a small file whole or not at all; with `durable` it is on the medium when this returns.

    A `mode` that lets everybody read it is given whatever the umask: only what must be read by strangers asks for it.
    """
    write_stream(path, (data,), durable=durable, mode=mode)


def write_stream(path: Path, pieces: Iterable[bytes], *, durable: bool = False, mode: int = FILE) -> None:
    """As `write_file`, for what is not to be held whole: nothing is left of it where making the pieces fails."""
    with on_medium(path):
        make_folder(path.parent)
        part = Path(f"{path}{PART}")
        out = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        try:
            for piece in pieces:
                view = memoryview(piece)
                while view:
                    view = view[os.write(out, view) :]
            if mode & 0o007:
                with suppress(OSError):  # a file system that knows no modes
                    os.fchmod(out, mode)
            if durable:
                os.fsync(out)
        except BaseException:
            os.close(out)
            with suppress(OSError):
                part.unlink()
            raise
        os.close(out)
        os.rename(part, path)
        if durable:
            sync_folder(path.parent)


def move_in(staged: Path, target: Path) -> None:
    """Give a finished file its final name, replacing an earlier attempt.

    From another file system it is copied beside its place first, so that the name never stands for half a file.
    """
    with on_medium(target):
        make_folder(target.parent)
        try:
            os.replace(staged, target)
            return
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
    from storage_adapters.copying import copy_file_checked  # with reading back, and what that needs

    copy_file_checked(staged, target, (), lambda moved: None)
    with on_medium(staged):
        os.unlink(staged)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    with on_medium(folder):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sync_file_system(folder: Path) -> None:
    """Make everything written to this file system durable (syncfs); raises MediumFailing when a write was lost."""
    with on_medium(folder):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if _libc.syncfs(handle) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number))
        finally:
            os.close(handle)


def publish(staged: Path, final: Path) -> None:
    """Rename a finished and synced folder to its final name; never over another. Raises CopyExists."""
    with on_medium(final):
        make_folder(final.parent)
        answer = _libc.renameat2(-100, os.fsencode(staged), -100, os.fsencode(final), 1)  # RENAME_NOREPLACE
        if answer != 0:
            number = ctypes.get_errno()
            if number == errno.EEXIST:
                raise CopyExists(str(final))
            if number not in (errno.EINVAL, errno.ENOSYS):
                raise OSError(number, os.strerror(number))
            # File systems without RENAME_NOREPLACE (some network ones): a folder rename fails on a full target.
            if final.exists():
                raise CopyExists(str(final))
            os.rename(staged, final)
        sync_folder(final.parent)
        sync_folder(staged.parent)


def exchange(first: Path, second: Path) -> bool:
    """Let two folders of one file system change places in a single step, durably; False where it cannot do that."""
    with on_medium(first):
        if _libc.renameat2(-100, os.fsencode(first), -100, os.fsencode(second), 2) != 0:  # RENAME_EXCHANGE
            number = ctypes.get_errno()
            if number in (errno.EINVAL, errno.ENOSYS):
                return False
            raise OSError(number, os.strerror(number))
        sync_folder(first.parent)
        sync_folder(second.parent)
    return True


def discard(folder: Path, within: Path) -> None:
    """Remove a folder that was never published. Raises ValueError unless it lies inside `within` (never `/`)."""
    inside = folder.resolve()
    root = within.resolve()
    if root == Path(root.anchor) or root not in inside.parents:
        raise ValueError(f"{folder} is not inside {within}")
    with on_medium(folder):
        while inside.exists():
            with suppress(FileNotFoundError):  # another removes the same
                shutil.rmtree(inside)


def drop_file(path: Path, within: Path) -> None:
    """Remove a scratch file inside `within`; absent is fine."""
    if within.resolve() not in path.resolve().parents:
        raise ValueError(f"{path} is not inside {within}")
    with on_medium(path), suppress(FileNotFoundError):
        path.unlink()
