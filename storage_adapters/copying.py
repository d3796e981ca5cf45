"""Copies files and streams with digests: the bytes hashed are the bytes written, and a name that exists is complete."""

from __future__ import annotations

import ctypes
import os
import stat
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from storage_adapters.digests import Digester, new_digest
from storage_adapters.durable import PART
from storage_adapters.errors import Changed, SourceUnreadable
from storage_adapters.medium_errors import FILE, make_folder, on_medium
from storage_adapters.read_behind import Follower, ReadBehind

BLOCK = 256 << 10  # twice as fast as 1 MiB, which leaves the second-level cache between reading and digest
_RING = 32
_WRITE_BACK = 64 << 20
_SMALL = 1 << 20
_libc = ctypes.CDLL(None, use_errno=True)


def copy_file_checked(
    source: Path,
    target: Path,
    algorithms: Sequence[str],
    progress: Callable[[int], None],
    behind: ReadBehind | None = None,
    seen: Callable[[bytes], None] = lambda data: None,
) -> tuple[int, dict[str, str]]:
    """Copy a regular file, never through a link; return its size and hex digests of the bytes written.

    With `behind` a large one is read back from the medium while it is written. `seen` is given all bytes of a small
    file, so that whoever looks at them need not read them again.

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
            data, digests = _copy_small(handle, before.st_size, target, algorithms)
            result = len(data), digests
            progress(len(data))
            seen(data)
        else:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
            length = before.st_size

            def read(size: int) -> bytes:
                block = os.read(handle, size)
                # A file that grows as fast as it is read would never end.
                if os.lseek(handle, 0, os.SEEK_CUR) > length:
                    raise Changed(str(source))
                return block

            follow = behind if behind and length >= behind.worth else None
            result = _copy_large(read, target, algorithms, progress, str(source), follow)
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


def _copy_small(handle: int, size: int, target: Path, algorithms: Sequence[str]) -> tuple[bytes, dict[str, str]]:
    try:
        data = os.read(handle, size + 1)
    except OSError as error:
        raise SourceUnreadable(str(target), reason=error.strerror or "") from error
    with on_medium(target):
        _write_whole(target, data)
    return data, {name: _hex(name, data) for name in algorithms}


def _hex(algorithm: str, data: bytes) -> str:
    running = new_digest(algorithm)
    running.update(data)
    return str(running.hexdigest())


def _write_whole(target: Path, data: bytes) -> None:
    part = _unfinished(target)
    try:
        out = _open_empty(part)
    except FileNotFoundError:
        make_folder(target.parent)
        out = _open_empty(part)
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


def _unfinished(target: Path) -> str:
    """What a file is called until it is whole: none in a package begins with a space, and some do end in `.part`."""
    folder, slash, name = str(target).rpartition("/")
    return f"{folder}{slash} {name}{PART}"


def _open_empty(part: str) -> int:
    """What an earlier run left under this name is emptied; a second name of somebody else's file is only taken away."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(part, flags, FILE)
    status = os.fstat(handle)
    if status.st_size or status.st_nlink > 1:
        if status.st_nlink > 1:
            os.close(handle)
            os.unlink(part)
            return os.open(part, flags | os.O_EXCL, FILE)
        os.ftruncate(handle, 0)
    return handle


def _copy_large(
    read: Callable[[int], bytes],
    target: Path,
    algorithms: Sequence[str],
    progress: Callable[[int], None],
    source_name: str,
    behind: ReadBehind | None = None,
) -> tuple[int, dict[str, str]]:
    """Reader here, one thread a digest, writer here: the bytes hashed are the bytes written."""
    room = threading.Semaphore(_RING * max(1, len(algorithms)))
    digesters = [Digester(name, room.release) for name in algorithms]
    part = _unfinished(target)
    out, follower = _begin(part, target, behind)
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
            if follower:
                follower.written(size)
    except BaseException:
        if follower:
            follower.end(None)
        _finish(digesters)
        os.close(out)
        with suppress(OSError):
            os.unlink(part)
        raise
    _finish(digesters)
    _complete(out, part, target, size, follower)
    return size, {digester.algorithm: str(digester.running.hexdigest()) for digester in digesters}


def _begin(part: str, target: Path, behind: ReadBehind | None) -> tuple[int, Follower | None]:
    """The part that is written, and who follows it."""
    with on_medium(target):
        make_folder(target.parent)
        out = _open_empty(part)
        try:
            return out, behind.begin(Path(part), target) if behind else None
        except BaseException:
            os.close(out)
            raise


def _complete(out: int, part: str, target: Path, size: int, follower: Follower | None) -> None:
    """What was written gets its name."""
    whole = None
    try:
        with on_medium(target):
            os.close(out)
            os.rename(part, target)
            whole = target
    finally:
        if follower:
            follower.end(whole, size)


def _finish(digesters: Sequence[Digester]) -> None:
    for digester in digesters:
        digester.blocks.put(None)
    for digester in digesters:
        digester.join()


def _start_write_back(handle: int, offset: int, length: int) -> None:
    # SYNC_FILE_RANGE_WRITE; only a wish, so its answer does not matter.
    with suppress(AttributeError):
        _libc.sync_file_range(handle, ctypes.c_int64(offset), ctypes.c_int64(length), 2)
