"""Getting packages back from media: into the store that lost one, for who may have a whole one, a whole archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from preserve import clock
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.whole_package import hand_out as hand_out_package
from preserve.administration.duties import Duty
from preserve.administration.restoring import Restored, restore_package
from preserve.administration.restoring_archive import restore_archive as rebuild_archive
from preserve.archival_storage.discs.sources import open_source
from preserve.errors import NotPermitted
from preserve.home import acting_person, default_path
from preserve.services.documents import FindingShown
from preserve.services.found_done import found_done
from preserve.services.operation import job
from preserve.services.runs import Runs
from preserve.services.session import Session, of_this_process


@dataclass(frozen=True, slots=True)
class PackageRestored:
    """A package that was taken off media: where it lies now, and its bytes."""

    name: str
    place: Path
    bytes: int

    @classmethod
    def of(cls, restored: Restored) -> PackageRestored:
        """The same, as doors show it."""
        return cls(restored.name, restored.place, restored.size)


@job("copies.restore", duty=Duty.KEEP, subject="case")
def restore(session: Session, case: str, media: Sequence[Path]) -> PackageRestored:
    """Put a package back into the server store that lost it, from drives, discs or images.

    Raises Refused where the store still has it, NotIntact where the media hold another package than was registered.
    """
    archive = session.archive
    restored = restore_package(
        archive.home,
        archive.catalogue,
        case,
        [open_source(path) for path in media],
        actor=session.person.account,
        now=archive.now,
        progress=session.progress,
    )
    return PackageRestored.of(restored)


@job("copies.hand_out", duty=Duty.DELIVER, subject="case", runs=Runs(place="case", folder="target"))
def hand_out(session: Session, case: str, media: Sequence[Path], target: Path, *, request: str) -> PackageRestored:
    """Write a whole package into the folder `target`, for the approved request that asks for all of it.

    Raises NotPermitted where no approved request covers it (regulation Art. 21, 23), Refused where it was delivered
    before, NotIntact where the media hold another package than was registered.
    """
    before = found_done(session, REQUESTS, request, "delivered") if request else None
    if before is not None and before.delivery is not None and (target / before.delivery.dip).is_dir():
        return PackageRestored(before.delivery.dip, target / before.delivery.dip, before.delivery.size)
    sources = [open_source(path) for path in media]
    restored = hand_out_package(session.actor, case, sources, to=target, number=request, progress=session.progress)
    return PackageRestored.of(restored)


@dataclass(frozen=True, slots=True)
class ArchiveRestored:
    """A whole archive that was taken back; `former_key_sha256` signed its ledger, and a person should compare it."""

    home: Path
    packages: int
    entries: int
    former_key_sha256: str
    findings: tuple[FindingShown, ...]


@job(
    "copies.restore_archive",
    needs="nothing",
    open_to_all="there is no archive yet that could say who may: whoever starts the process answers for it",
)
def restore_archive(session: Session, media: Sequence[Path], place: Path | None = None) -> ArchiveRestored:
    """Make a home at `place`, or at the usual place, from media alone. Raises Refused where something lies there.

    Raises NotPermitted for anybody who comes from outside this process, NotIntact where the media contradict the
    ledger on them.
    """
    if session.credentials != of_this_process(place):
        raise NotPermitted("people.nobody")
    restored = rebuild_archive(
        (place or default_path()).absolute(),
        [open_source(path) for path in media],
        actor=acting_person(),
        now=clock.now,
        progress=session.progress,
    )
    return ArchiveRestored(
        restored.home.path, restored.packages, restored.entries, restored.former_key, restored.findings
    )
