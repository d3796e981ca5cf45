"""Optical discs: composed into sets, burned and read back, verified and read anywhere, with or without an archive."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.administration.duties import Duty
from preserve.archival_storage.discs.burn import burn_disc, choose_burner
from preserve.archival_storage.discs.checking import check_disc, repaired_copy
from preserve.archival_storage.discs.compose import Composed, waiting
from preserve.archival_storage.discs.compose import compose as compose_set
from preserve.archival_storage.discs.extracting import extract, whole_or_parts
from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.media import require_medium
from preserve.archival_storage.policy import read_media_profile, read_policy
from preserve.errors import MediumProblem, NotIntact, UsageError
from preserve.messages import listed
from preserve.outputs import into_folder
from preserve.services.documents import FindingShown
from preserve.services.failures import FailureShown, known_failure
from preserve.services.operation import job
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.services.targets import home_in_use
from storage_adapters.errors import StorageError

_IN_HAND = "whoever has a disc in their hands may look whether it is whole, with any computer and no archive"


@dataclass(frozen=True, slots=True)
class PackageOnDisc:
    """A package on a disc, or one part of it."""

    name: str
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class DiscComposed:
    """A disc whose image is made; `media` are the identities of its physical copies in the inventory."""

    volume_id: str
    set: str
    volume: int
    volumes: int
    image: Path
    bytes: int
    sha256: str
    redundancy: float
    media: tuple[str, ...]
    packages: tuple[PackageOnDisc, ...]


@dataclass(frozen=True, slots=True)
class DiscsComposed:
    """Images that were made, and how many packages of how many bytes wait on until they fill a disc of this kind."""

    waiting: int
    discs: tuple[DiscComposed, ...]
    waiting_bytes: int
    kind: str
    capacity: int


@job("disc.compose", duty=Duty.KEEP)
def compose(session: Session, kind: str = "", *, everything: bool = False) -> DiscsComposed:
    """Gather what waits into a disc set and make its images; with `everything` for discs that are not full too.

    `kind` is one of the media profile, which names the usual one. Raises UsageError, MediumProblem, NotIntact.
    """
    archive = session.archive
    profile, policy = read_media_profile(archive.home.profiles), read_policy(archive.home.profiles)
    name = kind or profile.disc
    if name not in profile.kinds:
        raise UsageError("storage.disc-kind-unknown", name, known=listed(profile.kinds))
    discs = compose_set(
        archive,
        policy,
        name,
        profile.kinds[name],
        everything=everything,
        actor=session.person.account,
        progress=session.progress,
    )
    with archive.catalogue.read() as connection:
        left = waiting(connection, policy)
    return DiscsComposed(
        len(left),
        tuple(_composed(disc) for disc in discs),
        sum(package.size for package in left),
        name,
        profile.kinds[name].capacity,
    )


def _composed(disc: Composed) -> DiscComposed:
    recipe, built = disc.recipe, disc.built
    return DiscComposed(
        recipe.volume_id,
        recipe.set,
        recipe.volume,
        recipe.volumes,
        built.image,
        built.size,
        built.sha256,
        built.redundancy,
        disc.media,
        tuple(PackageOnDisc(holding.name, holding.part, holding.parts) for holding in recipe.holdings),
    )


@dataclass(frozen=True, slots=True)
class DiscBurned:
    """A disc that was burned and read back whole, in these drives."""

    medium: str
    label: str
    bytes: int
    read_in: tuple[str, ...]


@job("disc.burn", duty=Duty.KEEP, subject="label", runs=Runs("burn", place="device", resumes=False))
def burn(
    session: Session, label: str, *, device: Path | None = None, second: Path | None = None, speed: str = ""
) -> DiscBurned:
    """Burn a composed disc in `device`, or in the one burner of this machine, and read every block back.

    With `second` it is read there too. Raises Refused, MediumProblem, NotIntact, StorageError.
    """
    archive = session.archive
    with archive.catalogue.read() as connection:
        medium = require_medium(connection, label)
    burned = burn_disc(
        archive,
        medium,
        device or choose_burner(),
        second=second,
        speed=speed,
        actor=session.person.account,
        progress=session.progress,
    )
    return DiscBurned(burned.medium.id, burned.medium.label, burned.size, burned.read_in)


@dataclass(frozen=True, slots=True)
class DiscVerified:
    """What a disc or image was found to be; `marker` is what it says of itself, `sha256` of all of it.

    `status` is 0 or 4; `repairable`: it carries error correction, and no more is missing than that makes good.
    """

    status: int
    marker: dict[str, Any]
    files: int
    bytes: int
    sha256: str
    unreadable_bytes: int
    repairable: bool
    findings: tuple[FindingShown, ...]


@job("disc.verify", needs="nothing", open_to_all=_IN_HAND)
def verify(session: Session, disc: Path) -> DiscVerified:
    """Read a disc or image whole and hold every file against the disc's own list. Raises MediumAbsent."""
    report = check_disc(disc, session.progress)
    return DiscVerified(
        0 if report.intact else 4,
        dict(report.marker.facts) if report.marker else {},
        report.files,
        report.size,
        report.sha256,
        report.unreadable,
        report.repairable,
        report.findings,
    )


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """A package that did not come whole, or a disc that could not be repaired: its name, and why."""

    name: str
    error: str
    failure: FailureShown
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True, slots=True)
class DiscsRead:
    """Packages that were taken out of discs, with their bytes, and what failed."""

    status: int
    packages: tuple[str, ...]
    failed: tuple[ReadFailed, ...]
    bytes: dict[str, int]


@job("disc.read", needs="nothing", open_to_all=_IN_HAND)
def read(
    session: Session, discs: Sequence[Path], target: Path, *, repair: bool = False, place: Path | None = None
) -> DiscsRead:
    """Take every package out of discs or images into the folder `target`, joining parts; one that fails stops no other.

    With `repair` from copies of them that were mended by their own error correction; the discs are only read. Nothing
    is written into the archive at `place` or at the usual place, if there is one. Raises Refused, MediumProblem.
    """
    sizes: dict[str, int] = {}
    failed: list[ReadFailed] = []

    def note(name: str, error: NotIntact | MediumProblem | StorageError) -> None:
        failure = known_failure(error)
        failed.append(ReadFailed(name, str(error), failure, failure.findings))

    with into_folder(target, home_in_use(place)) as folder, tempfile.TemporaryDirectory(dir=folder) as work:
        images = list(discs)
        if repair:
            images = [Path(work) / f"{number}.iso" for number in range(len(discs))]
            for disc, image in zip(discs, images, strict=True):
                if lost := repaired_copy(disc, image, session.progress):
                    note(str(disc), lost)
        sources = [open_source(image) for image in images]
        for name in whole_or_parts(sources):
            try:
                sizes[name] = extract(name, sources, folder / name, session.progress)
            except (NotIntact, MediumProblem, StorageError) as error:
                note(name, error)
    status = failed[0].failure.status if failed else 0
    return DiscsRead(status, tuple(sizes), tuple(failed), sizes)
