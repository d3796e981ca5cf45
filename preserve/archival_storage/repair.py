"""Remakes a damaged copy, file by file, from whatever can be proven by the ledger; keeps the old bytes until released.

A file is taken from any place where its bytes have the digest that the package's manifest gives, and the manifest is
taken only where it has the digest that stands in the ledger: neither a majority nor the newest date is proof. The new
copy is built beside the old one, read back past the cache, and only then takes its place; the old one goes into
`quarantine/` on the same medium.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ulid import ULID

from preserve.archival_storage.assembling import Place, assemble, proven
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.discs.checking import repaired_copy
from preserve.archival_storage.discs.extracting import extract
from preserve.archival_storage.discs.sources import Source, open_source
from preserve.archival_storage.media import attached, bucket_of, server_store
from preserve.archival_storage.packages import Contents, Folder
from preserve.clock import stamp
from preserve.data_management import destroyed, holdings, ledger
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.proof import anchors
from preserve.data_management.proof.anchors import Anchor
from preserve.errors import MediumProblem, NotIntact, Refused
from preserve.home import Home
from preserve.work import require_space
from storage_adapters import recovery
from storage_adapters.contract import CopyRef, Package, Scope
from storage_adapters.directory import DirectoryAdapter, check_tree
from storage_adapters.drive import DriveAdapter
from storage_adapters.durable import copy_stream, discard, exchange, publish, sync_file_system
from storage_adapters.errors import StorageError
from storage_adapters.reading import walk_files
from storage_adapters.s3 import S3Adapter

QUARANTINE = "quarantine"
REPAIRED = "copy.repaired"
NOT_REPAIRED = "copy.not-repaired"
RELEASED = "quarantine.released"


@dataclass(frozen=True, slots=True)
class Repair:
    """What became of one damaged copy.

    `taken`: how many files came from which place. `lost`: files that no place at hand holds as they should be; the copy
    is as it was then. `quarantine`: where the old bytes lie.
    """

    name: str
    medium: str
    done: bool
    taken: Mapping[str, int]
    lost: tuple[str, ...]
    quarantine: str = ""


def damaged_copies(home: Home, catalogue: Catalogue, only: str = "") -> list[tuple[CopyRow, MediumRow]]:
    """Every copy that an audit or a person found suspect or lost, or those of one case."""
    with catalogue.read() as connection:
        media = {row.id: row for row in holdings.all_media(connection)}
        rows = [row for row in holdings.copies_of(connection, only) if row.state in ("suspect", "lost")]
        rows = [row for row in rows if not destroyed.is_gone(connection, row.name)]
    return [(row, media[row.medium]) for row in rows if row.medium in media and media[row.medium].state == "in use"]


def repair_copy(
    home: Home,
    catalogue: Catalogue,
    row: CopyRow,
    medium: MediumRow,
    *,
    given: Sequence[Path] = (),
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda moved: None,
) -> Repair:
    """Remake one damaged copy in the server store, on a connected drive or in a bucket, from every place at hand.

    `given` are discs, images or mounted media. Raises MediumProblem where its medium is not at hand, Refused where it
    is of a kind that cannot be mended in place (a disc is burned anew).
    """
    with catalogue.read() as connection:
        destroyed.refuse(connection, row.name)
        anchor = anchors.read_anchor(connection, row.name)
        inventory = holdings.all_media(connection)
        others = [one for one in holdings.copies_of(connection, row.objid) if one.name == row.name]
    drives = attached(home, inventory)
    bucket = bucket_of(medium) if medium.kind == "s3" else None
    target, writable = (None, nullcontext) if bucket else _target(home, medium, drives)
    with tempfile.TemporaryDirectory(dir=home.work, prefix="repair-") as scratch:
        places = [Place(medium.label, bucket or target)]  # type: ignore[arg-type]  # one of them is there
        places += list(_copies_at_hand(home, inventory, others, medium, drives))
        places += _given_places(anchor, given, Path(scratch), progress)
        for root, label in [(server_store(home).root, home.settings.institution)] + [
            (drive.root, drive.identity) for drive in drives.values()
        ]:
            places += _put_aside(root, label, row.name)
        if target is not None and medium.id in drives:
            places += _from_recovery(target, anchor, medium, Path(scratch), progress)
        contents = proven(places, anchor)
        if contents is None:
            return _failed(catalogue, row, medium, ("manifest-sha256.txt",), {}, actor, now())
        if bucket is not None:
            taken, lost, quarantine = _in_bucket(bucket, row.name, contents, places, Path(scratch), progress)
        else:
            assert target is not None
            with writable():
                taken, lost, quarantine = _in_place(target, medium.label, row.name, contents, places, progress)
        if lost:
            return _failed(catalogue, row, medium, tuple(lost), taken, actor, now())
    moment = now()
    with catalogue.begin() as connection:
        ledger.append(
            connection,
            action=REPAIRED,
            subject=row.objid,
            actor=actor,
            moment=moment,
            details={"name": row.name, "medium": medium.id, "taken": dict(taken), "quarantine": quarantine},
        )
        for state in ("repaired", "verified"):
            change_copy(connection, row.name, medium.id, state, actor=actor, moment=moment)
    return Repair(row.name, medium.label, True, dict(taken), (), quarantine)


def _in_place(
    target: DirectoryAdapter,
    label: str,
    name: str,
    contents: Contents,
    places: Sequence[Place],
    progress: Callable[[int], None],
) -> tuple[Counter[str], list[str], str]:
    """Build the whole copy beside the old one, read it back, and let it take its place."""
    staged = target.staging(name)
    taken, lost = assemble(staged, contents.expected, places, CopyRef(name), progress)
    if lost:
        discard(staged, staged.parent)
        return taken, lost, ""
    sync_file_system(staged)
    bad = [check for check in check_tree(staged, Scope(contents.expected), progress) if check.verdict != "intact"]
    if bad:
        discard(staged, staged.parent)
        raise NotIntact("storage.copy-not-intact", label, file=bad[0].path, count=len(bad))
    return taken, [], _swap(target, name)


def _in_bucket(
    bucket: S3Adapter,
    name: str,
    contents: Contents,
    places: Sequence[Place],
    scratch: Path,
    progress: Callable[[int], None],
) -> tuple[Counter[str], list[str], str]:
    """Send what is bad again, after its old bytes were put aside in the bucket, and fetch it back."""
    copy = CopyRef(name)
    bad = {check.path for check in bucket.verify(copy, Scope(contents.expected), progress) if check.verdict != "intact"}
    wanted = [file for file in contents.expected if file.path in bad]
    taken, lost = assemble(scratch / "mend", wanted, places, copy, progress)
    if lost:
        return taken, lost, ""
    aside = f"{name}.{str(ULID()).lower()}"
    digests = {file.path: file.digests["sha256"] for file in wanted if "sha256" in file.digests}
    bucket.mend(Package(name, scratch / "mend", 0, digests), sorted(bad), aside)
    left = [check for check in bucket.verify(copy, Scope(contents.expected), progress) if check.verdict != "intact"]
    if left:
        raise NotIntact("storage.copy-not-intact", bucket.bucket, file=left[0].path, count=len(left))
    return taken, [], f"{QUARANTINE}/{aside}"


def _target(
    home: Home, medium: MediumRow, drives: Mapping[str, DriveAdapter]
) -> tuple[DirectoryAdapter, Callable[[], AbstractContextManager[None]]]:
    if medium.kind == "directory":
        store = server_store(home)
        store.require()
        return store, nullcontext
    if medium.kind != "drive":
        raise Refused("repair.not-in-place", medium.label, kind=medium.kind)
    drive = drives.get(medium.id)
    if drive is None:
        raise MediumProblem("repair.not-connected", medium.label, place=medium.place or "—")
    drive.require()
    return DirectoryAdapter(drive.root, drive.identity, drive.reserve), drive.writable


def _copies_at_hand(
    home: Home,
    inventory: Sequence[MediumRow],
    others: Sequence[CopyRow],
    damaged: MediumRow,
    drives: Mapping[str, DriveAdapter],
) -> Iterator[Place]:
    media = {row.id: row for row in inventory}
    # Those last found good come first; a suspect copy may still hold the very file that is needed.
    for copy in sorted(others, key=lambda one: (one.state != "verified", one.verified or ""), reverse=False):
        medium = media.get(copy.medium)
        if medium is None or medium.id == damaged.id or medium.state not in ("in use", "replaced") or copy.parts > 1:
            continue
        if medium.kind == "directory":
            yield Place(medium.label, server_store(home))
        elif medium.kind == "s3":
            yield Place(medium.label, bucket_of(medium))
        elif medium.id in drives:
            yield Place(medium.label, drives[medium.id])


def _put_aside(root: Path, label: str, name: str) -> list[Place]:
    """What earlier repairs put into quarantine, newest first: much of it is good, and may be all that is left."""
    found = sorted((root / QUARANTINE).glob(f"{name}.*"), reverse=True)
    return [Place(f"{label} ({QUARANTINE})", Folder(folder, name)) for folder in found]


def _as_place(label: str, packages: Path) -> Place:
    """A folder `packages` that holds packages by name, which nobody vouches for: digests decide."""
    return Place(label, DirectoryAdapter(packages.parent, ""))


def _given_places(anchor: Anchor, given: Sequence[Path], scratch: Path, progress: Callable[[int], None]) -> list[Place]:
    """The package taken out of discs or mounted media into a scratch folder; a damaged disc is repaired first."""
    if not given:
        return []
    top = scratch / "given" / "packages"
    top.mkdir(parents=True)
    sources: list[Source] = [open_source(path.absolute()) for path in given]
    label = ", ".join(path.name for path in given)
    for mended in (False, True):
        with suppress(NotIntact, StorageError, MediumProblem):
            if mended:
                sources = [_mended(path.absolute(), scratch, number, progress) for number, path in enumerate(given)]
            extract(anchor.name, sources, top / anchor.name, progress)
            return [_as_place(label, top)]
    # Not whole, but single files may be: they are taken from where they lie.
    for number, source in enumerate(sources):
        place = scratch / f"single-{number}" / "packages"
        _take_what_reads(source, anchor.name, place / anchor.name, progress)
        if place.is_dir():
            return [_as_place(label, place)]
    return []


def _mended(path: Path, scratch: Path, number: int, progress: Callable[[int], None]) -> Source:
    if path.is_dir():
        return open_source(path)
    image = scratch / f"mended-{number}.iso"
    repaired_copy(path, image, progress)
    return open_source(image)


def _take_what_reads(source: Source, name: str, target: Path, progress: Callable[[int], None]) -> None:
    prefix = f"packages/{name}/"
    for path in source.sizes(prefix):
        with suppress(StorageError, OSError), source.open(path) as stream:
            copy_stream(stream, target / path.removeprefix(prefix), (), progress)


def _from_recovery(
    target: DirectoryAdapter, anchor: Anchor, medium: MediumRow, scratch: Path, progress: Callable[[int], None]
) -> list[Place]:
    """A scratch copy of the damaged package, repaired by the drive's own par2 data."""
    beside = target.root / "recovery" / anchor.name
    damaged = target.root / "packages" / anchor.name
    if not beside.is_dir() or not damaged.is_dir():
        return []
    size = sum((damaged / name).lstat().st_size for name in walk_files(damaged))
    require_space(scratch, 2 * size)
    copy = scratch / "recovered" / "packages" / anchor.name
    for name in walk_files(damaged):
        with suppress(OSError, StorageError), (damaged / name).open("rb") as stream:
            copy_stream(stream, copy / name, (), progress)
    with suppress(StorageError):
        recovery.repair(copy, beside)
    return [_as_place(f"{medium.label} (par2)", copy.parent)]


def _swap(target: DirectoryAdapter, name: str) -> str:
    """The new copy takes the old one's place, in one step where the file system can; returns where the old one lies.

    The new one is put beside the quarantined ones first, so that at no moment neither lies in its place, and whatever
    is left by a crash is never among what a later write clears away.
    """
    old, staged = target.root / "packages" / name, target.staging(name)
    if not old.exists():
        target.write(Package(name, staged, 0), lambda moved: None)
        return ""
    aside = f"{QUARANTINE}/{name}.{str(ULID()).lower()}"
    (target.root / QUARANTINE).mkdir(exist_ok=True)
    publish(staged, target.root / aside)
    if not exchange(old, target.root / aside):
        other = f"{QUARANTINE}/{name}.{str(ULID()).lower()}"
        publish(old, target.root / other)
        publish(target.root / aside, old)
        aside = other
    return aside


def _failed(
    catalogue: Catalogue,
    row: CopyRow,
    medium: MediumRow,
    lost: tuple[str, ...],
    taken: Mapping[str, int],
    actor: str,
    moment: datetime,
) -> Repair:
    with catalogue.begin() as connection:
        ledger.append(
            connection,
            action=NOT_REPAIRED,
            subject=row.objid,
            actor=actor,
            moment=moment,
            details={"name": row.name, "medium": medium.id, "lost": list(lost[:1000]), "count": len(lost)},
        )
    return Repair(row.name, medium.label, False, dict(taken), lost)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Old bytes of a copy that was repaired: which package, where, how many bytes."""

    name: str
    path: Path
    size: int


def quarantined(root: Path) -> list[Quarantined]:
    """What lies in a medium's quarantine."""
    top = root / QUARANTINE
    found = []
    if top.is_dir():
        for folder in sorted(top.iterdir()):
            size = sum((folder / name).lstat().st_size for name in walk_files(folder))
            found.append(Quarantined(folder.name.partition(".")[0], folder, size))
    return found


def release(
    home: Home, catalogue: Catalogue, name: str, *, reason: str, actor: str, now: Callable[[], datetime]
) -> list[Quarantined]:
    """Remove the quarantined bytes of a package from the server store; a person has decided it, with a reason.

    Raises Refused where the copy that took their place is not verified.
    """
    store = server_store(home)
    gone = [one for one in quarantined(store.root) if one.name == name]
    if not gone:
        raise Refused("repair.nothing-in-quarantine", name)
    with catalogue.read() as connection:
        holdings.require_held(connection, name.rpartition("_v")[0])
        row = holdings.read_copy(connection, name, store.identity)
    if row is None or row.state != "verified":
        raise Refused("repair.copy-not-verified", name, state=row.state if row else "-")
    for one in gone:
        with catalogue.begin() as connection:
            ledger.append(
                connection,
                action=RELEASED,
                subject=row.objid,
                actor=actor,
                moment=now(),
                details={
                    "name": name,
                    "medium": store.identity,
                    "quarantine": one.path.name,
                    "reason": reason,
                    "bytes": one.size,
                    "at": stamp(now()),
                },
            )
        discard(one.path, store.root / QUARANTINE)
    return gone
