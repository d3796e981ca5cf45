"""The home's own store: one interface, whether it is a folder of this machine or an object store.

Packages are built in a folder here (`staging`) and published by `write`. What describes a package can be read from a
folder (`path`); whoever needs more of it as files says which (`bring`), or opens a file as a stream (`read`). Where the
store is a folder all of these are the package itself, and nothing is copied.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from preserve.home import Home
from storage_adapters.contract import CopyRef, Package, Progress, Receipt, StorageAdapter
from storage_adapters.directory import INCOMING, PACKAGES, DirectoryAdapter
from storage_adapters.durable import discard, publish
from storage_adapters.reading import walk_files
from storage_adapters.trials import Trial, try_folder

QUARANTINE = "quarantine"
"""The folder in which repairs put the old bytes of copies aside."""

Sizes = Callable[[str], int]
"""Bytes of a file of a package by its path in it. Raises OSError, or what the store raises."""


class Store(StorageAdapter, Protocol):
    """What an archive works on."""

    @property
    def identity(self) -> str:
        """As the inventory has it."""

    @property
    def root(self) -> Path:
        """The folder of this machine that has the records, and where packages are built."""

    @property
    def incoming(self) -> Path:
        """Where packages are built."""

    @property
    def is_away(self) -> bool:
        """Whether packages lie elsewhere than in a folder of this machine."""

    def prepare(self) -> None:
        """Make the place of an object store this medium. Raises WrongMedium where it is another one, MediumAbsent."""

    def require(self) -> None:
        """Raises MediumAbsent or WrongMedium unless the store is there and the right one."""

    def staging(self, name: str) -> Path:
        """Where a package of that name is built."""

    def has(self, copy: CopyRef) -> bool:
        """Whether a package of that name is published."""

    def path(self, copy: CopyRef) -> Path:
        """A folder with all that describes a package: its lists, METS, PREMIS. Raises CopyUnknown."""

    def bring(self, copy: CopyRef, paths: Iterable[str] | None = None, progress: Progress | None = None) -> Path:
        """The same folder with these files of the package in it, or with all. Raises CopyUnknown, MediumFull."""

    def let_go(self, copy: CopyRef) -> None:
        """What was brought of a package is not needed any more."""

    def sizes(self, copy: CopyRef) -> Sizes:
        """What tells the bytes of each file of a package."""

    def read_range(self, copy: CopyRef, path: PurePosixPath, start: int, length: int | None) -> BinaryIO:
        """The bytes of a file from `start` on, all or `length` of them, no more than there are. Raises CopyUnknown."""

    def place(self, copy: CopyRef) -> str:
        """Where a package lies, for people."""

    def trials(self) -> Iterator[Trial]:
        """Whether the store does what an archive needs of it, tried there."""

    def aside(self) -> Iterator[tuple[str, int]]:
        """What repairs put aside: the names of its folders, and the bytes of each."""

    def drop_aside(self, folder: str) -> None:
        """Remove what a repair put aside; somebody decided it."""

    def withdraw(self, copy: CopyRef) -> None:
        """Take back what was published and never entered: no ledger and no inventory tells of it. Nothing else calls
        this; what was entered goes under a warrant alone."""

    def publish(self, package: Package, progress: Progress) -> Receipt:
        """Publish a package built in `staging`; with it nothing is left there."""


class DirectoryStore(DirectoryAdapter):
    """A folder of this machine: packages lie in it as they are, and are worked on where they lie."""

    __slots__ = ()

    @property
    def incoming(self) -> Path:
        """On the same file system as the packages."""
        return self.root / INCOMING

    @property
    def is_away(self) -> bool:
        """Never."""
        return False

    def prepare(self) -> None:
        """A folder is made by whoever founds the home."""

    def has(self, copy: CopyRef) -> bool:
        """Whether its folder is there."""
        return (self.root / PACKAGES / copy.name).is_dir()

    def bring(self, copy: CopyRef, paths: Iterable[str] | None = None, progress: Progress | None = None) -> Path:
        """Where it lies: everything is there."""
        return self.path(copy)

    def let_go(self, copy: CopyRef) -> None:
        """Nothing was brought."""

    def sizes(self, copy: CopyRef) -> Sizes:
        """As they lie there."""
        root = self.path(copy)
        return lambda path: os.lstat(root / path).st_size

    def place(self, copy: CopyRef) -> str:
        """Its folder."""
        return str(self.path(copy))

    def trials(self) -> Iterator[Trial]:
        """Of the file system below the folder in which packages are built."""
        return try_folder(self.incoming)

    def aside(self) -> Iterator[tuple[str, int]]:
        """The folders of `quarantine/`."""
        top = self.root / QUARANTINE
        for folder in sorted(top.iterdir()) if top.is_dir() else ():
            yield folder.name, sum((folder / name).lstat().st_size for name in walk_files(folder))

    def drop_aside(self, folder: str) -> None:
        """Unlink one of them."""
        discard(self.root / QUARANTINE / folder, self.root / QUARANTINE)

    def withdraw(self, copy: CopyRef) -> None:
        """Back to where it was built."""
        staging = self.staging(copy.name)
        discard(staging, self.incoming)
        publish(self.path(copy), staging)

    def publish(self, package: Package, progress: Progress) -> Receipt:
        """One rename."""
        return self.write(package, progress)


def open_store(home: Home) -> Store:
    """The home's store; it is not touched until used. Raises MediumAbsent where no adapter of its kind is installed."""
    if home.away is None:
        return DirectoryStore(home.store, home.store_identity, home.settings.reserve)
    from preserve.archival_storage.object_store import ObjectStore

    return ObjectStore.of(home)
