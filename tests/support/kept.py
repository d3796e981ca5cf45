"""An archive that keeps one tiny case, and other media in folders beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from preserve.archival_storage.media import MediumWish, add_medium, server_store
from preserve.archival_storage.policy import Requirement, StorageProfile
from preserve.data_management import holdings
from preserve.data_management.archive import Archive
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.proof.anchors import Anchor, read_anchor
from storage_adapters.contract import CopyRef
from storage_adapters.directory import DirectoryAdapter
from tests.support.sessions import founded
from tests.support.small_case import ingest
from tests.support.tiny_case import write_case

TWO = StorageProfile(
    ordinary=(Requirement(kind="directory", count=2),), long_term=(Requirement(kind="directory", count=2),)
)
"""Two copies in folders are enough."""


@dataclass(frozen=True)
class Kept:
    """The archive, its one package, and where it was founded."""

    archive: Archive
    name: str
    folder: Path

    @property
    def objid(self) -> str:
        """The case."""
        return self.name.rpartition("_v")[0]

    @property
    def store(self) -> DirectoryAdapter:
        """The server store."""
        return server_store(self.archive.home)

    @property
    def root(self) -> Path:
        """The package in the server store."""
        return self.store.path(CopyRef(self.name))

    def anchor(self) -> Anchor:
        """What the ledger holds the package to."""
        with self.archive.catalogue.read() as connection:
            return read_anchor(connection, self.name)

    def beside(self, label: str) -> MediumRow:
        """A new medium in a folder."""
        wish = MediumWish("directory", str(self.folder / label), label, "二号楼")
        (self.folder / label).mkdir()
        return add_medium(self.archive.home, self.archive.catalogue, wish, actor="li", moment=self.archive.now())

    def copy(self, medium: str) -> CopyRow:
        """What the catalogue says of the copy on a medium."""
        with self.archive.catalogue.read() as connection:
            row = holdings.read_copy(connection, self.name, medium)
        assert row is not None
        return row


@contextmanager
def kept(folder: Path) -> Iterator[Kept]:
    """Found the archive and take the case in; closed at the end."""
    archive = founded(folder)
    try:
        name = ingest(archive, write_case(folder / "case")).objid + "_v0001"
        yield Kept(archive, name, folder)
    finally:
        archive.close()
