"""What every file of a deposit gives cause to say: gathered as it is taken in, or by a look through that keeps nothing.

The look goes through the functions that take files in, so that `check` cannot say less than `ingest`.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from itertools import islice
from pathlib import Path

from metadata.findings import Finding
from metadata.identity import readable
from metadata.names import safe_names
from preserve.clock import zone
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.aliases import aliases
from preserve.ingest.extraction.marks import MARK
from preserve.ingest.facts import Character, Copied, Identification, from_json
from preserve.ingest.file_pass import Batch, Job, Taken, checked, examine_batch, take_member
from preserve.ingest.receive import Deposit
from preserve.ingest.rules.profile import SecrecyMarks, read_rules
from preserve.ingest.rules.readable import with_article
from preserve.progress import check_stop
from storage_adapters.reading import digest_file

Progress = Callable[[int], None]

_DIGEST = "sha256"
"""By this two files of one size are told to be the same."""

_FILES = 250
_BYTES = 256 << 20  # of an archive's members that lie unpacked at a time, unless one alone is larger


class Sightings:
    """Findings and characters of files, in the order in which they are seen."""

    def __init__(self, home: Home, deposit: Deposit, names: Mapping[str, str]) -> None:
        self.findings: list[Finding] = []
        self.characters: dict[str, Character] = {}
        self.marks: dict[str, str] = {}
        self._same: dict[str, list[str]] = {}
        self._home, self._deposit, self._names = home, deposit, names
        self._rules = read_rules(home.profiles)
        self._own = deposit.description_name.removeprefix(deposit.prefix)

    def see(self, path: str, identification: Identification, character: Character, digest: str = "") -> None:
        """One file. The description was read already, which says more than a format identifier could.

        `digest` is empty where no other file can be the same.
        """
        if path == self._own:
            return
        self.findings += with_article((*identification.findings, *character.findings), self._rules.readable)
        name = self._names.get(path) or path
        if character.kind in ("video", "sound", "image"):
            self.characters[name] = character
        if mark := dict(character.properties).get(MARK):
            self.marks[name] = mark
        if digest:
            self._same.setdefault(digest, []).append(name)

    def identical(self) -> tuple[tuple[str, ...], ...]:
        """The files that are the same as another."""
        return tuple(tuple(sorted(names)) for names in self._same.values() if len(names) > 1)

    def look(self, progress: Progress) -> None:
        """See every file of the deposit. Raises Refused where an archive cannot be read on."""
        self._home.work.mkdir(parents=True, exist_ok=True)
        where = zone(self._home.settings.time_zone)
        look = _Look(where, self._home.work, self._rules.secrecy_marks, progress)
        for job, taken in _look_through(self._deposit, self._names, look):
            if taken.refusal is not None:
                self.findings.append(taken.refusal)
            else:
                seen = from_json(Identification, taken.identified), from_json(Character, taken.characterised)
                digests = from_json(Copied, taken.copied).digests if taken.copied else {}
                self.see(job.path, *seen, digests.get(_DIGEST, "") if taken.size else "")


@dataclass(frozen=True, slots=True)
class _Look:
    """How files are looked at: the cameras' zone, room for what is unpacked, what marks of secrets look like."""

    where: tzinfo
    scratch: Path
    secrecy: SecrecyMarks
    progress: Progress


def _look_through(deposit: Deposit, names: Mapping[str, str], look: _Look) -> Iterator[tuple[Job, Taken]]:
    jobs = _jobs(deposit, names)
    sizes = Counter(entry.size for entry in deposit.files)
    twice = frozenset(size for size, count in sizes.items() if size and count > 1)
    if deposit.source.folder is not None:
        yield from _in_folder(jobs, deposit.source.folder / deposit.prefix, twice, look)
    else:
        yield from _in_archive(deposit, jobs, twice, look)


def _jobs(deposit: Deposit, names: Mapping[str, str]) -> Iterator[Job]:
    paths = [entry.path.removeprefix(deposit.prefix) for entry in deposit.files]
    for number, (entry, path, stored) in enumerate(zip(deposit.files, paths, safe_names(paths), strict=True), 1):
        wanted = deposit.wanted.get(entry.path, ())
        yield Job(number, path, stored, entry.size, wanted, names.get(path) or readable(path))


def _in_folder(jobs: Iterator[Job], folder: Path, twice: frozenset[int], look: _Look) -> Iterator[tuple[Job, Taken]]:
    """Where they lie; read whole only where a digest is declared, or another file has the same size."""
    with aliases(folder) as alias:
        while batch := [replace(job, stored=str(alias(job.path, job.name))) for job in islice(jobs, _FILES)]:
            taken = []
            for job in batch:
                check_stop()
                taken.append(_compared(folder / job.path, job, (_DIGEST,) if job.size in twice else (), look.progress))
            yield from zip(batch, _examined(folder, look, batch, taken), strict=True)


def _compared(path: Path, job: Job, kept: tuple[str, ...], progress: Progress) -> Taken:
    try:
        if not job.wanted and not kept:
            with path.open("rb"):
                progress(job.size)
            return Taken(job.number, job.size)
        algorithms = tuple(dict.fromkeys((*kept, *(wanted.algorithm for wanted in job.wanted))))
        size, digests = digest_file(path, algorithms, from_medium=False, progress=progress)
    except OSError as error:
        values = {"reason": error.strerror or str(error)}
        return Taken(job.number, 0, refusal=Finding("storage.source-unreadable", job.path, "refuse", values))
    return checked(job, size, digests, kept)


def _in_archive(
    deposit: Deposit, jobs: Iterator[Job], twice: frozenset[int], look: _Look
) -> Iterator[tuple[Job, Taken]]:
    """Unpacked for as long as it takes to look: some at a time, read in the order in which they lie."""
    waiting = {deposit.prefix + job.path: job for job in jobs}
    members = deposit.source.stream(lambda entry: entry.path in waiting)
    more = True
    while more:
        with tempfile.TemporaryDirectory(prefix="look-", dir=look.scratch) as folder:
            batch: list[Job] = []
            taken: list[Taken] = []
            size, more = 0, False
            for entry, stream in members:
                check_stop()
                job = waiting.pop(entry.path)
                batch.append(job)
                kept = (_DIGEST,) if job.size in twice else ()
                taken.append(take_member(stream, Path(folder), kept, job, look.progress))
                size += entry.size
                if len(batch) == _FILES or size > _BYTES:
                    more = True
                    break
            yield from zip(batch, _examined(Path(folder), look, batch, taken), strict=True)


def _examined(folder: Path, look: _Look, jobs: list[Job], taken: list[Taken]) -> list[Taken]:
    batch = Batch("", str(folder), "", look.where, (), tuple(jobs), tuple(taken), look.secrecy)
    return examine_batch(batch) if jobs else []


def as_finding(error: Refused) -> Finding:
    """A refusal that stood alone, among others."""
    return Finding(error.code, error.where, "refuse", dict(error.values), error.detail)
