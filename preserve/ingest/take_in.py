"""Takes in every file that is not taken in yet: small ones in batches by worker processes, large ones one by one."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from preserve.data_management.journal import FileRow
from preserve.ingest.facts import Copied, from_json
from preserve.ingest.file_pass import (
    LARGE,
    Batch,
    Job,
    Taken,
    copy_large,
    examine_batch,
    take_batch,
    take_file,
    take_member,
    warm_up,
)
from preserve.ingest.receive import Deposit
from preserve.ingest.rules.profile import SecrecyMarks
from preserve.ingest.sources import Source
from preserve.progress import Progress
from preserve.work import answer, executor, map_batches
from storage_adapters.read_behind import ReadBehind
from storage_adapters.reading import digest_file
from storage_adapters.sharing import Way

_BATCH_FILES = 250
_BATCH_BYTES = 32 << 20
_WORTH_PROCESSES = 200
"""Fewer files than this are done before worker processes have started."""


def jobs_of(rows: Iterable[FileRow], deposit: Deposit, names: Mapping[str, str] | None = None) -> Iterator[Job]:
    """The journal's rows as jobs, with the digests that the depositor declared.

    `names` are the files' by path; a file that has none there is called by its path.
    """
    for row in rows:
        path = os.fsdecode(row.path)
        wanted = deposit.wanted.get(deposit.prefix + path, ())
        yield Job(row.number, path, row.stored, row.size, wanted, (names or {}).get(path, ""))


@dataclass(frozen=True, slots=True)
class Intake:
    """Where files come from and go to: the jobs' paths are below `prefix` in `origin`; `target` is theirs.

    `texts` is the folder for what is read out of documents, None where nothing is read; `zone` is where the cameras'
    clocks run. `way` is how the files may share the blocks of the archive's own ones that they are taken from.
    """

    origin: Source
    prefix: str
    target: Path
    texts: Path | None
    zone: tzinfo
    algorithms: tuple[str, ...]
    secrecy: SecrecyMarks | None = None
    behind: ReadBehind | None = None
    way: Way = "none"

    def batch(self, source: str, jobs: Iterable[Job], taken: Iterable[Taken] = ()) -> Batch:
        """Some files for a worker process."""
        texts = str(self.texts or "")
        wanted, target = tuple(jobs), str(self.target)
        return Batch(
            source, target, texts, self.zone, self.algorithms, wanted, tuple(taken), self.secrecy, way=self.way
        )


def take_all(
    intake: Intake, jobs: Iterable[Job], count: int, workers: int, watcher: Progress, pool: Executor | None = None
) -> Iterator[list[Taken]]:
    """Copy, identify and characterise `count` files; yields what came of each batch, for the caller to record.

    `pool` are worker processes that run already; they end with this.
    """
    with ExitStack() as stack:
        if pool is not None:
            stack.enter_context(pool)
        elif count >= _WORTH_PROCESSES:
            pool = stack.enter_context(executor(workers))
        if intake.origin.folder is None:
            copied = _copied(intake, jobs, watcher)
            for taken in map_batches(pool, examine_batch, copied) if pool else map(examine_batch, copied):
                watcher(0, len(taken))
                yield taken
            return
        source = intake.origin.folder / intake.prefix
        large: list[Job] = []
        small = _small(intake, source, jobs, large)
        for taken in map_batches(pool, take_batch, small) if pool else map(take_batch, small):
            watcher(sum(file.size for file in taken), len(taken))
            yield taken
        if large and pool is None:
            # The identifiers load their tables while the first large file is copied.
            threading.Thread(target=warm_up, daemon=True).start()
        for job in large:
            batch = intake.batch(str(source), [job])
            if pool is None:
                taken = [take_file(batch, watcher, intake.behind)]
            else:  # a worker has the tables, which take 80 MB
                lies = copy_large(batch, watcher, intake.behind)
                taken = answer(pool, examine_batch, intake.batch("", [job], [lies]))
            watcher(0, 1)
            yield taken


def _small(intake: Intake, source: Path, jobs: Iterable[Job], large: list[Job]) -> Iterator[Batch]:
    """Small files in batches; large ones are put aside."""
    batch: list[Job] = []
    size = 0
    for job in jobs:
        if job.size >= LARGE:
            large.append(job)
            continue
        batch.append(job)
        size += job.size
        if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield intake.batch(str(source), batch)
            batch, size = [], 0
    if batch:
        yield intake.batch(str(source), batch)


def _copied(intake: Intake, jobs: Iterable[Job], watcher: Progress) -> Iterator[Batch]:
    """Copy members in the order in which they lie, reading the archive once; they are examined in batches."""
    waiting = {intake.prefix + job.path: job for job in jobs}
    batch: list[Job] = []
    taken: list[Taken] = []
    for entry, stream in intake.origin.stream(lambda entry: entry.path in waiting):
        job = waiting[entry.path]
        taken.append(take_member(stream, intake.target, intake.algorithms, job, watcher))
        batch.append(job)
        if len(batch) >= _BATCH_FILES:
            yield intake.batch("", batch, taken)
            batch, taken = [], []
    if batch:
        yield intake.batch("", batch, taken)


def damaged_rows(target: Path, rows: Iterable[FileRow], *, thorough: bool) -> Iterator[int]:
    """The numbers of files that the journal calls copied but that are not there as they should be.

    After a mere kill the system still wrote what was written, and size is enough; `thorough` reads every byte, for
    after a power loss, when a name may be there without its bytes.
    """
    for row in rows:
        if row.copied is None:
            continue
        known = from_json(Copied, row.copied)
        path = target / row.stored
        try:
            good = path.lstat().st_size == known.size
            if good and thorough:
                good = digest_file(path, ("sha256",))[1]["sha256"] == known.digests["sha256"]
        except OSError:
            good = False
        if not good:
            yield row.number
