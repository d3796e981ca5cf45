"""The processes that take files in are started while a large deposit is still being looked over.

What they need before their first file takes each of them most of a second; meanwhile this process reads lists and the
description, and has the other processors to spare.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from pathlib import Path

from preserve.ingest.file_pass import get_ready
from preserve.ingest.handed import Handed
from preserve.work import executor, processors

_MANY = 2000
"""Files from which it is worth it."""


@contextmanager
def workers_for(deposit: Handed, jobs: int) -> Iterator[Executor | None]:
    """Processes for a folder of many files, `jobs` of them (0: one for each processor); None for everything else."""
    if deposit.source is not None or not _holds_many(deposit.path):
        yield None
        return
    with executor(jobs) as pool:
        for _ in range(jobs or processors()):
            pool.submit(get_ready)
        yield pool


def _holds_many(deposit: Path) -> bool:
    """Counted as far as it takes; what cannot be read is told by whoever reads it."""
    count, folders = 0, [str(deposit)]
    with suppress(OSError):
        while folders and count < _MANY:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        count += 1
    return count >= _MANY
