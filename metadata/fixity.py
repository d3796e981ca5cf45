"""Compares every file of a bag with its manifests: chunks of files, a few worker processes, each byte read once."""

from __future__ import annotations

import hashlib
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from metadata import hashing
from metadata.findings import Finding
from metadata.opened import OpenedBag, known

_FILES = 500
_BYTES = 64 << 20
_FEW_FILES = 400
_FEW_BYTES = 32 << 20
_DIED = "a worker that computes digests ended early"


@dataclass(slots=True)
class Fixity:
    """What came of it: findings, digests compared, bytes read."""

    findings: list[Finding] = field(default_factory=list)
    digests: int = 0
    size: int = 0


def jobs(bag: OpenedBag) -> Iterator[hashing.Job]:
    """Every file that a manifest of a known algorithm lists, with all its digests, in the inventory's order."""
    for tag in (True, False):
        lists = [
            (manifest.algorithm, bag.digests[manifest.name])
            for manifest in bag.manifests
            if manifest.tag is tag and known(manifest)
        ]
        for path, size in bag.inventory.files.items():
            if path.startswith("data/") is tag:
                continue
            wanted = [(algorithm, digests[path]) for algorithm, digests in lists if path in digests]
            if wanted:
                algorithms, expected = zip(*wanted, strict=True)
                yield path, algorithms, expected, size


def check_fixity(bag: OpenedBag, *, from_medium: bool, workers: int, progress: Callable[[int], None]) -> Fixity:
    """Read and compare. A worker that dies is an error of ours and raises RuntimeError, never a clean result."""
    result = Fixity()
    files = bag.inventory.files
    reading = Reading(str(bag.root), from_medium, workers_for(len(files), sum(files.values()), workers), progress)
    for path, algorithms, reason in compare(jobs(bag), reading, result):
        if reason:
            result.findings.append(Finding("bag.file-unreadable", path, values={"reason": reason}))
        elif path.startswith("data/"):
            result.findings.append(Finding("bag.digest-differs", path, values={"algorithms": algorithms}))
        else:
            result.findings.append(Finding("bag.tag-digest-differs", path, values={"algorithms": algorithms}))
    result.findings.sort(key=lambda finding: finding.where)
    return result


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


def compare(wanted: Iterator[hashing.Job], reading: Reading, counted: Fixity) -> Iterator[tuple[str, str, str]]:
    """Path, algorithms that differ, reason why it could not be read, of each file that is not as wanted.

    Digests and bytes are added up in `counted`. Raises RuntimeError when a worker dies.
    """
    ask = _elsewhere if reading.workers else _here
    for chunk, wrong in ask(reading.root, _chunks(wanted), reading.from_medium, reading.workers):
        counted.digests += sum(len(job[1]) for job in chunk)
        moved = sum(job[3] for job in chunk)
        counted.size += moved
        reading.progress(moved)
        for place, algorithms, reason in wrong:
            yield chunk[place][0], algorithms, reason


def _chunks(wanted: Iterator[hashing.Job]) -> Iterator[list[hashing.Job]]:
    chunk: list[hashing.Job] = []
    size = 0
    for job in wanted:
        chunk.append(job)
        size += job[3]
        if len(chunk) == _FILES or size > _BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


Answer = tuple[list[hashing.Job], list[hashing.Wrong]]


def _here(root: str, chunks: Iterator[list[hashing.Job]], from_medium: bool, workers: int) -> Iterator[Answer]:
    for chunk in chunks:
        yield chunk, hashing.compare(root, chunk, from_medium)


def _elsewhere(root: str, chunks: Iterator[list[hashing.Job]], from_medium: bool, workers: int) -> Iterator[Answer]:
    """One thread a worker process feeds it; the chunks are made under a lock as they are wanted."""
    lock = threading.Lock()
    answers: queue.SimpleQueue[Answer | BaseException | None] = queue.SimpleQueue()
    stopped = threading.Event()

    def feed() -> None:
        try:
            with _worker() as process:
                assert process.stdin is not None and process.stdout is not None
                while not stopped.is_set():
                    with lock:
                        chunk = next(chunks, None)
                    if chunk is None:
                        break
                    hashing.send(process.stdin, (root, from_medium, chunk))  # type: ignore[arg-type]
                    wrong = hashing.receive(process.stdout)  # type: ignore[arg-type]
                    if wrong is None:
                        raise RuntimeError(_DIED)
                    answers.put((chunk, wrong))
                process.stdin.close()
            answers.put(None)
        except BrokenPipeError as error:  # it died before it had read the chunk
            answers.put(RuntimeError(f"{_DIED}: {error}"))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that asked
            answers.put(error)

    threads = [threading.Thread(target=feed, name=f"digests-{number}", daemon=True) for number in range(workers)]
    for thread in threads:
        thread.start()
    try:
        running = workers
        while running:
            answer = answers.get()
            if answer is None:
                running -= 1
            elif isinstance(answer, BaseException):
                raise answer
            else:
                yield answer
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def _worker() -> subprocess.Popen[bytes]:
    # Without site-packages a worker starts in 15 ms; only where OpenSSL has no SM3 does it need them.
    lean = ["-S"] if "sm3" in hashlib.algorithms_available else []
    script = str(Path(hashing.__file__).resolve())
    return subprocess.Popen(
        [sys.executable, "-I", *lean, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"LC_ALL": "C.UTF-8"}
    )
