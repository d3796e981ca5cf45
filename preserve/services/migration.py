"""New versions of packages as the formats policy asks, and newer answers to what their originals are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from preserve.administration.duties import Duty
from preserve.data_management.cases import objid_of
from preserve.errors import PreserveError
from preserve.preservation_planning import reidentify
from preserve.preservation_planning.migrate_formats import Represerved
from preserve.preservation_planning.policy import read_policy
from preserve.preservation_planning.reidentify import Changed
from preserve.preservation_planning.run_all import Failed, Scope, campaign
from preserve.services.documents import FindingShown, Sentence
from preserve.services.failures import status_of
from preserve.services.operation import job
from preserve.services.session import Session
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class Migrated:
    """What came of one case: `done` with a new version, `settled`: nothing to change, `failed`: nothing could be made.

    `made` and `left_out` count copies; `bytes` are the new version's, of which `shared` took no new room: they lie in
    the blocks of the version before.
    """

    objid: str
    outcome: Literal["done", "settled", "failed"]
    name: str
    version: int
    files: int
    bytes: int
    made: int
    left_out: int
    shared: int
    resumed: bool
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True, slots=True)
class NotMigrated:
    """A case for which no new version could be made now: the error's code; the next run tries it again."""

    objid: str
    outcome: Literal["error"]
    error: str
    findings: tuple[FindingShown, ...]
    reason: Annotated[Sentence, Field(exclude=True)]


Migration = Migrated | NotMigrated


@dataclass(frozen=True, slots=True)
class MigrationRun:
    """What a run over the archive came to; the status is that of the first case that failed."""

    status: int
    policy: str
    rules: str
    done: int
    settled: int
    failed: int
    cases: tuple[Migration, ...]


@job("planning.run", duty=Duty.INGEST)
def run(
    session: Session,
    cases: Sequence[str] = (),
    *,
    jobs: int = 0,
    limit: int = 0,
    again: bool = False,
    ended: Callable[[Migration], None] = lambda migration: None,
) -> MigrationRun:
    """Make a new version of each package that the policy touches; goes on where an earlier run stopped.

    At most `limit` cases (0: all), or the ones named; `jobs` processes at once (0: one a processor). `ended` is told
    of each case as it ends. Raises Refused for a case that is not known, and what would meet the next case too:
    MediumProblem, StorageError, ToolMissing, Stopped.
    """
    archive = session.archive
    policy, status, ends = read_policy(archive.home), 0, []
    for outcome in campaign(
        archive.home,
        archive.catalogue,
        policy,
        Scope(limit, _objids(session, cases), again),
        actor=session.person.account,
        jobs=jobs,
        watcher=session.progress,
    ):
        if isinstance(outcome, Failed):
            status = status or status_of(outcome.error)
        ends.append(_migration(outcome))
        ended(ends[-1])
    counts = {name: sum(end.outcome == name for end in ends) for name in ("done", "settled", "failed", "error")}
    failed = counts.pop("failed") + counts.pop("error")
    return MigrationRun(status, policy.name, policy.key, **counts, failed=failed, cases=tuple(ends))


def _migration(outcome: Represerved | Failed) -> Migration:
    if isinstance(outcome, Failed):
        return NotMigrated(outcome.objid, "error", outcome.error.code, outcome.findings, _reason(outcome.error))
    return Migrated(
        outcome.objid,
        outcome.outcome,
        outcome.name,
        outcome.version,
        outcome.files,
        outcome.size,
        outcome.made,
        outcome.left_out,
        outcome.shared,
        outcome.resumed,
        outcome.findings,
    )


@dataclass(frozen=True, slots=True)
class FormatNamed:
    """What originals are held to be."""

    puid: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """Originals of one case that are held to be something else now; `files` are PREMIS identifiers."""

    objid: str
    old: FormatNamed
    new: FormatNamed
    basis: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotIdentified:
    """A case whose originals could not be looked at: the error's code."""

    objid: str
    error: str
    findings: tuple[FindingShown, ...]
    reason: Annotated[Sentence, Field(exclude=True)]


@dataclass(frozen=True, slots=True)
class Identified:
    """What newer signatures say of so many cases and files; the status is that of the first case that failed."""

    status: int
    signatures: str
    cases: int
    files: int
    changes: tuple[Renamed, ...]
    failed: tuple[NotIdentified, ...]


@job("planning.identify", duty=Duty.INGEST)
def identify(session: Session, cases: Sequence[str] = (), *, limit: int = 0) -> Identified:
    """Ask newer signatures what the originals are, of the cases named or of all (at most `limit`, 0: no limit).

    The originals are only read. Raises Refused for a case that is not known, MediumProblem, Stopped.
    """
    archive, only = session.archive, _objids(session, cases)
    session.progress.begin("plan.step-identify")
    status = looked = files = 0
    changes: list[Renamed] = []
    failed: list[NotIdentified] = []
    for outcome in reidentify.run(
        archive.home, archive.catalogue, actor=session.person.account, limit=limit, progress=session.progress, only=only
    ):
        if isinstance(outcome, tuple):
            objid, error = outcome
            status = status or error.status
            failed.append(NotIdentified(objid, error.code, error.findings, _reason(error)))
            continue
        looked, files = looked + 1, files + outcome.files
        changes += map(_renamed, outcome.changes)
    return Identified(status, reidentify.installed(), looked, files, tuple(changes), tuple(failed))


def _renamed(change: Changed) -> Renamed:
    return Renamed(change.objid, FormatNamed(*change.old), FormatNamed(*change.new), change.basis, change.files)


def _reason(error: PreserveError | StorageError) -> Sentence:
    return Sentence(error.code, {"where": error.where, **error.values})


def _objids(session: Session, names: Sequence[str]) -> tuple[str, ...]:
    """The cases of these numbers or identifiers. Raises Refused for one that is not known."""
    with session.archive.catalogue.read() as connection:
        return tuple(objid_of(connection, name) for name in names)
