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

from metadata.compact import PackedDigests, PackedTexts, Places
from metadata.findings import Finding
from metadata.identity import readable
from metadata.names import safe_names
from preserve.clock import zone
from preserve.home import Home
from preserve.ingest.aliases import aliases
from preserve.ingest.extraction.marks import MARK
from preserve.ingest.facts import Character, Copied, Identification, from_json
from preserve.ingest.file_pass import Batch, Job, Taken, checked, examine_batch, take_member
from preserve.ingest.forecast import Forecast
from preserve.ingest.foreign.answers import to_answer
from preserve.ingest.receive import Deposit
from preserve.ingest.rules.profile import SecrecyMarks, read_rules
from preserve.ingest.rules.readable import with_article
from preserve.ingest.sources.inventory import paths_of
from preserve.progress import check_stop
from storage_adapters.reading import digest_file

Progress = Callable[[int], None]

_Seen = tuple[Job, Taken, Path]
"""A file, what was found out, and where it lies until the next is asked for."""

_DIGEST = "sha256"
_FILES = 500
_WORKERS = 2
_BYTES = 256 << 20  # of an archive's members that lie unpacked at a time, unless one alone is larger


class Sightings:
    """What is seen in files, in their order: findings, facts of recordings and pictures, marks of state secrets."""

    def __init__(self, home: Home, deposit: Deposit, names: Mapping[str, str]) -> None:
        self.findings: list[Finding] = []
        self.characters: dict[str, Character] = {}
        self.marks: dict[str, str] = {}
        self._digests, self._named = PackedDigests(), PackedTexts()
        self._places = Places(self._digests)
        self._same: dict[int, list[str]] = {}  # by the place of the first file of a digest: all, where there are more
        self._home, self._deposit, self._names = home, deposit, names
        self._rules = read_rules(home.profiles)
        self._own = deposit.description_name.removeprefix(deposit.prefix)

    def see(self, path: str, identification: Identification, character: Character, digest: str) -> None:
        """One file; its digest is empty where no other can be the same.

        The description was read already, which says more than a format identifier could.
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
            self._digests.append(digest)
            self._named.append(name)
            place = len(self._named) - 1
            if (first := self._places.add(place)) != place:
                self._same.setdefault(first, [self._named[first]]).append(name)

    def identical(self) -> tuple[tuple[str, ...], ...]:
        """The files that are the same as another."""
        return tuple(tuple(sorted(self._same[first])) for first in sorted(self._same))

    def look(self, progress: Progress, forecast: Forecast | None = None) -> None:
        """See every file of the deposit, and foretell what it will take. Raises Refused where an archive ends early."""
        self._home.work.mkdir(parents=True, exist_ok=True)
        jobs = _jobs(self._deposit, self._names)
        with tempfile.TemporaryDirectory(prefix="look-", dir=self._home.work) as scratch:
            sizes = Counter(entry.size for entry in self._deposit.files if entry.size)
            where = zone(self._home.settings.time_zone)
            look = _Look(Path(scratch), where, self._rules.secrecy_marks, sizes, progress)
            source = self._deposit.source
            if source.folder is not None:
                seen = _in_folder(jobs, source.folder / self._deposit.prefix, look)
            else:
                seen = _in_archive(self._deposit, jobs, look)
            for job, taken, path in seen:
                if taken.refusal is not None:
                    self.findings.append(to_answer(self._deposit, taken.refusal))
                else:
                    facts = from_json(Identification, taken.identified), from_json(Character, taken.characterised)
                    copied = from_json(Copied, taken.copied).digests if taken.copied else {}
                    self.see(job.path, *facts, copied.get(_DIGEST, ""))
                    if forecast is not None:
                        forecast.add(path, job.size, *facts)


@dataclass(frozen=True, slots=True)
class _Look:
    """How a look is taken: where files and texts lie meanwhile, and what is asked of them."""

    scratch: Path
    zone: tzinfo
    secrecy: SecrecyMarks
    sizes: Mapping[int, int]  # how many files have a size: only of those that share one a digest is taken
    progress: Progress

    def algorithms(self, job: Job) -> tuple[str, ...]:
        """The digests by which it would be seen that another file is the same."""
        return (_DIGEST,) if self.sizes.get(job.size, 0) > 1 else ()

    def examined(self, folder: Path, jobs: list[Job], taken: list[Taken]) -> list[Taken]:
        """What files are that lie in `folder`, by their stored names."""
        if not jobs:
            return []
        # Texts are read for the marks in them and not kept: no more than a batch's lie there at a time.
        with tempfile.TemporaryDirectory(prefix="texts-", dir=self.scratch) as texts:
            return examine_batch(
                Batch("", str(folder), texts, self.zone, (), tuple(jobs), tuple(taken), self.secrecy, _WORKERS)
            )


def _jobs(deposit: Deposit, names: Mapping[str, str]) -> Iterator[Job]:
    stored_names = safe_names(path.removeprefix(deposit.prefix) for path in paths_of(deposit.files))
    for number, (entry, stored) in enumerate(zip(deposit.files, stored_names, strict=True), 1):
        path = entry.path.removeprefix(deposit.prefix)
        wanted = deposit.wanted.get(entry.path, ())
        yield Job(number, path, stored, entry.size, wanted, names.get(path) or readable(path))


def _in_folder(jobs: Iterator[Job], folder: Path, look: _Look) -> Iterator[_Seen]:
    """Where they lie; read whole only where a digest is declared or another file has the same size."""
    with aliases(folder) as alias:
        while batch := [replace(job, stored=str(alias(job.path, job.name))) for job in islice(jobs, _FILES)]:
            taken = []
            for job in batch:
                check_stop()
                taken.append(_compared(folder / job.path, job, look))
            yield from _with_paths(folder, batch, look.examined(folder, batch, taken))


def _with_paths(folder: Path, batch: list[Job], taken: list[Taken]) -> Iterator[_Seen]:
    return ((job, seen, folder / job.stored) for job, seen in zip(batch, taken, strict=True))


def _compared(path: Path, job: Job, look: _Look) -> Taken:
    wanted = tuple(dict.fromkeys((*look.algorithms(job), *(wanted.algorithm for wanted in job.wanted))))
    try:
        if not wanted:
            with path.open("rb"):
                look.progress(job.size)
            return Taken(job.number, job.size)
        size, digests = digest_file(path, wanted, from_medium=False, progress=look.progress)
    except OSError as error:
        values = {"reason": error.strerror or str(error)}
        return Taken(job.number, 0, refusal=Finding("storage.source-unreadable", job.name, "refuse", values))
    return checked(job, size, digests, look.algorithms(job))


def _in_archive(deposit: Deposit, jobs: Iterator[Job], look: _Look) -> Iterator[_Seen]:
    """Unpacked for as long as it takes to look: some at a time, read in the order in which they lie."""
    waiting = {deposit.prefix + job.path: job for job in jobs}
    members = deposit.source.stream(lambda entry: entry.path in waiting)
    more = True
    while more:
        with tempfile.TemporaryDirectory(prefix="members-", dir=look.scratch) as folder:
            batch: list[Job] = []
            taken: list[Taken] = []
            size, more = 0, False
            for entry, stream in members:
                check_stop()
                job = waiting.pop(entry.path)
                batch.append(job)
                taken.append(take_member(stream, Path(folder), look.algorithms(job), job, look.progress))
                size += entry.size
                if len(batch) == _FILES or size > _BYTES:
                    more = True
                    break
            yield from _with_paths(Path(folder), batch, look.examined(Path(folder), batch, taken))
