"""Normalises every file that is not normalised yet: what is kept at once, the rest several at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path

from preserve.data_management.journal import FileRow
from preserve.ingest.context import Ingest
from preserve.ingest.facts import Normalised, from_json
from preserve.ingest.normalise import Plan, formats_profile, normalise
from preserve.ingest.provenance import TakenFile
from preserve.progress import Progress, check_stop
from preserve.work import processors, threads
from storage_adapters.reading import digest_file

_BATCH = 500

Outcomes = list[tuple[int, Normalised]]


def normalise_all(
    ingest: Ingest,
    pending: Iterable[tuple[int, TakenFile]],
    wants: Callable[[TakenFile], Plan],
    count: int,
    workers: int,
    watcher: Progress,
) -> Iterator[Outcomes]:
    """What came of each file, in batches, so that the caller can record them. `wants` says what is to be made of one.

    The work is done by other programs, so threads wait for them; a wish to stop kills those programs.
    """
    watcher.begin("ingest.step-normalise", None, count)
    home = ingest.home
    profile = formats_profile(home.profiles)
    algorithms = tuple(home.settings.digests)
    workers = workers or processors()
    each = max(1, processors() // workers)
    stopping = threading.Event()

    def pulse(seconds: float) -> None:
        check_stop()
        if stopping.is_set():
            raise RuntimeError("another file failed")

    running: dict[Future[Normalised], int] = {}
    kept: Outcomes = []
    with threads(workers) as pool:
        try:
            for number, file in pending:
                wanted = wants(file)
                if not wanted.needs_work:
                    kept.append((number, Normalised("keep", wanted.rule)))
                    if len(kept) >= _BATCH:
                        watcher(0, len(kept))
                        yield kept
                        kept = []
                    continue
                source = ingest.data("original") / file.stored
                future = pool.submit(
                    normalise,
                    source,
                    file,
                    number,
                    wanted,
                    ingest.data,
                    ingest.scratch,
                    algorithms,
                    pulse,
                    each,
                    profile,
                )
                running[future] = number
                while len(running) >= workers * 2:
                    yield _finished(running, watcher)
            if kept:
                watcher(0, len(kept))
                yield kept
            while running:
                if done := _finished(running, watcher):
                    yield done
        finally:
            stopping.set()
            for future in running:
                future.cancel()


def _finished(running: dict[Future[Normalised], int], watcher: Progress) -> Outcomes:
    """Wait a moment for any of the running ones; their results, or the first error."""
    done, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
    check_stop()
    outcomes = [(running.pop(future), future.result()) for future in done]
    for _, outcome in outcomes:
        watcher(sum(made.size for made in outcome.derivatives), 1)
    return outcomes


def damaged_rows(ingest: Ingest, rows: Iterable[FileRow], *, thorough: bool) -> Iterator[int]:
    """The numbers of files whose derivatives are not there as the journal says; see `files.damaged_rows`."""
    for row in rows:
        if row.normalised is None:
            continue
        for made in from_json(Normalised, row.normalised).derivatives:
            path: Path = ingest.data(made.role) / made.stored
            try:
                good = path.lstat().st_size == made.size
                if good and thorough:
                    good = digest_file(path, ("sha256",))[1]["sha256"] == made.digests["sha256"]
            except OSError:
                good = False
            if not good:
                yield row.number
                break
