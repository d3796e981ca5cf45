"""Compares every file of a bag with its manifests: each byte is read once, while the manifests are still being read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from metadata import digest_workers, hashing
from metadata.bag import ALGORITHMS
from metadata.findings import Finding
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


def jobs(bag: OpenedBag) -> Iterator[hashing.Job]:
    """Every file of a half of the bag, for all algorithms of that half's manifests, in the inventory's order.

    What the manifests list need not be known yet: no file is without its digest in a good bag.
    """
    for tag in (True, False):
        algorithms = tuple(dict.fromkeys(name for name, _ in _lists(bag, tag)))
        for path, size in bag.inventory.files.items() if algorithms else ():
            # A manifest of tag files lists none of its kind, itself included.
            if path.startswith("data/") is not tag and not (tag and path.startswith("tagmanifest-")):
                yield path, algorithms, size


def _lists(bag: OpenedBag, tag: bool) -> Lists:
    return [
        (manifest.algorithm, bag.digests.get(manifest.name, {}))
        for manifest in bag.manifests
        if manifest.tag is tag and known(manifest)
    ]


def check_fixity(
    bag: OpenedBag,
    *,
    from_medium: bool,
    workers: int,
    progress: Callable[[int], None],
    listed: threading.Event | None = None,
) -> Fixity:
    """Read and compare. A worker that dies is an error of ours and raises RuntimeError, never a clean result.

    With `listed` the files are read while somebody else reads the manifests, who sets it when `bag.digests` is whole:
    nothing is compared before.
    """
    result = Fixity()
    files = bag.inventory.files
    reading = Reading(str(bag.root), from_medium, workers_for(len(files), sum(files.values()), workers), progress)
    held = []
    for answer in reading.answers(jobs(bag)):
        held.append(answer)
        if listed is None or listed.is_set():
            _compare(bag, held, reading, result)
            held.clear()
    if listed is not None:
        listed.wait()
    _compare(bag, held, reading, result)
    result.findings.sort(key=lambda finding: finding.where)
    return result


def _compare(bag: OpenedBag, answers: list[digest_workers.Answer], reading: Reading, result: Fixity) -> None:
    halves = {tag: _lists(bag, tag) for tag in (True, False)}
    for chunk, found in answers:
        moved = 0
        for job, read in zip(chunk, found, strict=True):
            path = job[0]
            payload = path.startswith("data/")
            wanted = [(algorithm, digests[path]) for algorithm, digests in halves[not payload] if path in digests]
            if not wanted:
                continue  # the rules say that nothing lists it
            result.digests += len(wanted)
            moved += job[2]
            if read[1]:
                result.findings.append(Finding("bag.file-unreadable", path, values={"reason": read[1]}))
                continue
            seen = by_algorithm(job, read)
            if differing := ", ".join(algorithm for algorithm, digest in wanted if seen[algorithm] != digest):
                code = "bag.digest-differs" if payload else "bag.tag-digest-differs"
                result.findings.append(Finding(code, path, values={"algorithms": differing}))
        result.size += moved
        reading.progress(moved)


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

    def answers(self, wanted: Iterator[hashing.Job]) -> Iterator[digest_workers.Answer]:
        """What each job came to. Raises RuntimeError when a worker dies."""
        if self.workers:
            return digest_workers.elsewhere(self.root, wanted, self.from_medium, self.workers)
        return digest_workers.here(self.root, wanted, self.from_medium)
