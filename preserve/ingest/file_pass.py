"""One pass over each file of a deposit: copied with its digests, identified, characterised.

Small files go in batches to worker processes; one batch is one call, and what comes back is only what was found.
Nothing here knows the catalogue: the runner records.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from metadata.findings import Finding
from preserve.errors import Refused
from preserve.ingest.declared import Wanted
from preserve.ingest.facts import Copied, to_json
from preserve.ingest.rules.profile import SecrecyMarks
from storage_adapters.copying import copy_file_checked, copy_stream
from storage_adapters.errors import StorageError
from storage_adapters.read_behind import ReadBehind
from storage_adapters.sharing import Way, share_file_checked

if TYPE_CHECKING:
    from preserve.ingest.extraction.parts import Examined

_IN_MEMORY = 8 << 20
"""Bytes of small files that a worker keeps of a batch, so that each is read once."""

LARGE = 8 << 20
"""Files from this size on are copied one by one with a thread for each digest, and their progress is shown."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to be taken in. `wanted` are the digests that are declared for it.

    `name` is what the file is called (see `metadata.identity`) where that is not its path.
    """

    number: int
    path: str
    stored: str
    size: int
    wanted: tuple[Wanted, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one job: facts as JSON, or the reason why it could not be taken in."""

    number: int
    size: int
    copied: str = ""
    identified: str = ""
    characterised: str = ""
    refusal: Finding | None = None
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Some files to be taken in from the folder `source`, or already copied ones (`taken`) to be examined.

    `texts` is the folder for what is read out of documents; empty: nothing is read. `zone` is where the cameras' clocks
    run. `secrecy` says what marks of state secrets look like; None: they are not looked for. `workers` may identify at
    once where no other process works beside this one. `way` is how the files may share the source's blocks: only where
    the source is the archive's own.
    """

    source: str
    target: str
    texts: str
    zone: tzinfo
    algorithms: tuple[str, ...]
    jobs: tuple[Job, ...]
    taken: tuple[Taken, ...] = ()
    secrecy: SecrecyMarks | None = None
    workers: int = 1
    way: Way = "none"


@lru_cache(maxsize=8)
def _folder(path: str) -> Path:
    """One object for all files of a batch: to take a path apart costs as much as to read a small file."""
    return Path(path)


def _forget(data: bytes) -> None:
    """For bytes that nobody keeps."""


def take_batch(batch: Batch) -> list[Taken]:
    """Copy, identify and characterise small files; runs in a worker process.

    Errors of the target medium (full, failing, read-only) are raised as StorageError; what is wrong with a
    file itself comes back with it.
    """
    taken: list[Taken] = []
    read: dict[int, bytes] = {}
    size = 0
    for job in batch.jobs:
        # What would be too much in memory is read again from the copy.
        seen = partial(read.__setitem__, job.number) if size + job.size <= _IN_MEMORY else _forget
        taken.append(_copy(batch, job, lambda moved: None, seen=seen))
        size += job.size
    return _examine(batch, taken, read)


def examine_batch(batch: Batch) -> list[Taken]:
    """Identify and characterise files that were copied already; runs in a worker process."""
    return _examine(batch, batch.taken, {})


def take_file(batch: Batch, progress: Callable[[int], None], behind: ReadBehind | None = None) -> Taken:
    """Copy the one file of a batch and find out what it is; with `behind` a large one is read back meanwhile."""
    return _examine(batch, [copy_large(batch, progress, behind)], {})[0]


def copy_large(batch: Batch, progress: Callable[[int], None], behind: ReadBehind | None = None) -> Taken:
    """As `take_file`; what the file is, is found out after it (`examine_batch`)."""
    return _copy(batch, batch.jobs[0], progress, behind)


def _copy(
    batch: Batch,
    job: Job,
    progress: Callable[[int], None],
    behind: ReadBehind | None = None,
    seen: Callable[[bytes], None] = _forget,
) -> Taken:
    source = _folder(batch.source) / os.fsdecode(os.fsencode(job.path))
    target = _folder(batch.target) / job.stored
    algorithms = _algorithms(batch.algorithms, job) if job.wanted else batch.algorithms
    try:
        if batch.way == "none":
            size, digests = copy_file_checked(source, target, algorithms, progress, behind, seen)
        else:
            size, digests = share_file_checked(source, target, algorithms, progress, batch.way)
    except StorageError as error:
        if error.code in ("storage.changed", "storage.source-unreadable"):
            values = {name: value for name, value in error.values.items() if name == "reason"}
            return Taken(
                job.number,
                0,
                refusal=Finding(error.code, job.name or job.path, "refuse", values),
                passing=error.passing,
            )
        raise
    return checked(job, size, digests, batch.algorithms)


def take_stream(
    stream: BinaryIO, target: Path, algorithms: tuple[str, ...], job: Job, progress: Callable[[int], None]
) -> Taken:
    """Copy one member of an archive; its identification follows in a batch (`examine_batch`)."""
    size, digests = copy_stream(stream, target / job.stored, _algorithms(algorithms, job), progress)
    return checked(job, size, digests, algorithms)


def take_member(
    stream: BinaryIO, target: Path, algorithms: tuple[str, ...], job: Job, progress: Callable[[int], None]
) -> Taken:
    """As `take_stream`; a member that cannot be read to its end comes back with that refusal, and others follow it."""
    try:
        return take_stream(stream, target, algorithms, job, progress)
    except Refused as error:
        values = dict(error.values)
        return Taken(job.number, 0, refusal=Finding(error.code, job.path, "refuse", values, error.detail))


def _examine(batch: Batch, taken: Sequence[Taken], in_memory: Mapping[int, bytes]) -> list[Taken]:
    """Identify and characterise copied files and read their texts: from their bytes `in_memory`, by the files'
    numbers, and else from the copies.
    """
    from preserve.ingest.characterise import characterise
    from preserve.ingest.extraction.marks import mark_of
    from preserve.ingest.extraction.parts import Examined, write_part
    from preserve.ingest.identify import identify_many
    from preserve.ingest.rules.secrecy_marks import may_be_in

    target = _folder(batch.target)
    copied = [(job, file) for job, file in zip(batch.jobs, taken, strict=True) if file.refusal is None]
    asked = [(target / job.stored, job.name or job.path, file.size) for job, file in copied]
    known = {
        path: in_memory[job.number]
        for (job, _), (path, _, _) in zip(copied, asked, strict=True)
        if job.number in in_memory
    }
    read: dict[int, Examined] = {}
    identified = identify_many(asked, batch.workers, known)
    for (job, _), (path, name, _), identification in zip(copied, asked, identified, strict=True):
        data = known.get(path)
        character = characterise(path, identification, name, batch.zone, data)
        read[job.number] = Examined(job.number, path, character, identification, data)
    marks: dict[int, str] = {}
    rule = batch.secrecy

    def look(number: int, text: str) -> None:
        if rule is not None:
            marks[number] = mark_of(read[number].path, read[number].character, text, rule)

    if batch.texts:
        write_part(
            Path(batch.texts), list(read.values()), look, lambda text: rule is not None and may_be_in(text, rule)
        )
    return [_with_facts(file, read.get(file.number), marks.get(file.number, "")) for file in taken]


def _with_facts(file: Taken, examined: Examined | None, mark: str) -> Taken:
    """What came of a job with what was found out about the file; `mark` is one of a state secret in it."""
    if examined is None:
        return file
    from preserve.ingest.extraction.marks import MARK

    character = examined.character
    if mark:
        character = replace(character, properties=(*character.properties, (MARK, mark)))
    return replace(file, identified=to_json(examined.identification), characterised=to_json(character))


def warm_up() -> None:
    """Load what identification and characterisation need, so that the first file does not wait for it."""
    from preserve.ingest.identifiers import pronom, siegfried

    pronom.identify(b" ", b" ", "x.mp4")
    siegfried.prepare()


def get_ready() -> None:
    """Load all that a worker needs before its first batch."""
    _examine(Batch("", "", "", UTC, (), ()), (), {})
    warm_up()


def _algorithms(algorithms: tuple[str, ...], job: Job) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*algorithms, *(wanted.algorithm for wanted in job.wanted))))


def checked(job: Job, size: int, digests: dict[str, str], algorithms: tuple[str, ...]) -> Taken:
    """What came of a file that was read: refused where it is not what was declared, else with its digests."""
    for name, value, source in job.wanted:
        if digests[name] != value.lower():
            values = {"algorithm": name, "declared": value, "computed": digests[name], "source": source}
            return Taken(
                job.number, size, refusal=Finding("ingest.digest-differs", job.name or job.path, "refuse", values)
            )
    if size != job.size:
        values_ = {"listed": job.size, "read": size}
        return Taken(job.number, size, refusal=Finding("ingest.size-differs", job.name or job.path, "refuse", values_))
    return Taken(job.number, size, to_json(Copied(size, {name: digests[name] for name in algorithms})))
