"""Making the copies that are missing, on whatever medium is at hand; what needs a person is left as tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from preserve.administration.duties import Duty
from preserve.archival_storage import replicate as replicating
from preserve.archival_storage.drive_session import Written
from preserve.archival_storage.policy import read_policy
from preserve.data_management.archive import Archive
from preserve.data_management.cases import names_of
from preserve.errors import MediumProblem, NotIntact
from preserve.services.copies import TaskShown
from preserve.services.failures import FailureShown, known_failure
from preserve.services.operation import job
from preserve.services.session import Session
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class CopyFailed:
    """A copy that could not be made: of which package, on which medium, and why."""

    name: str
    medium: str
    error: str
    failure: FailureShown


@dataclass(frozen=True, slots=True)
class Replicated:
    """Copies that were made, what a person must do for the others, and what failed.

    `case_numbers`: what people call the cases of these packages, by the package's name.
    """

    status: int
    written: tuple[Written, ...]
    left: tuple[TaskShown, ...]
    failed: tuple[CopyFailed, ...]
    case_numbers: dict[str, str]

    def called(self, name: str) -> str:
        """The number of a package's case; what is none of a case by its own name."""
        return self.case_numbers.get(name, name)


def _by_name(replicated: Replicated) -> Replicated:
    """Who keeps the bytes and may not find cases is told of packages by their names."""
    return replace(replicated, case_numbers={})


@job("copies.replicate", duty=Duty.KEEP, subject="case", hidden={Duty.FIND: _by_name})
def replicate(session: Session, case: str = "") -> Replicated:
    """Make every missing copy that can be made now, of one case or of all; a medium that fails stops no other."""
    archive = session.archive
    written, left, errors = replicating.replicate(
        archive.home,
        archive.catalogue,
        read_policy(archive.home.profiles),
        only=case,
        actor=session.person.account,
        now=archive.now,
        progress=session.progress,
    )
    failed = []
    for name, medium, error in errors:
        assert isinstance(error, StorageError | NotIntact | MediumProblem)
        failed.append(CopyFailed(name, medium, str(error), known_failure(error)))
    names = {copy.name for copy in written} | {task.name for task in left} | {copy.name for copy in failed}
    return Replicated(
        failed[0].failure.status if failed else 0,
        tuple(written),
        tuple(left),
        tuple(failed),
        _case_numbers(archive, names),
    )


def _case_numbers(archive: Archive, names: Iterable[str]) -> dict[str, str]:
    objids = {name: name.rpartition("_v")[0] for name in names}
    with archive.catalogue.read() as connection:
        known = names_of(connection, objids.values())
    return {name: known[objid].case_number for name, objid in objids.items() if objid in known}
