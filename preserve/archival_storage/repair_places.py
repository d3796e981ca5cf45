"""Where the files of a damaged package may still be: other copies, quarantines, media given, recovery data.

Nobody vouches for any of these places: digests decide about each file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from preserve.archival_storage.assembling import Holder
from preserve.archival_storage.discs.checking import repaired_copy
from preserve.archival_storage.discs.extracting import extract
from preserve.archival_storage.discs.sources import Source, open_source
from preserve.archival_storage.opening import NotAtHand, Opened
from preserve.archival_storage.packages import Folder
from preserve.archival_storage.quarantine import QUARANTINE
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.proof.anchors import Anchor
from preserve.errors import MediumProblem, NotIntact
from preserve.work import require_space
from storage_adapters import recovery
from storage_adapters.copying import copy_stream
from storage_adapters.directory import DirectoryAdapter
from storage_adapters.errors import StorageError
from storage_adapters.reading import walk_files


def other_copies(
    copies: Sequence[CopyRow], damaged: MediumRow, media: Mapping[str, Opened | NotAtHand]
) -> Iterator[Holder]:
    """The other copies at hand. Those last found good come first; a suspect one may hold the very file needed."""
    for copy in sorted(copies, key=lambda copy: (copy.state != "verified", copy.verified or "")):
        medium = media.get(copy.medium)
        if isinstance(medium, Opened) and medium.row.id != damaged.id and copy.parts == 1:
            yield Holder(medium.row.label, medium.adapter)


def put_aside(root: Path, label: str, name: str) -> list[Holder]:
    """What earlier repairs put into quarantine, newest first: much of it is good, and may be all that is left."""
    folders = sorted((root / QUARANTINE).glob(f"{name}.*"), reverse=True)
    return [Holder(f"{label} ({QUARANTINE})", Folder(folder, name)) for folder in folders]


def _as_place(label: str, packages: Path) -> Holder:
    """A folder `packages` that holds packages by name, which nobody vouches for: digests decide."""
    return Holder(label, DirectoryAdapter(packages.parent, ""))


def places_in(anchor: Anchor, inserted: Sequence[Path], scratch: Path, progress: Callable[[int], None]) -> list[Holder]:
    """The package taken out of discs or mounted media into a scratch folder; a damaged disc is repaired first."""
    if not inserted:
        return []
    top = scratch / "given" / "packages"
    top.mkdir(parents=True)
    sources: list[Source] = [open_source(path.absolute()) for path in inserted]
    label = ", ".join(path.name for path in inserted)
    for mended in (False, True):
        with suppress(NotIntact, StorageError, MediumProblem):
            if mended:
                sources = [_mended(path.absolute(), scratch, number, progress) for number, path in enumerate(inserted)]
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


def from_recovery(
    target: DirectoryAdapter, anchor: Anchor, medium: MediumRow, scratch: Path, progress: Callable[[int], None]
) -> list[Holder]:
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
