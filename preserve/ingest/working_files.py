"""The files of an ingest or re-preservation under way: taken in, examined, normalised, as the journal has it.

What was done is recorded batch by batch, so that a run that was killed goes on at the file where it stopped.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.clock import zone
from preserve.data_management import journal
from preserve.data_management.database import Catalogue
from preserve.data_management.journal import FileRow
from preserve.description.matching import described, name_in
from preserve.ingest import normalise_all, take_in
from preserve.ingest.context import Ingest
from preserve.ingest.facts import Normalised, to_json
from preserve.ingest.file_pass import Job, Taken
from preserve.ingest.normalise import Plan
from preserve.ingest.provenance import TakenFile, read_file
from preserve.ingest.rules.profile import read_rules
from preserve.ingest.sources import Source
from preserve.progress import Progress
from storage_adapters.durable import discard
from storage_adapters.read_behind import ReadBehind
from storage_adapters.sharing import Way

_PAGE = 1000
_TOGETHER = 5000  # files of which one transaction says the same

Kept = Mapping[str, "array[int]"]
"""By the rule that keeps them, the numbers of the files of which nothing is made."""


@dataclass(frozen=True, slots=True)
class WorkingFiles:
    """One run's files. `jobs` are the processes or threads that may work at once (0: one a processor).

    `texts` is where what is read out of documents goes; None where nothing is to be read. `kept` counts what this run
    kept as it is without looking at it again; `behind` knows what it read back while it was written. `pool` are worker
    processes that were started before, for whatever is still to be taken in.
    """

    catalogue: Catalogue
    ingest: Ingest
    jobs: int
    watcher: Progress
    texts: Path | None = None
    kept: Counter[str] = field(default_factory=Counter)
    behind: ReadBehind = field(default_factory=ReadBehind)
    pool: Executor | None = None

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The digests that this archive keeps."""
        return tuple(self.ingest.home.settings.digests)

    def pages(self, *, lacking: str = "", having: str = "") -> Iterator[FileRow]:
        """The journal as a stream, in pages, so that no transaction stays open over long work."""
        number = 0
        while True:
            with self.catalogue.read() as connection:
                rows = journal.files_after(
                    connection, self.ingest.identifier, number, _PAGE, lacking=lacking, having=having
                )
            if not rows:
                return
            yield from rows
            number = rows[-1].number

    def numbered(self, *, lacking: str = "") -> Iterator[tuple[int, TakenFile]]:
        """Every file that was taken in, or those that lack a fact: with all that is known of it, by its number.

        Each fact is decoded once: whoever wants several things of the files asks for them in one pass.
        """
        objects = described(self.ingest.description)
        for row in self.pages(lacking=lacking, having="characterised"):
            if row.copied and row.identified and row.characterised:
                name = name_in(objects, row.path.decode("utf-8", "surrogateescape"))
                facts = (row.copied, row.identified, row.characterised, row.normalised)
                yield row.number, read_file(row.path, row.stored, *facts, name)

    def files(self, *, lacking: str = "") -> Iterator[TakenFile]:
        """As `numbered`, without the numbers."""
        return (file for _, file in self.numbered(lacking=lacking))

    def totals(self, lacking: str = "") -> tuple[int, int]:
        """Files and bytes, or those that lack a fact."""
        with self.catalogue.read() as connection:
            return journal.totals(connection, self.ingest.identifier, lacking=lacking)

    def recheck(self, *, thorough: bool) -> tuple[int, int]:
        """Do not trust what the journal says is there before it is seen; `thorough` reads it all (after a power loss).

        Returns how many files are to be copied, and how many normalised, again.
        """
        self.clear()
        target = self.ingest.data("original")
        lost = set(take_in.damaged_rows(target, self.pages(having="copied"), thorough=thorough))
        derived = (
            set(normalise_all.damaged_rows(self.ingest, self.pages(having="normalised"), thorough=thorough)) - lost
        )
        with self.catalogue.begin() as connection:
            nothing: dict[str, str | int | None] = dict.fromkeys(journal.STEPS)
            self._record(connection, [{"number": number, **nothing} for number in sorted(lost)])
            self._record(connection, [{"number": number, "normalised": None} for number in sorted(derived)])
        return len(lost), len(derived)

    def take(
        self, source: Source, prefix: str, jobs: Callable[[Iterator[FileRow]], Iterator[Job]], way: Way = "none"
    ) -> tuple[list[Finding], list[Finding]]:
        """Copy (or share in this `way`), identify and characterise what is not taken in yet.

        Returns refusals, and what may be tried again.
        """
        count, _ = self.totals("copied")
        intake = take_in.Intake(
            source,
            prefix,
            self.ingest.data("original"),
            self.texts,
            zone(self.ingest.home.settings.time_zone),
            self.algorithms,
            read_rules(self.ingest.home.profiles).secrecy_marks,
            self.behind,
            way,
        )
        wanted = jobs(self.pages(lacking="copied"))
        refusals: list[Finding] = []
        again: list[Finding] = []
        for batch in take_in.take_all(intake, wanted, count, self.jobs, self.watcher, self.pool):
            for file in batch:
                if file.refusal is not None:
                    (again if file.passing else refusals).append(file.refusal)
            with self.catalogue.begin() as connection:
                self._record(connection, [_facts(file) for file in batch if file.refusal is None])
        return refusals, again

    def keep(self, kept: Kept) -> None:
        """Nothing is to be made of these: whoever looked at each file says so, and none is decoded again for it."""
        for rule, numbers in kept.items():
            outcome = to_json(Normalised("keep", rule))
            for start in range(0, len(numbers), _TOGETHER):
                ranges = _ranges(numbers[start : start + _TOGETHER])
                with self.catalogue.begin() as connection:
                    journal.record_alike(connection, self.ingest.identifier, outcome, ranges)
            self.kept["keep"] += len(numbers)

    def normalise(self, wants: Callable[[TakenFile], Plan], media: float) -> dict[str, int]:
        """Make what is wanted of each file that is not normalised yet; returns how many came to which end, in all.

        `media` are the seconds of sound and video that this will go through, as far as they are known.
        """
        self.watcher.begin("ingest.step-normalise", int(media) or None, self.totals("normalised")[0], unit="seconds")
        pending = self.numbered(lacking="normalised")
        counts = dict(self.kept)
        for batch in normalise_all.normalise_all(self.ingest, pending, wants, self.jobs, self.watcher):
            for _, outcome in batch:
                counts[outcome.action] = counts.get(outcome.action, 0) + 1
            rows: list[dict[str, str | int | None]] = [
                {"number": number, "normalised": to_json(outcome)} for number, outcome in batch
            ]
            with self.catalogue.begin() as connection:
                self._record(connection, rows)
        self.clear()
        return counts

    def clear(self) -> None:
        """Remove the scratch files, which are this attempt's alone."""
        discard(self.ingest.scratch, self.ingest.home.work)

    def forget_texts(self) -> None:
        """Remove what the workers read out of documents."""
        if self.texts is not None:
            discard(self.texts, self.ingest.home.work)

    def _record(self, connection: Any, rows: list[dict[str, str | int | None]]) -> None:
        journal.record(connection, self.ingest.identifier, rows)


def _ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of numbers that follow one another."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = ranges[-1][0], number
        else:
            ranges.append((number, number))
    return ranges


def _facts(file: Taken) -> dict[str, str | int | None]:
    return {
        "number": file.number,
        "copied": file.copied,
        "identified": file.identified,
        "characterised": file.characterised,
    }
