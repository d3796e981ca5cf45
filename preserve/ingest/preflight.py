"""Cases checked before they are taken in, several at once where there are several: what is found, row and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from metadata.findings import Finding
from preserve.clock import now
from preserve.description.schema import CaseDescription
from preserve.errors import MediumProblem, PreserveError, Refused
from preserve.home import Home
from preserve.ingest import preflight_table
from preserve.ingest.assess import preview, refusal
from preserve.ingest.compliance import REPORTS, reports
from preserve.ingest.handed import Handed, handed
from preserve.ingest.in_force import NOTHING_KNOWN, InForce
from preserve.messages import Language, language, speaking
from preserve.outputs import check_new, write_all
from preserve.progress import Progress
from preserve.work import executor, map_batches


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of one case. `refused` is why it would not be taken in; sizes are bytes, 0 where unknown."""

    path: Path
    row: preflight_table.Row
    refused: PreserveError | None = None
    kind: str = ""
    files: int = 0
    size: int = 0
    needed: int = 0
    forecast: Mapping[str, int] = field(default_factory=dict)
    description: CaseDescription | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    report: Path | None  # the reports' path without their endings
    replace: bool = False
    known: InForce = NOTHING_KNOWN
    given: Handed | None = None  # with what lies beside it

    def targets(self) -> list[Path]:
        """Where its reports go."""
        return [self.report.with_name(f"{self.report.name}.{name}") for name in REPORTS] if self.report else []


def look_all(
    home: Home,
    deposits: Sequence[Path | Handed],
    folder: Path | None,
    jobs: int,
    watcher: Progress,
    *,
    replace: bool = False,
    known: InForce = NOTHING_KNOWN,
) -> Iterator[Looked]:
    """Check each case, in the order given; `jobs` processes at once, 0 for one a processor. Nothing is changed.

    With `folder` the reports of each case are written there, in the language in use; over earlier ones only with
    `replace`. Raises PreserveError for what is no fault of a case: Refused, Stopped, ToolMissing, MediumProblem.
    """
    given = [handed(deposit) for deposit in deposits]
    names = _names([one.path for one in given])
    work = [
        _Job(one.path, folder / name if folder else None, replace, known, one)
        for one, name in zip(given, names, strict=True)
    ]
    for target in (target for job in work for target in job.targets()):
        check_new(target, home, replace=replace)
    if jobs == 1 or len(work) == 1:
        for job in work:
            yield _look(home, job, watcher)
            watcher(0, 1)
        return
    with executor(min(jobs, len(work))) as pool:
        for looked in map_batches(pool, partial(_look_elsewhere, home, language()), work, jobs):
            watcher(looked.size, 1)
            yield looked


def _names(paths: Sequence[Path]) -> list[str]:
    """A name for each case's reports: that of its folder, with a number where another has it too."""
    taken: set[str] = set()
    names = []
    for path in paths:
        own = path.absolute().name
        name, number = own, 1
        while name in taken:
            number += 1
            name = f"{own}-{number}"
        taken.add(name)
        names.append(name)
    return names


def _look_elsewhere(home: Home, spoken: Language, job: _Job) -> Looked:
    """In a worker process, which speaks no language yet."""
    with speaking(spoken):
        return _look(home, job, _quiet)


def look_at(home: Home, given: Handed, watcher: Callable[[int], None], known: InForce = NOTHING_KNOWN) -> Looked:
    """Check one case with what lies beside it, in this process; nothing is changed. Raises as `look_all`."""
    return _look(home, _Job(given.path, None, known=known, given=given), watcher)


def _quiet(_: int) -> None:
    """Nobody watches a worker process."""


def _look(home: Home, job: _Job, progress: Callable[[int], None]) -> Looked:
    try:
        assessed, judged = preview(home, job.given or job.path, progress, job.known)
    except Refused as error:
        return Looked(job.path, preflight_table.row_of_refused(job.path, error.findings or _alone(error)), error)
    except MediumProblem as error:  # one case that cannot be read does not keep the others from being checked
        return Looked(job.path, preflight_table.row_of_refused(job.path, _alone(error)), error)
    if job.report is not None:
        made = reports(judged.view, judged.findings, home.settings.institution, now())
        write_all(zip(job.targets(), (data for _, _, data in made), strict=True), home, replace=job.replace)
    return Looked(
        job.path,
        preflight_table.row_of(job.path, assessed, judged),
        refusal(assessed.deposit, judged.findings),
        assessed.deposit.kind,
        len(assessed.deposit.files),
        assessed.deposit.size,
        assessed.needed,
        judged.forecast,
        assessed.description,
    )


def _alone(error: PreserveError) -> tuple[Finding, ...]:
    return (Finding(error.code, error.where, "refuse", dict(error.values), error.detail),)
