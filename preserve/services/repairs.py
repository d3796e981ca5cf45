"""Damaged copies: remade from what can be proven; their old bytes let go when a person says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from preserve.administration.duties import Duty
from preserve.archival_storage import quarantine, repair
from preserve.archival_storage.packages import read_version
from preserve.archival_storage.repair import Repair
from preserve.data_management.archive import Archive
from preserve.data_management.cases import find_case
from preserve.data_management.versions import Version
from preserve.errors import PreserveError, Stopped, UsageError
from preserve.services.failures import FailureShown, known_failure
from preserve.services.operation import command, job
from preserve.services.session import Session
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class RepairFailed:
    """A damaged copy that could not be seen to now, and why; it is as it was."""

    name: str
    medium: str
    done: Literal[False]
    error: str
    failure: FailureShown


@dataclass(frozen=True, slots=True)
class Repairs:
    """What became of each damaged copy; `status` 4 where files are lost, else that of what could not be seen to."""

    status: int
    repairs: tuple[Repair | RepairFailed, ...]


def _without_files(repairs: Repairs) -> Repairs:
    """Who keeps the bytes and may not find cases learns how many files are lost, and not which."""
    shown = (replace(one, lost=("—",) * len(one.lost)) if isinstance(one, Repair) else one for one in repairs.repairs)
    return replace(repairs, repairs=tuple(shown))


@job("repair.run", duty=Duty.KEEP, subject="case", hidden={Duty.FIND: _without_files})
def run(session: Session, case: str = "", media: Sequence[Path] = ()) -> Repairs:
    """Remake damaged copies, of one case or of all, from every place at hand; `media` are discs, images, drives.

    What cannot be seen to stops no other. Raises Refused for an unknown case.
    """
    archive = session.archive
    objid = _version(archive, case).objid if case else ""
    status = 0
    repairs: list[Repair | RepairFailed] = []
    for copy, medium in repair.damaged_copies(archive.home, archive.catalogue, objid):
        try:
            repaired = repair.repair_copy(
                archive, copy, medium, inserted=media, actor=session.person.account, progress=session.progress
            )
        except Stopped:
            raise
        except (PreserveError, StorageError) as error:
            failure = known_failure(error)
            repairs.append(RepairFailed(copy.name, medium.label, False, str(error), failure))
            status = status or failure.status
            continue
        repairs.append(repaired)
        if not repaired.done:
            status = 4
    return Repairs(status, tuple(repairs))


@dataclass(frozen=True, slots=True)
class Released:
    """Quarantined folders of a package that were removed from the server store, and their bytes."""

    name: str
    released: tuple[str, ...]
    bytes: int


@command("repair.release", duty=Duty.KEEP, subject="case")
def release(session: Session, case: str, *, reason: str) -> Released:
    """Let the old bytes of a repaired copy go. Raises UsageError without a reason; Refused where none lie there."""
    if not case or not reason:
        raise UsageError("repair.release-what")
    archive = session.archive
    name = _version(archive, case).name
    removed = quarantine.release(
        archive.home, archive.catalogue, name, reason=reason, actor=session.person.account, now=archive.now
    )
    return Released(name, tuple(old.folder for old in removed), sum(old.size for old in removed))


def _version(archive: Archive, case: str) -> Version:
    """The newest version of a case, by objid, package, case number or archival number. Raises Refused."""
    with archive.catalogue.read() as connection:
        return read_version(connection, find_case(connection, case) or case)
