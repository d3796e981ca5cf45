"""What every file of a deposit gives cause to say: gathered as it is taken in, or by a look through that keeps nothing.

The look goes through the functions that take files in, so that `check` cannot say less than `ingest`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path

from metadata.findings import Finding
from metadata.names import safe_names
from preserve.clock import zone
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.facts import Character, Identification, from_json
from preserve.ingest.file_pass import Batch, Job, Taken, checked, examine_batch, take_member
from preserve.ingest.receive import Deposit
from preserve.ingest.rules.profile import read_rules
from preserve.ingest.rules.readable import with_article
from preserve.progress import check_stop
from storage_adapters.reading import digest_file

Progress = Callable[[int], None]

_FILES = 500
_WORKERS = 2
_BYTES = 256 << 20  # of an archive's members that lie unpacked at a time, unless one alone is larger


class Sightings:
    """Findings and characters of files, in the order in which they are seen."""

    def __init__(self, home: Home, deposit: Deposit) -> None:
        self.findings: list[Finding] = []
        self.characters: dict[str, Character] = {}
        self._home, self._deposit = home, deposit
        self._readable = read_rules(home.profiles).readable
        self._own = deposit.description_name.removeprefix(deposit.prefix)

    def see(self, path: str, identification: Identification, character: Character) -> None:
        """One file. The description was read already, which says more than a format identifier could."""
        if path == self._own:
            return
        self.findings += with_article((*identification.findings, *character.findings), self._readable)
        if character.kind in ("video", "sound", "image"):
            self.characters[path] = character

    def look(self, progress: Progress) -> None:
        """See every file of the deposit. Raises Refused where an archive cannot be read on."""
        self._home.work.mkdir(parents=True, exist_ok=True)
        where = zone(self._home.settings.time_zone)
        for job, taken in _look_through(self._deposit, where, self._home.work, progress):
            if taken.refusal is not None:
                self.findings.append(taken.refusal)
            else:
                seen = from_json(Identification, taken.identified), from_json(Character, taken.characterised)
                self.see(job.path, *seen)


def _look_through(deposit: Deposit, where: tzinfo, scratch: Path, progress: Progress) -> Iterator[tuple[Job, Taken]]:
    if deposit.source.folder is not None:
        yield from _in_folder(deposit, deposit.source.folder / deposit.prefix, where, progress)
    else:
        yield from _in_archive(deposit, where, scratch, progress)


def _jobs(deposit: Deposit, *, safe: bool) -> Iterator[Job]:
    paths = [entry.path.removeprefix(deposit.prefix) for entry in deposit.files]
    stored = safe_names(paths) if safe else iter(paths)
    for number, (entry, path, name) in enumerate(zip(deposit.files, paths, stored, strict=True), 1):
        yield Job(number, path, name, entry.size, deposit.wanted.get(entry.path, ()))


def _in_folder(deposit: Deposit, folder: Path, where: tzinfo, progress: Progress) -> Iterator[tuple[Job, Taken]]:
    """Where they lie; read whole only where a digest is declared."""
    batch: list[Job] = []
    taken: list[Taken] = []
    for job in _jobs(deposit, safe=False):
        check_stop()
        batch.append(job)
        taken.append(_compared(folder / os.fsdecode(os.fsencode(job.path)), job, progress))
        if len(batch) == _FILES:
            yield from zip(batch, _examined(folder, where, batch, taken), strict=True)
            batch, taken = [], []
    yield from zip(batch, _examined(folder, where, batch, taken), strict=True)


def _compared(path: Path, job: Job, progress: Progress) -> Taken:
    try:
        if not job.wanted:
            with path.open("rb"):
                progress(job.size)
            return Taken(job.number, job.size)
        algorithms = tuple(dict.fromkeys(wanted.algorithm for wanted in job.wanted))
        size, digests = digest_file(path, algorithms, from_medium=False, progress=progress)
    except OSError as error:
        values = {"reason": error.strerror or str(error)}
        return Taken(job.number, 0, refusal=Finding("storage.source-unreadable", job.path, "refuse", values))
    return checked(job, size, digests, ())


def _in_archive(deposit: Deposit, where: tzinfo, scratch: Path, progress: Progress) -> Iterator[tuple[Job, Taken]]:
    """Unpacked for as long as it takes to look: some at a time, read in the order in which they lie."""
    waiting = {deposit.prefix + job.path: job for job in _jobs(deposit, safe=True)}
    members = deposit.source.stream(lambda entry: entry.path in waiting)
    more = True
    while more:
        with tempfile.TemporaryDirectory(prefix="look-", dir=scratch) as folder:
            batch: list[Job] = []
            taken: list[Taken] = []
            size, more = 0, False
            for entry, stream in members:
                check_stop()
                job = waiting.pop(entry.path)
                batch.append(job)
                taken.append(take_member(stream, Path(folder), (), job, progress))
                size += entry.size
                if len(batch) == _FILES or size > _BYTES:
                    more = True
                    break
            yield from zip(batch, _examined(Path(folder), where, batch, taken), strict=True)


def _examined(folder: Path, where: tzinfo, jobs: list[Job], taken: list[Taken]) -> list[Taken]:
    if not jobs:
        return []
    return examine_batch(Batch("", str(folder), "", where, (), tuple(jobs), tuple(taken), _WORKERS))


def as_finding(error: Refused) -> Finding:
    """A refusal that stood alone, among others."""
    return Finding(error.code, error.where, "refuse", dict(error.values), error.detail)
