"""The only writer: copies with digests, syncs, publishes by rename, discards what was never published.

Files are written as `NAME.part` and renamed when whole, so a name that exists is a file that is complete. A sync
per file would cost more than the copy; `sync_file_system` before a package is published makes all of it durable
at once (tried: 20,000 fsyncs 11 s, one syncfs 4 s).
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import queue
import shutil
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from storage_adapters.errors import (
    Changed,
    CopyExists,
    MediumFailing,
    MediumFull,
    NameTooLong,
    ReadOnly,
    SourceUnreadable,
    StorageError,
)

BLOCK = 256 << 10  # twice as fast as 1 MiB, which leaves the second-level cache between reading and digest
_RING = 32
_WRITE_BACK = 64 << 20
_SMALL = 1 << 20
PART = ".part"
FILE, FOLDER = 0o640, 0o750
"""Modes of what is made: for the archive's account and its group; the caller's umask can only take from them."""

_libc = ctypes.CDLL(None, use_errno=True)


def new_digest(algorithm: str) -> Any:
    """A running digest. SM3 (GB/T 32905) comes from OpenSSL, or from `cryptography` where OpenSSL lacks it."""
    try:
        return hashlib.new(algorithm, usedforsecurity=False)
    except ValueError:
        if algorithm != "sm3":
            raise
        return _SM3()


class _SM3:
    """SM3 in the form that hashlib's digests have."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives import hashes

        self._running = hashes.Hash(hashes.SM3())

    def update(self, data: bytes | memoryview) -> None:
        """Take in more bytes."""
        self._running.update(bytes(data))

    def hexdigest(self) -> str:
        """The digest of the bytes so far."""
        return self._running.copy().finalize().hex()


def translate(error: OSError, where: str) -> StorageError:
    """An operating-system error on the medium as the one of ours that says what to do."""
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return MediumFull(where, reason=reason)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return ReadOnly(where, reason=reason)
    if error.errno == errno.ENAMETOOLONG:
        return NameTooLong(where)
    return MediumFailing(where, reason=reason)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, all for owner and group. Raises OSError."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        folder.mkdir(FOLDER, exist_ok=True)


@contextmanager
def on_medium(where: str | Path) -> Iterator[None]:
    """Errors inside are the medium's: raised as StorageError."""
    try:
        yield
    except OSError as error:
        raise translate(error, str(where)) from error


def copy_file_checked(
    source: Path, target: Path, algorithms: Sequence[str], progress: Callable[[int], None]
) -> tuple[int, dict[str, str]]:
    """Copy a regular file, never through a link; return its size and hex digests of the bytes written.

    Raises Changed when the source was not the same file, size and time after reading as before,
    SourceUnreadable when it cannot be read, and the medium's errors for the target.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        handle = os.open(source, flags | os.O_NOATIME)
    except PermissionError:
        try:
            handle = os.open(source, flags)
        except OSError as error:
            raise SourceUnreadable(str(source), reason=error.strerror or "") from error
    except OSError as error:
        raise SourceUnreadable(str(source), reason=error.strerror or "") from error
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise SourceUnreadable(str(source), reason="not a regular file")
        if before.st_size <= _SMALL:
            result = _copy_small(handle, before.st_size, target, algorithms)
            progress(result[0])
        else:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
            length = before.st_size

            def read(size: int) -> bytes:
                block = os.read(handle, size)
                # A file that grows as fast as it is read would never end.
                if os.lseek(handle, 0, os.SEEK_CUR) > length:
                    raise Changed(str(source))
                return block

            result = _copy_large(read, target, algorithms, progress, str(source))
        after = os.fstat(handle)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or result[0] != before.st_size:
            raise Changed(str(source))
    finally:
        os.close(handle)
    return result


def copy_stream(
    source: BinaryIO, target: Path, algorithms: Sequence[str], progress: Callable[[int], None]
) -> tuple[int, dict[str, str]]:
    """Copy a stream (a member of an archive) to `target`; return size and hex digests of the bytes written."""
    return _copy_large(source.read, target, algorithms, progress, str(target))


def _copy_small(handle: int, size: int, target: Path, algorithms: Sequence[str]) -> tuple[int, dict[str, str]]:
    try:
        data = os.read(handle, size + 1)
    except OSError as error:
        raise SourceUnreadable(str(target), reason=error.strerror or "") from error
    with on_medium(target):
        _write_whole(target, data)
    return len(data), {name: _hex(name, data) for name in algorithms}


def _hex(algorithm: str, data: bytes) -> str:
    running = new_digest(algorithm)
    running.update(data)
    return str(running.hexdigest())


def _write_whole(target: Path, data: bytes) -> None:
    part = f"{target}{PART}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        out = os.open(part, flags, FILE)
    except FileNotFoundError:
        make_folder(target.parent)
        out = os.open(part, flags, FILE)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(out, view) :]
    except BaseException:
        os.close(out)
        with suppress(OSError):
            os.unlink(part)
        raise
    os.close(out)
    os.rename(part, target)


class Digester(threading.Thread):
    """Hashes the blocks it is handed, in order; hashlib lets other threads run meanwhile."""

    def __init__(self, algorithm: str, done: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.blocks: queue.SimpleQueue[memoryview | None] = queue.SimpleQueue()
        self.running = new_digest(algorithm)
        self.algorithm = algorithm
        self._done = done

    def run(self) -> None:
        while (block := self.blocks.get()) is not None:
            self.running.update(block)
            self._done()


def _copy_large(
    read: Callable[[int], bytes],
    target: Path,
    algorithms: Sequence[str],
    progress: Callable[[int], None],
    source_name: str,
) -> tuple[int, dict[str, str]]:
    """Reader here, one thread a digest, writer here: the bytes hashed are the bytes written."""
    room = threading.Semaphore(_RING * max(1, len(algorithms)))
    digesters = [Digester(name, room.release) for name in algorithms]
    part = Path(f"{target}{PART}")
    with on_medium(target):
        make_folder(target.parent)
        out = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, FILE)
    for digester in digesters:
        digester.start()
    size = 0
    written_back = 0
    try:
        while True:
            try:
                block = read(BLOCK)
            except OSError as error:
                raise SourceUnreadable(source_name, reason=error.strerror or str(error)) from error
            if not block:
                break
            for digester in digesters:
                room.acquire()
                digester.blocks.put(memoryview(block))
            with on_medium(target):
                view = memoryview(block)
                while view:
                    view = view[os.write(out, view) :]
            size += len(block)
            progress(len(block))
            if size - written_back >= _WRITE_BACK:
                # Starts write-back early, so that the final sync has little left to wait for.
                _start_write_back(out, written_back, size - written_back)
                written_back = size
    except BaseException:
        _finish(digesters)
        os.close(out)
        with suppress(OSError):
            part.unlink()
        raise
    _finish(digesters)
    with on_medium(target):
        os.close(out)
        os.rename(part, target)
    return size, {digester.algorithm: str(digester.running.hexdigest()) for digester in digesters}


def _finish(digesters: Sequence[Digester]) -> None:
    for digester in digesters:
        digester.blocks.put(None)
    for digester in digesters:
        digester.join()


def _start_write_back(handle: int, offset: int, length: int) -> None:
    # SYNC_FILE_RANGE_WRITE; only a wish, so its answer does not matter.
    with suppress(AttributeError):
        _libc.sync_file_range(handle, ctypes.c_int64(offset), ctypes.c_int64(length), 2)


def write_file(path: Path, data: bytes, *, durable: bool = False, mode: int = FILE) -> None:
    """Write a small file whole or not at all; with `durable` it is on the medium when this returns.

    A `mode` that lets everybody read it is given whatever the umask: only what must be read by strangers asks for it.
    """
    with on_medium(path):
        make_folder(path.parent)
        part = Path(f"{path}{PART}")
        out = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        try:
            view = memoryview(data)
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


def move_in(made: Path, target: Path) -> None:
    """Give a finished file its final name, replacing an earlier attempt.

    From another file system it is copied beside its place first, so that the name never stands for half a file.
    """
    with on_medium(target):
        make_folder(target.parent)
        try:
            os.replace(made, target)
            return
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
    copy_file_checked(made, target, (), lambda moved: None)
    with on_medium(made):
        os.unlink(made)


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


def exchange(one: Path, other: Path) -> bool:
    """Let two folders of one file system change places in a single step, durably; False where it cannot do that."""
    with on_medium(one):
        if _libc.renameat2(-100, os.fsencode(one), -100, os.fsencode(other), 2) != 0:  # RENAME_EXCHANGE
            number = ctypes.get_errno()
            if number in (errno.EINVAL, errno.ENOSYS):
                return False
            raise OSError(number, os.strerror(number))
        sync_folder(one.parent)
        sync_folder(other.parent)
    return True


def discard(folder: Path, within: Path) -> None:
    """Remove a folder that was never published. Raises ValueError unless it lies inside `within` (never `/`)."""
    inside = folder.resolve()
    root = within.resolve()
    if root == Path(root.anchor) or root not in inside.parents:
        raise ValueError(f"{folder} is not inside {within}")
    if inside.exists():
        with on_medium(folder):
            shutil.rmtree(inside)


def drop_file(path: Path, within: Path) -> None:
    """Remove a scratch file inside `within`; absent is fine."""
    if within.resolve() not in path.resolve().parents:
        raise ValueError(f"{path} is not inside {within}")
    with on_medium(path), suppress(FileNotFoundError):
        path.unlink()
