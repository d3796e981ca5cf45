"""Gathers what waits for a disc into a disc set: which package, or which part of one, goes onto which volume."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from ulid import ULID

from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.discs.building import Built, build
from preserve.archival_storage.discs.recipe import Holding, Item, Recipe, write_recipe
from preserve.archival_storage.media import server_store
from preserve.archival_storage.opening import DISC
from preserve.archival_storage.packages import PackageFile, stored_files
from preserve.archival_storage.policy import DiscKind, StorageProfile
from preserve.clock import stamp
from preserve.data_management import cases, checkpoints, holdings, ledger, sealing, segment_cover, versions
from preserve.data_management.archive import Archive
from preserve.errors import MediumProblem
from preserve.home import Home
from storage_adapters.contract import CopyRef
from storage_adapters.optical.packing import on_disc, pack, split

# What a file takes beside its bytes: entries in the Rock Ridge and the Joliet tree, its MD5, its line in manifest
# and index. Names of eighty Chinese characters need this much; the image's true size is held against the disc.
FILE_COST = 1200
_OWN = 2 << 20  # guide and image header
_FULL = 0.9  # a disc that is less full than this waits for more, unless told not to


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that needs discs: `count` of them, `size` bytes on a disc."""

    name: str
    objid: str
    count: int
    size: int


@dataclass(frozen=True, slots=True)
class Volume:
    """What goes onto one disc: packages by name, with the part's number, count and items where it is divided."""

    waiting: tuple[tuple[Waiting, int, int, tuple[Item, ...]], ...]
    size: int


def waiting(connection: Connection, profile: StorageProfile) -> list[Waiting]:
    """Every version whose class asks for discs and that no disc is planned for, oldest first."""
    counts = {
        flag: sum(requirement.count for requirement in profile.wanted(flag) if requirement.kind == DISC)
        for flag in (False, True)
    }
    return [
        Waiting(row.name, row.objid, counts[row.long_term], on_disc(row.size) + row.files * (FILE_COST + 2048))
        for row in versions.without_copy_on(connection, DISC)
        if counts[row.long_term]
    ]


def room_on(kind: DiscKind, ledger_bytes: int) -> int:
    """Bytes for packages on a disc of this kind: its capacity less error correction, guide and ledger."""
    return int(kind.capacity / (1 + kind.recovery / 100)) - _OWN - 2 * ledger_bytes


def plan(
    items: Sequence[Waiting], room: int, list_files: Callable[[Waiting], list[PackageFile]], *, everything: bool
) -> list[Volume]:
    """Divide what waits over discs with so much room. Discs not full enough are left out unless `everything`."""
    whole = [item for item in items if item.size <= room]
    volumes: list[Volume] = []
    for large in (item for item in items if item.size > room):
        files = list_files(large)
        digests = {file.path: file.sha256 for file in files}
        tags = sum(file.size for file in files if "/" not in file.path)
        payload = [(file.path, file.size) for file in files if "/" in file.path]
        parts = split(payload, room - 2 * tags, FILE_COST)
        for number, pieces in enumerate(parts, 1):
            items_here = tuple(
                Item(
                    path=piece.path,
                    size=piece.size,
                    sha256=digests[piece.path],
                    offset=piece.offset,
                    length=piece.length,
                )
                for piece in pieces
            )
            size = 2 * tags + sum(on_disc(piece.length) + FILE_COST for piece in pieces)
            volumes.append(Volume(((large, number, len(parts), items_here),), size))
    # The last part of a divided package leaves room, which whole packages may fill.
    divided = len(volumes)
    for discs in pack([item.size for item in whole], room):
        size = sum(whole[position].size for position in discs)
        volumes.append(Volume(tuple((whole[position], 1, 1, ()) for position in discs), size))
    return [
        volume for number, volume in enumerate(volumes) if everything or number < divided or volume.size >= _FULL * room
    ]


@dataclass(frozen=True, slots=True)
class Composed:
    """A disc whose image is made: its recipe, the image, and the inventory's names of its physical copies."""

    recipe: Recipe
    built: Built
    media: tuple[str, ...]


def compose(
    archive: Archive,
    profile: StorageProfile,
    kind_name: str,
    kind: DiscKind,
    *,
    everything: bool,
    actor: str,
    progress: Callable[[int], None] = lambda moved: None,
) -> list[Composed]:
    """Plan a set for what waits and make its images; empty where too little waits. Raises MediumProblem, NotIntact.

    Discs are entered as their images are made; those that share a package, together: with some of its parts entered,
    and the rest cut off, nothing would ever ask for the rest.
    """
    home, catalogue, moment = archive.home, archive.catalogue, archive.now()
    store = server_store(home)
    sealing.close_segment(home, catalogue)
    with catalogue.read() as connection:
        size = ledger.size(connection)
        items = waiting(connection, profile)
        facts = versions.read_many(connection, (item.name for item in items))
    ledger_bytes = segment_cover.bytes_in(sealing.ledger_folder(home))
    room = room_on(kind, ledger_bytes)
    if room <= 0:
        raise MediumProblem("storage.disc-kind-too-small", kind_name, needed=ledger_bytes, free=kind.capacity)

    def list_files(item: Waiting) -> list[PackageFile]:
        return stored_files(store, item.name, facts[item.name].manifest_sha256)

    done: list[Composed] = []
    for count in sorted({item.count for item in items}):
        same = [item for item in items if item.count == count]
        volumes = plan(same, room, list_files, everything=everything)
        made: list[tuple[Recipe, Built]] = []
        for recipe in _recipes(archive, volumes, kind_name, kind, size, list_files, moment):
            sources = {holding.name: store.bring(CopyRef(holding.name)) for holding in recipe.holdings}
            write_recipe(home, recipe)
            with catalogue.read() as connection:
                made.append((recipe, build(home, connection, recipe, sources, progress)))
            if _all_whole([recipe for recipe, _ in made]):
                with catalogue.begin() as connection:
                    done += [_enter(connection, recipe, built, count, actor, moment) for recipe, built in made]
                made.clear()
    return done


def _all_whole(recipes: Sequence[Recipe]) -> bool:
    """Whether these discs together hold every part of each of their packages."""
    parts = Counter(holding.name for recipe in recipes for holding in recipe.holdings)
    return all(parts[holding.name] == holding.parts for recipe in recipes for holding in recipe.holdings)


def _recipes(
    archive: Archive,
    volumes: Sequence[Volume],
    kind_name: str,
    kind: DiscKind,
    ledger_size: int,
    list_files: Callable[[Waiting], list[PackageFile]],
    moment: datetime,
) -> list[Recipe]:
    home = archive.home
    with archive.catalogue.read() as connection:
        known = {str(medium.details.get("set", "")) for medium in holdings.all_media(connection, DISC)}
        planned = [item for volume in volumes for item, *_ in volume.waiting]
        rows = cases.read_many(connection, (item.objid for item in planned))
        facts = versions.read_many(connection, (item.name for item in planned))
        signed = checkpoints.text_over(connection, ledger_size)
    set_name = next(name for number in itertools.count(1) if (name := f"DA{moment:%y}_{number:04d}") not in known)
    recipes = []
    for position, volume in enumerate(volumes, 1):
        packages = []
        for item, part, parts, pieces in volume.waiting:
            case, version = rows[item.objid], facts[item.name]
            files = pieces or tuple(
                Item(path=file.path, size=file.size, sha256=file.sha256, length=file.size) for file in list_files(item)
            )
            packages.append(
                Holding(
                    name=item.name,
                    case_number=case.case_number,
                    archival_number=case.archival_number,
                    title=case.title,
                    closed=case.closed or "",
                    manifest_sha256=version.manifest_sha256,
                    files=version.files,
                    size=version.size,
                    part=part,
                    parts=parts,
                    items=files,
                )
            )
        # The second in the image's UUID tells volumes of one set apart.
        recipes.append(
            Recipe(
                volume_id=f"{set_name}_{position:02d}",
                medium=f"disc-{str(ULID()).lower()}",
                set=set_name,
                volume=position,
                volumes=len(volumes),
                kind=kind_name,
                capacity=kind.capacity,
                recovery=kind.recovery,
                made=stamp(moment),
                archive_id=home.settings.archive_id,
                institution=home.settings.institution,
                ledger_size=ledger_size,
                checkpoint=signed,
                holdings=tuple(packages),
            )
        )
    return recipes


def _enter(connection: Connection, recipe: Recipe, built: Built, count: int, actor: str, moment: datetime) -> Composed:
    letters = (chr(ord("A") + number) for number in range(count))
    identities = (add_disc(connection, recipe, built, letter, actor=actor, moment=moment) for letter in letters)
    return Composed(recipe, built, tuple(identities))


def add_disc(connection: Connection, recipe: Recipe, built: Built, letter: str, *, actor: str, moment: datetime) -> str:
    """Enter a disc that is still to be burned, with the copies it will hold; return its identity."""
    identity = f"{recipe.medium}-{letter.lower()}"
    holdings.add_medium(
        connection,
        identity,
        kind=DISC,
        label=f"{recipe.volume_id}{letter}",
        location="",
        actor=actor,
        moment=moment,
        state="planned",
        capacity=recipe.capacity,
        set=recipe.set,
        volume=recipe.volume,
        volumes=recipe.volumes,
        volume_id=recipe.volume_id,
        image=recipe.medium,
        disc_kind=recipe.kind,
        letter=letter,
        image_sha256=built.sha256,
        image_size=built.size,
        redundancy=built.redundancy,
        list_sha256=built.list_sha256,
    )
    for holding in recipe.holdings:
        part = (holding.part, holding.parts, f"{recipe.set}{letter}" if holding.parts > 1 else "")
        change_copy(connection, holding.name, identity, "planned", actor=actor, moment=moment, part=part)
    return identity


def source_of(home: Home, name: str) -> Path:
    """Where a package lies in the server store. Raises CopyUnknown."""
    return server_store(home).bring(CopyRef(name))
