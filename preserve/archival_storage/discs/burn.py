"""Burns a planned disc, reads every block back, checks every file, and writes down what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.discs.building import Built, build
from preserve.archival_storage.discs.compose import add_disc, source_of
from preserve.archival_storage.discs.recipe import IMAGE, Recipe, folder_of, read_recipe
from preserve.archival_storage.policy import read_media_profile
from preserve.clock import stamp
from preserve.data_management import holdings, leases
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import MediumRow
from preserve.errors import MediumProblem, NotFound, NotIntact, UsageError
from preserve.home import Home
from preserve.outputs import check_device
from storage_adapters.durable import drop_file
from storage_adapters.errors import MediumAbsent, MediumFailing, MediumFull, NotBlank, StorageError
from storage_adapters.optical.burning import burn, find_burners
from storage_adapters.optical.reading import list_files, read_disc
from storage_adapters.registry import traits_of


@dataclass(frozen=True, slots=True)
class Burned:
    """A disc that was burned and read back whole: the inventory's row, bytes, where it was read back."""

    medium: MediumRow
    size: int
    read_in: tuple[str, ...]


def choose_burner() -> Path:
    """The one burner of this machine. Raises MediumProblem where there is none or more than one."""
    burners = find_burners()
    if len(burners) != 1:
        names = ", ".join(f"{burner.device} ({burner.model})" for burner in burners)
        raise MediumProblem("storage.no-burner" if not burners else "storage.many-burners", names)
    return burners[0].device


def image_of(home: Home, catalogue: Catalogue, medium: MediumRow, progress: Callable[[int], None]) -> Path:
    """The image of a disc, made again from its recipe where it is no longer kept; the same bytes, or NotIntact."""
    recipe = read_recipe(home, str(medium.details["volume_id"]))
    image = folder_of(home, recipe.volume_id) / IMAGE
    if not image.exists():
        with catalogue.read() as connection:
            sources = {holding.name: source_of(home, holding.name) for holding in recipe.holdings}
            built = build(home, connection, recipe, sources, progress)
        if built.sha256 != medium.details["image_sha256"]:
            raise NotIntact("storage.image-differs", str(image), wanted=str(medium.details["image_sha256"]))
    return image


def burn_disc(
    archive: Archive,
    medium: MediumRow,
    device: Path,
    *,
    second: Path | None,
    speed: str,
    actor: str,
    progress: Callable[[int], None] = lambda moved: None,
) -> Burned:
    """Burn, read back in this drive and in `second` where given, and record it.

    A disc that does not read back is recorded as lost and another is planned in its place. Raises UsageError where
    the disc is burned already, NotIntact where it does not read back, and the medium's errors.
    A later attempt of a job records the disc that the one before it burned.
    """
    home, catalogue = archive.home, archive.catalogue
    check_device(device, home)
    if leases.is_later_attempt() and medium.state == "in use" and "burned" in medium.details:
        return Burned(medium, int(medium.details["image_size"]), tuple(medium.details["read_in"]))
    if not traits_of(medium.kind).composed or medium.state != "planned":
        raise UsageError("storage.disc-not-planned", medium.label, state=medium.state)
    recipe = read_recipe(home, str(medium.details["volume_id"]))
    image = image_of(home, catalogue, medium, progress)
    size, wanted = int(medium.details["image_size"]), str(medium.details["image_sha256"])
    if image.stat().st_size != size or read_disc(image, [], size, progress).sha256 != wanted:
        drop_file(image, image.parent)
        raise NotIntact("storage.image-differs", str(image), wanted=wanted)
    kind = read_media_profile(home.profiles).kinds.get(recipe.kind)
    try:
        blank = burn(image, device, kinds=kind.words if kind else (), speed=speed, progress=progress).kind
    except NotBlank:
        # A later attempt of the job: the one before it may have burned this very disc, all but saying so.
        if not leases.is_later_attempt() or _others_burned(catalogue, medium):
            raise
        if not _reads_back(device, size, wanted, progress):
            raise
        blank = ""
    except (MediumAbsent, MediumFull, MediumFailing):
        raise  # nothing was written
    except StorageError:
        _ruined(home, catalogue, medium, recipe, "burning failed", actor=actor, moment=archive.now())
        raise
    places = [device, *([second] if second else [])]
    for place in places:
        if not _reads_back(place, size, wanted, progress):
            reason = f"not read back in {place}"
            _ruined(home, catalogue, medium, recipe, reason, actor=actor, moment=archive.now())
            raise NotIntact("storage.disc-not-read-back", medium.label, device=str(place))
    return _record(archive, medium, image, blank, places, actor)


def _others_burned(catalogue: Catalogue, medium: MediumRow) -> bool:
    """Whether another disc of the same image was in a burner: the one in the drive may be that."""
    with catalogue.read() as connection:
        same = holdings.all_media(connection, medium.kind)
    image = medium.details.get("image")
    return any(other.details.get("image") == image and other.state != "planned" for other in same)


def _reads_back(place: Path, size: int, wanted: str, progress: Callable[[int], None]) -> bool:
    """Whether every block of the disc there can be read, and together they have this SHA-256."""
    try:
        seen = read_disc(place, list_files(place), size, progress)
    except StorageError:
        return False
    return seen.sha256 == wanted and not seen.unreadable


def _record(archive: Archive, medium: MediumRow, image: Path, blank: str, places: Sequence[Path], actor: str) -> Burned:
    """Write down that the disc is burned; the image goes once no other disc of it is planned."""
    moment = archive.now()
    read_in = tuple(str(place) for place in places)
    with archive.catalogue.begin() as connection:
        holdings.change_medium(
            connection,
            medium.id,
            actor=actor,
            moment=moment,
            state="in use",
            checked=stamp(moment),
            burned=stamp(moment),
            blank=blank,
            read_in=list(read_in),
        )
        for row in holdings.copies_on(connection, medium.id, ["planned"]):
            change_copy(connection, row.name, medium.id, "written", actor=actor, moment=moment)
            change_copy(connection, row.name, medium.id, "verified", actor=actor, moment=moment)
        burned = holdings.read_medium(connection, medium.id)
        left = [
            other
            for other in holdings.all_media(connection, medium.kind)
            if other.details.get("image") == medium.details.get("image") and other.state == "planned"
        ]
    if not left:
        drop_file(image, image.parent)  # it can be made again from its recipe, bit for bit
    if burned is None:
        raise NotFound("storage.medium-unknown", medium.id)
    return Burned(burned, int(medium.details["image_size"]), read_in)


def _ruined(
    home: Home, catalogue: Catalogue, medium: MediumRow, recipe: Recipe, why: str, *, actor: str, moment: datetime
) -> None:
    """The disc is spoilt: its copies are retired, and another disc is planned in its place."""
    with catalogue.begin() as connection:
        letters = [
            str(other.details.get("letter", "A"))
            for other in holdings.all_media(connection, medium.kind)
            if other.details.get("image") == medium.details.get("image")
        ]
        for row in holdings.copies_on(connection, medium.id, ["planned"]):
            change_copy(connection, row.name, medium.id, "retired", actor=actor, moment=moment)
        holdings.change_medium(connection, medium.id, actor=actor, moment=moment, state="lost", why=why)
        built = Built(
            folder_of(home, recipe.volume_id) / IMAGE,
            int(medium.details["image_size"]),
            str(medium.details["image_sha256"]),
            float(medium.details.get("redundancy", 0)),
            str(medium.details.get("list_sha256", "")),
        )
        add_disc(connection, recipe, built, chr(ord(max(letters)) + 1), actor=actor, moment=moment)
