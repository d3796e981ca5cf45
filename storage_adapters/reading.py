"""Reads from the medium and not from the cache, and compares with what should be there."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from itertools import islice
from pathlib import Path
from typing import Any

from storage_adapters.contract import ExpectedFile, FileCheck, Progress
from storage_adapters.digests import new_digest

_BLOCK = 1 << 20
_BATCH = 256
_AHEAD = 32 * _BLOCK
_TOGETHER = 2000  # files of which is asked at once whether they were read already
_FEW = 8  # batches of small files that are not worth other processes


def digest_file(
    path: str | Path, algorithms: Sequence[str], *, from_medium: bool = True, progress: Progress | None = None
) -> tuple[int, dict[str, str]]:
    """Size and hex digests of a regular file, never through a link. Raises OSError.

    With `from_medium` the file's pages are dropped from the cache first, so that the bytes come from the
    medium; they must have been synced before, since dirty pages cannot be dropped.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        length = os.fstat(handle).st_size
        if from_medium:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        if length < _BLOCK:
            data = os.read(handle, length + 1)  # room for a megabyte each would cost more than most of them
            if len(data) <= length:  # all of it: less than was asked for
                if progress is not None:
                    progress(len(data))
                return len(data), {name: _digest(name, data) for name in algorithms}
            os.lseek(handle, 0, os.SEEK_SET)  # it has grown since
        return _digest_large(handle, algorithms, from_medium, progress)
    finally:
        os.close(handle)


def _digest(algorithm: str, data: bytes) -> str:
    if algorithm == "sha256":
        return hashlib.sha256(data).hexdigest()
    running = new_digest(algorithm)
    running.update(data)
    return str(running.hexdigest())


def _digest_large(
    handle: int, algorithms: Sequence[str], from_medium: bool, progress: Progress | None
) -> tuple[int, dict[str, str]]:
    """Read ahead while the digest is computed; from the medium, nothing is left in the cache behind."""
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    running = {name: new_digest(name) for name in algorithms}
    view = memoryview(bytearray(_BLOCK))
    size = ahead = behind = 0
    while True:
        if from_medium and size + _AHEAD // 2 >= ahead:
            os.posix_fadvise(handle, ahead, _AHEAD, os.POSIX_FADV_WILLNEED)
            ahead += _AHEAD
            if size - behind >= _AHEAD:
                os.posix_fadvise(handle, behind, size - behind, os.POSIX_FADV_DONTNEED)
                behind = size
        count = os.readv(handle, [view])
        if not count:
            break
        for digest in running.values():
            digest.update(view[:count])
        size += count
        if progress is not None:
            progress(count)
    if from_medium:
        os.posix_fadvise(handle, behind, 0, os.POSIX_FADV_DONTNEED)
    return size, {name: str(digest.hexdigest()) for name, digest in running.items()}


def check_file(root: str, expected: ExpectedFile, from_medium: bool, progress: Progress | None = None) -> FileCheck:
    """One file of a copy compared with what it should be."""
    path = os.path.join(root, expected.path)
    try:
        size, seen = digest_file(path, tuple(expected.digests), from_medium=from_medium, progress=progress)
    except FileNotFoundError:
        return FileCheck(expected.path, "absent", 0, {})
    except OSError as error:
        return FileCheck(expected.path, "unreadable", 0, {}, error.strerror or str(error))
    if expected.size is not None and size != expected.size:
        return FileCheck(expected.path, "damaged", size, seen, f"size {size}, should be {expected.size}")
    wrong = [name for name, value in expected.digests.items() if seen[name] != value]
    return FileCheck(expected.path, "damaged" if wrong else "intact", size, seen, ", ".join(wrong))


def check_files(
    root: Path,
    expected: Iterable[ExpectedFile],
    *,
    from_medium: bool,
    progress: Progress,
    workers: int = 0,
    pool: Executor | None = None,
    begin: Callable[[ExpectedFile, int], bool] = lambda file, size: True,
) -> Iterator[FileCheck]:
    """Compare many files, a few batches at a time; memory does not grow with their number.

    Large files are read side by side by threads. Small ones are read by one thread, since more of them only wait for
    each other in this interpreter, and where there are thousands by the processes of `pool`, where one is given.
    `progress` is called from the reading threads, one at a time; what it raises is raised here. `begin` is asked with
    a file's size before it is begun; where it says no, those begun are finished, and no other is.
    """
    workers = workers or len(os.sched_getaffinity(0))
    turn = threading.Lock()
    context = copy_context()  # what `progress` asks of its piece of work, no other thread knows

    def moved(count: int) -> None:
        with turn:
            context.run(progress, count)

    def read(files: list[ExpectedFile]) -> list[FileCheck]:
        if len(files) == 1:
            return [check_file(str(root), files[0], from_medium, moved)]
        checks = [check_file(str(root), file, from_medium) for file in files]
        moved(sum(check.size for check in checks))
        return checks

    remaining = _sized(str(root), expected, begin)
    early = isinstance(expected, Sized) and len(expected) > _FEW * _BATCH  # known to be many
    running: dict[Future[Any], list[ExpectedFile]] = {}
    batches = 0
    with ThreadPoolExecutor(workers) as wide, ThreadPoolExecutor(1) as narrow:
        try:
            while True:
                while len(running) < workers * 2 and (files := _next_batch(remaining)):
                    batches += 1
                    if len(files) == 1:
                        running[wide.submit(read, files)] = files
                    elif pool is None or (batches <= _FEW and not early):
                        running[narrow.submit(read, files)] = files
                    else:
                        packed = [(file.path, file.size, dict(file.digests)) for file in files]
                        running[pool.submit(check_elsewhere, str(root), packed, from_medium)] = files
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    files = running.pop(future)
                    checks = future.result()
                    if checks and not isinstance(checks[0], FileCheck):
                        moved(sum(size for size, _ in checks))
                        checks = list(map(_unpacked, files, checks))
                    yield from checks
        finally:
            for future in running:
                future.cancel()


def parted(
    expected: Iterable[ExpectedFile], seen: Callable[[ExpectedFile], FileCheck | None] | None
) -> Iterator[tuple[Iterable[ExpectedFile], list[FileCheck]]]:
    """Those that are to be read, and what is known of the others: some thousand at a time, for there may be a million.

    Where nobody knows anything of any, all at once.
    """
    if seen is None:
        yield expected, []
        return
    coming = iter(expected)
    while some := list(islice(coming, _TOGETHER)):
        known = [(file, seen(file)) for file in some]
        yield [file for file, check in known if check is None], [check for _, check in known if check is not None]


def _unpacked(file: ExpectedFile, answer: tuple[int, FileCheck | None]) -> FileCheck:
    """What `check_elsewhere` said of a file."""
    size, bad = answer
    return bad or FileCheck(file.path, "intact", size, file.digests)


def check_elsewhere(
    root: str, files: Sequence[tuple[str, int | None, dict[str, str]]], from_medium: bool
) -> list[tuple[int, FileCheck | None]]:
    """In a process of its own: the size of each file, and what was found where it is not intact."""
    results: list[tuple[int, FileCheck | None]] = []
    for path, size, digests in files:
        check = check_file(root, ExpectedFile(path, size, digests), from_medium)
        results.append((check.size, None if check.verdict == "intact" else check))
    return results


def _sized(
    root: str, files: Iterable[ExpectedFile], begin: Callable[[ExpectedFile, int], bool]
) -> Iterator[tuple[ExpectedFile, int]]:
    for file in files:
        size = file.size if file.size is not None else size_of(f"{root}/{file.path}")
        if not begin(file, size):
            return
        yield file, size


def _next_batch(files: Iterator[tuple[ExpectedFile, int]]) -> list[ExpectedFile]:
    """Many small files, or one large one by itself, which tells its progress while it is read."""
    batch: list[ExpectedFile] = []
    together = 0
    for file, size in islice(files, _BATCH):
        batch.append(file)
        together += size
        if together > 8 * _BLOCK:
            break
    return batch


def size_of(path: str) -> int:
    """Bytes of a file; 0 where it cannot be asked."""
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def walk_files(root: Path) -> Iterator[str]:
    """Every name below `root` that is not a folder, relative, with `/`; links and devices too. Raises OSError."""

    def walk(folder: str, prefix: str) -> Iterator[str]:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from walk(entry.path, prefix + entry.name + "/")
                else:
                    yield prefix + entry.name

    return walk(str(root), "")
