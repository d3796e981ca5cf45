"""Compares every file of a bag with its manifests: each byte is read once, while the manifests are still being read."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, Self

from metadata import digest_workers, hashing
from metadata.bag import ALGORITHMS
from metadata.beside import Beside
from metadata.compact import FEW
from metadata.findings import Finding
from metadata.inventory import Inventory
from metadata.opened import OpenedBag, known

_FEW_FILES = 400
_FEW_BYTES = 32 << 20
Lists = Sequence[tuple[str, Mapping[str, str]]]
"""Algorithms, and the digests that a manifest gives in them to paths."""


@dataclass(slots=True)
class Fixity:
    """What came of it: findings, digests compared, bytes read."""

    findings: list[Finding] = field(default_factory=list)
    digests: int = 0
    size: int = 0


class Said(NamedTuple):
    """What is said of a file: path, algorithm, digest in lower-case hex; its size in bytes when last seen."""

    path: str
    algorithm: str
    digest: str
    size: int


def _lists(bag: OpenedBag, tag: bool) -> Lists:
    return [
        (manifest.algorithm, bag.digests.get(manifest.name, {}))
        for manifest in bag.manifests
        if manifest.tag is tag and known(manifest)
    ]


def jobs(bag: OpenedBag, files: Iterable[tuple[str, int]]) -> Iterator[hashing.Job]:
    """Files to be read, each for all algorithms of the manifests of its half of the bag.

    What the manifests list need not be known yet: in a good bag no file is without its digest.
    """
    halves = {tag: tuple(dict.fromkeys(name for name, _ in _lists(bag, tag))) for tag in (True, False)}
    for path, size in files:
        algorithms = halves[not path.startswith("data/")]
        if algorithms and not path.startswith("tagmanifest-"):  # which no manifest lists
            yield path, algorithms, size


class Comparison:
    """A comparison that goes on in a thread while files are still being found, then manifests read, then rules asked.

    Within `with`; whoever leaves early ends it. Of a large bag no more than `FEW` files are read before the manifests
    are: what is found and what was read would lie in memory until then.
    """

    def __init__(self, root: Path, *, from_medium: bool, workers: int, progress: Callable[[int], None]) -> None:
        self._reading = Reading(str(root), from_medium, workers, progress)
        self._jobs: queue.SimpleQueue[list[hashing.Job] | None] = queue.SimpleQueue()
        self._listed = threading.Event()
        self._count = 0  # files that were put there
        self._left = False
        self._bag = OpenedBag(root, Inventory())
        self._result = Fixity()
        self._work = Beside(self._compare, "fixity")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._left = True
        self._jobs.put(None)
        self._listed.set()

    def seen(self, bag: OpenedBag, files: Iterable[tuple[str, int]]) -> None:
        """Files to be read (`metadata.opened.Seen`)."""
        self._bag = bag
        some = list(islice(files, FEW - self._count))
        self._count += len(some)
        self._jobs.put(list(jobs(bag, some)))

    def all_seen(self) -> None:
        """There are no more."""
        self._jobs.put(None)

    def listed(self) -> None:
        """The manifests are read: now it is known what each file should be."""
        self._listed.set()

    def result(self) -> Fixity:
        """What came of it. A worker that dies is an error of ours and raises RuntimeError, never a clean result."""
        return self._work.join()

    def _found(self) -> Iterator[hashing.Job]:
        while (some := self._jobs.get()) is not None:
            yield from some
        if self._count == FEW:
            self._listed.wait()
        if self._count == FEW and not self._left:
            yield from jobs(self._bag, islice(self._bag.inventory.files.items(), FEW, None))

    def _compare(self) -> Fixity:
        found = self._found()
        few, count, size = [], 0, 0
        for job in found:
            few.append(job)
            count += 1
            size += job[2]
            if workers_for(count, size, 1):
                break
        reading = replace(self._reading, workers=workers_for(count, size, self._reading.workers))
        held: list[digest_workers.Answer] = []
        with closing(reading.answers(chain(few, found))) as answers:
            for answer in answers:
                held.append(answer)
                if self._listed.is_set():
                    self._take(held)
                if self._left:
                    return self._result
        self._listed.wait()
        self._take(held)
        self._result.findings.sort(key=lambda finding: finding.where)
        return self._result

    def _take(self, answers: list[digest_workers.Answer]) -> None:
        for chunk, found in answers:
            moved = _judge(self._bag, chunk, found, self._result)
            self._result.size += moved
            self._reading.progress(moved)
        answers.clear()


def check_fixity(bag: OpenedBag, *, from_medium: bool, workers: int, progress: Callable[[int], None]) -> Fixity:
    """Read and compare the files of a bag that was opened. Raises as `Comparison.result`."""
    with Comparison(bag.root, from_medium=from_medium, workers=workers, progress=progress) as comparison:
        comparison.seen(bag, bag.inventory.files.items())
        comparison.all_seen()
        comparison.listed()
        return comparison.result()


def _judge(bag: OpenedBag, chunk: digest_workers.Chunk, found: list[hashing.Read], result: Fixity) -> int:
    """Compare a chunk; how many bytes were read of what a manifest lists: the rules say what none does."""
    lists = {payload: _lists(bag, tag=not payload) for payload in (True, False)}
    single = {payload: some[0][1] if len(some) == 1 else {} for payload, some in lists.items()}
    moved = 0
    for job, read in zip(chunk, found, strict=True):
        path, _, size = job
        payload = path.startswith("data/")
        if single[payload].get(path) == read[0]:  # most by far: one manifest, and nothing wrong
            result.digests += 1
            moved += size
            continue
        wanted = [(algorithm, digests[path]) for algorithm, digests in lists[payload] if path in digests]
        if not wanted:
            continue
        result.digests += len(wanted)
        moved += size
        if read[1]:
            result.findings.append(Finding("bag.file-unreadable", path, values={"reason": read[1]}))
            continue
        seen = by_algorithm(job, read)
        if differing := ", ".join(algorithm for algorithm, digest in wanted if seen[algorithm] != digest):
            code = "bag.digest-differs" if payload else "bag.tag-digest-differs"
            result.findings.append(Finding(code, path, values={"algorithms": differing}))
    return moved


def by_algorithm(job: hashing.Job, read: hashing.Read) -> dict[str, str]:
    """The digests of a job that could be read."""
    if len(job[1]) == 1:
        return {job[1][0]: read[0]}
    begin, seen = 0, {}
    for algorithm in job[1]:
        end = begin + ALGORITHMS[algorithm]
        seen[algorithm] = read[0][begin:end]
        begin = end
    return seen


def workers_for(count: int, size: int, workers: int) -> int:
    """How many processes so many files of so many bytes are worth: none for few, which are read before one starts."""
    return 0 if count < _FEW_FILES and size < _FEW_BYTES else workers


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: below `root`, from the medium or the cache, by how many processes (0: in this one)."""

    root: str
    from_medium: bool
    workers: int
    progress: Callable[[int], None]

    def answers(self, wanted: Iterator[hashing.Job]) -> Generator[digest_workers.Answer, None, None]:
        """What each job came to. Raises RuntimeError when a worker dies."""
        if self.workers:
            return digest_workers.elsewhere(self.root, wanted, self.from_medium, self.workers)
        return digest_workers.here(self.root, wanted, self.from_medium)
