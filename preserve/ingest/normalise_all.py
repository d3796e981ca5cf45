"""Normalises every file that is not normalised yet: what is kept at once, the rest several at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from preserve.data_management.journal import FileRow
from preserve.ingest.context import Ingest
from preserve.ingest.derive import Workshop, normalise
from preserve.ingest.facts import Normalised, from_json
from preserve.ingest.normalise import Plan, formats_profile, seconds_of_media
from preserve.ingest.provenance import TakenFile
from preserve.progress import Progress, check_stop
from preserve.work import processors, threads
from storage_adapters.reading import digest_file

_BATCH = 500

Outcomes = list[tuple[int, Normalised]]


class Meter:
    """Adds up the seconds of media that several programs at once have gone through, and passes whole ones on."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._turn = threading.Lock()
        self._seconds = 0.0
        self._passed_on = 0

    def add(self, seconds: float, files: int = 0) -> None:
        """Called from whichever thread a program is watched by. Raises Stopped."""
        with self._turn:
            self._seconds += seconds
            whole = int(self._seconds) - self._passed_on
            self._passed_on += whole
            self._progress(whole, files)


@dataclass(slots=True)
class Pulse:
    """One file's part of the meter: `expected` seconds, however many programs go through it and how far each tells."""

    meter: Meter
    expected: float
    ended: threading.Event
    _before: float = 0.0
    _last: float = 0.0
    _counted: float = field(default=0.0)

    def __call__(self, seconds: float) -> None:
        """A program has come so far. Raises Stopped, and RuntimeError where another file's error ended the work."""
        check_stop()
        if self.ended.is_set():
            raise RuntimeError("another file failed")
        if seconds < self._last:  # the next program has begun
            self._before += self._last
        self._last = seconds
        self._count(min(self._before + seconds, self.expected))

    def finish(self) -> None:
        """The file is done: what its programs did not tell counts as well."""
        self._count(self.expected, 1)

    def _count(self, seconds: float, files: int = 0) -> None:
        more = max(0.0, seconds - self._counted)
        self._counted += more
        self.meter.add(more, files)


class _Running:
    """The files that are being normalised; what came of each is taken out as it is done."""

    def __init__(self, ingest: Ingest, pool: ThreadPoolExecutor, workshop: Workshop, meter: Meter) -> None:
        self._ingest, self._pool, self._workshop, self._meter = ingest, pool, workshop, meter
        self._ended = threading.Event()
        self._futures: dict[Future[Normalised], tuple[int, Pulse]] = {}

    def __len__(self) -> int:
        return len(self._futures)

    def begin(self, number: int, file: TakenFile, wanted: Plan) -> None:
        """Let a thread wait for the programs that make what is wanted."""
        source = self._ingest.data("original") / file.stored
        pulse = Pulse(self._meter, seconds_of_media(file, wanted), self._ended)
        future = self._pool.submit(normalise, source, file, number, wanted, self._workshop, pulse)
        self._futures[future] = number, pulse

    def finished(self) -> Outcomes:
        """Wait a moment for any of them; their results, or the first error."""
        done, _ = wait(self._futures, timeout=0.2, return_when=FIRST_COMPLETED)
        check_stop()
        outcomes = []
        for future in done:
            number, pulse = self._futures.pop(future)
            outcomes.append((number, future.result()))
            pulse.finish()
        return outcomes

    def end(self) -> None:
        """End the programs of all that are still running."""
        self._ended.set()
        for future in self._futures:
            future.cancel()


def normalise_all(
    ingest: Ingest,
    pending: Iterable[tuple[int, TakenFile]],
    wants: Callable[[TakenFile], Plan],
    workers: int,
    watcher: Progress,
) -> Iterator[Outcomes]:
    """What came of each file, in batches, so that the caller can record them. `wants` says what is to be made of one.

    The work is done by other programs, so threads wait for them; a wish to stop kills those programs. `watcher` counts
    seconds of media.
    """
    home = ingest.home
    workers = workers or processors()
    # Twice as many threads as there are processors: a program often waits for its own slowest part, and the last
    # recording, or the only one, must not have a single processor while others idle.
    each = max(1, min(processors(), 2 * processors() // workers))
    digests = tuple(home.settings.digests)
    workshop = Workshop(ingest.data, ingest.scratch, digests, each, formats_profile(home.profiles))
    kept: Outcomes = []
    with threads(workers) as pool:
        running = _Running(ingest, pool, workshop, Meter(watcher))
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
                running.begin(number, file, wanted)
                while len(running) >= workers * 2:
                    yield running.finished()
            if kept:
                watcher(0, len(kept))
                yield kept
            while len(running):
                if done := running.finished():
                    yield done
        finally:
            running.end()


def damaged_rows(ingest: Ingest, rows: Iterable[FileRow], *, thorough: bool) -> Iterator[int]:
    """The numbers of files whose derivatives are not there as the journal says; see `take_in.damaged_rows`."""
    for row in rows:
        if row.normalised is None:
            continue
        for derivative in from_json(Normalised, row.normalised).derivatives:
            path: Path = ingest.data(derivative.role) / derivative.stored
            try:
                good = path.lstat().st_size == derivative.size
                if good and thorough:
                    good = digest_file(path, ("sha256",))[1]["sha256"] == derivative.digests["sha256"]
            except OSError:
                good = False
            if not good:
                yield row.number
                break
