"""Reads from the medium and not from the cache, and compares with what should be there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path

from storage_adapters.contract import ExpectedFile, FileCheck, Progress
from storage_adapters.durable import new_digest

_BLOCK = 1 << 20
_BATCH = 256


def digest_file(
    path: str | Path, algorithms: Sequence[str], *, from_medium: bool = True, progress: Progress | None = None
) -> tuple[int, dict[str, str]]:
    """Size and hex digests of a regular file, never through a link. Raises OSError.

    With `from_medium` the file's pages are dropped from the cache first, so that the bytes come from the
    medium; they must have been synced before, since dirty pages cannot be dropped.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if from_medium:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        running = {name: new_digest(name) for name in algorithms}
        size = 0
        if os.fstat(handle).st_size > 8 * _BLOCK:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        buffer = bytearray(min(_BLOCK, max(os.fstat(handle).st_size, 1)) + 1)
        view = memoryview(buffer)
        while count := os.readv(handle, [view]):
            for digest in running.values():
                digest.update(view[:count])
            size += count
            if progress is not None:
                progress(count)
        return size, {name: str(digest.hexdigest()) for name, digest in running.items()}
    finally:
        os.close(handle)


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
    root: Path, expected: Iterable[ExpectedFile], *, from_medium: bool, progress: Progress, workers: int = 2
) -> Iterator[FileCheck]:
    """Compare many files, a few batches at a time; memory does not grow with their number.

    `progress` is called from the reading threads, one at a time; what it raises is raised here.
    """
    turn = threading.Lock()

    def moved(count: int) -> None:
        with turn:
            progress(count)

    def batch(files: list[ExpectedFile]) -> list[FileCheck]:
        return [check_file(str(root), file, from_medium, moved) for file in files]

    remaining = iter(expected)
    running: set[Future[list[FileCheck]]] = set()
    with ThreadPoolExecutor(workers) as pool:
        while True:
            while len(running) < workers * 2 and (files := _next_batch(remaining)):
                running.add(pool.submit(batch, files))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()


def _next_batch(files: Iterator[ExpectedFile]) -> list[ExpectedFile]:
    batch: list[ExpectedFile] = []
    size = 0
    for file in islice(files, _BATCH):
        batch.append(file)
        size += file.size or 0
        if size > 32 * _BLOCK:
            break
    return batch


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
