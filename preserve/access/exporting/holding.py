"""A case as it lies in the store, each of its files held to the ledger, and the copying of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from preserve.access.exporting.model import Item
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packages import contents_of
from preserve.data_management import cases, object_index
from preserve.data_management.archive import Archive
from preserve.data_management.cases import Case
from preserve.data_management.object_index import ObjectRow
from preserve.data_management.proof.anchors import read_anchor
from preserve.errors import MediumProblem, NotIntact
from preserve.progress import Progress
from storage_adapters.contract import CopyRef, ExpectedFile
from storage_adapters.copying import copy_file_checked
from storage_adapters.durable import drop_file
from storage_adapters.errors import SourceUnreadable, StorageError
from storage_adapters.reading import size_of


@dataclass(frozen=True)
class Held:
    """One package to be exported: its folder in the store, and what each of its files must be, by path."""

    archive: Archive
    item: Item
    root: Path
    files: dict[str, ExpectedFile]

    @property
    def base(self) -> str:
        """What the paths of the information package in the bag begin with."""
        return f"data/{self.item.objid}/"

    @cached_property
    def case(self) -> Case:
        """The case in the catalogue."""
        with self.archive.catalogue.read() as connection:
            return cases.read(connection, self.item.objid)

    @cached_property
    def rows(self) -> list[ObjectRow]:
        """Every file of the package's representations."""
        version = int(self.item.package.rpartition("_v")[2])
        with self.archive.catalogue.read() as connection:
            return object_index.of_version(connection, self.item.objid, version)

    def of(self, row: ObjectRow) -> str:
        """The path of such a file in the package."""
        return f"{self.base}representations/{row.representation}/{row.path}"


@contextmanager
def held(archive: Archive, item: Item, progress: Progress) -> Iterator[Held]:
    """The package of an item, its files here. Raises NotIntact where the store has another one than the ledger says."""
    store, copy = server_store(archive.home), CopyRef(item.package)
    with archive.catalogue.read() as connection:
        anchor = read_anchor(connection, item.package)
    try:
        contents = contents_of(store, copy, anchor)
        root = store.bring(copy, progress=progress)
    except StorageError as error:
        raise NotIntact("request.source-unreadable", item.package, reason=str(error)) from error
    if contents.problems or anchor.manifest != item.manifest_sha256:
        where = contents.problems[0].path if contents.problems else "manifest-sha256.txt"
        raise NotIntact("request.source-altered", f"{item.package}/{where}", wanted=item.manifest_sha256, found="")
    try:
        yield Held(archive, item, root, {file.path: file for file in contents.expected})
    finally:
        store.let_go(copy)


def take(
    package: Held, path: str, target: Path, progress: Progress, algorithms: tuple[str, ...] = ("sha256",)
) -> tuple[int, dict[str, str]]:
    """Copy one file of a package; its size and digests. One that an earlier run left is not believed.

    Raises NotIntact where it is not what the ledger says, MediumProblem where the target takes no more.
    """
    source, wanted = package.root / path, package.files[path].digests.get("sha256", "")
    try:
        size, seen = copy_file_checked(source, target, algorithms, progress)
    except SourceUnreadable as error:
        raise NotIntact("request.source-unreadable", f"{package.item.package}/{path}", reason=str(error)) from error
    except StorageError as error:
        raise MediumProblem("request.target-unwritable", str(target), reason=str(error)) from error
    if wanted and seen["sha256"] != wanted:
        drop_file(target, target.parent)
        where = f"{package.item.package}/{path}"
        raise NotIntact("request.source-altered", where, wanted=wanted, found=seen["sha256"])
    return size, seen


def bytes_of(package: Held) -> int:
    """The bytes of all files of a package as they lie in the store."""
    return sum(size_of(str(package.root / path)) for path in package.files)
