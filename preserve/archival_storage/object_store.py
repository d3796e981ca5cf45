"""A home's store that is away: packages lie in an object store, and what is worked on is brought here while it is.

What is brought lies in `work/brought/<package>`, as a part of the package's own tree: lists and metadata first, other
files when somebody asks for them. It is nobody's truth: it can be thrown away at any time, is thrown away after a day,
and goes with the package under its warrant.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Self, cast

from preserve.archival_storage.store import Sizes
from preserve.home import Home
from preserve.work import require_space
from storage_adapters import registry
from storage_adapters.contract import (
    Address,
    CopyRef,
    FileCheck,
    MediumState,
    Package,
    Progress,
    Receipt,
    Scope,
    Traits,
    Warrant,
)
from storage_adapters.durable import discard
from storage_adapters.erasing import overwrite_tree
from storage_adapters.errors import CopyUnknown
from storage_adapters.trials import Trial

_KEPT = 24 * 3600.0  # seconds that what was brought stays, since it was last asked for
_PAYLOAD = re.compile(r"data/[^/]+/representations/[^/]+/data/")
_WORKERS = 4


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """The store of one home behind an adapter; `root` has records and packages under construction, here."""

    adapter: Any
    identity: str
    root: Path
    brought: Path
    location: str
    reserve: int = 0
    shared: bool = False  # the door is another user of our group: it brings, and throws away, too

    @classmethod
    def of(cls, home: Home) -> Self:
        """The object store that the settings name. Raises MediumAbsent where no adapter of its kind is installed."""
        assert home.away is not None, "the store of this home is a folder"
        address = Address(home.store_identity, home.away.location, home.away.model_dump())
        adapter = _adapter(home, address)
        brought, group = home.work / "brought", bool(home.settings.web.group)
        return cls(adapter, home.store_identity, home.store, brought, home.away.location, home.settings.reserve, group)

    @property
    def traits(self) -> Traits:
        """Those of its kind."""
        return cast(Traits, self.adapter.traits)

    @property
    def incoming(self) -> Path:
        """On this machine."""
        return self.root / "incoming"

    @property
    def is_away(self) -> bool:
        """Always."""
        return True

    def probe(self) -> MediumState:
        """Is it reachable and the right one?"""
        return cast(MediumState, self.adapter.probe())

    def prepare(self) -> None:
        """Make the place this store. Raises WrongMedium where it is another medium, MediumAbsent."""
        self.adapter.prepare()

    def require(self) -> None:
        """Raises MediumAbsent or WrongMedium unless this is the store it should be."""
        self.adapter.require()

    def copies(self) -> Iterator[CopyRef]:
        """Every published package."""
        return cast(Iterator[CopyRef], self.adapter.copies())

    def has(self, copy: CopyRef) -> bool:
        """Whether its list is there."""
        return bool(self.adapter.has(copy))

    def staging(self, name: str) -> Path:
        """A folder of this machine."""
        self.require()
        return self.incoming / name

    def write(self, package: Package, progress: Progress) -> Receipt:
        """Make a copy or none at all."""
        self.let_go(CopyRef(package.name))
        return cast(Receipt, self.adapter.write(package, progress))

    def publish(self, package: Package, progress: Progress) -> Receipt:
        """Send a package built here. What was built stays until the caller has read the copy back."""
        return self.write(package, progress)

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file. Raises CopyUnknown."""
        return cast(BinaryIO, self.adapter.read(copy, path))

    def read_range(self, copy: CopyRef, path: PurePosixPath, start: int, length: int | None) -> BinaryIO:
        """Some bytes of a file. Raises CopyUnknown."""
        return cast(BinaryIO, self.adapter.read_range(copy, path, start, length))

    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        """Read back through the store and compare."""
        return cast(Iterator[FileCheck], self.adapter.verify(copy, scope, progress))

    def mend(self, package: Package, paths: Iterable[str], aside: str) -> None:
        """Put single files of a copy right."""
        self.adapter.mend(package, paths, aside)
        self.let_go(CopyRef(package.name))

    def left(self, copy: CopyRef) -> tuple[int, str]:
        """How many things of a copy are there or here, and until when one is locked."""
        count, until = self.adapter.left(copy)
        return count + len(self._here(copy)), until

    def remove(self, copy: CopyRef, warrant: Warrant) -> None:
        """Remove a copy under a warrant, and what was brought or built of it here."""
        self.adapter.remove(copy, warrant)
        for folder in self._here(copy):
            overwrite_tree(folder)
            discard(folder, folder.parent)

    def _here(self, copy: CopyRef) -> list[Path]:
        """What was brought of a package, and what attempts at it left."""
        places = [self.brought / copy.name, self.incoming / copy.name, *self.incoming.glob(f"{copy.name}.*")]
        return [place for place in places if place.exists()]

    def place(self, copy: CopyRef) -> str:
        """Bucket and name."""
        return f"{self.location}/{copy.name}"

    def trials(self) -> Iterator[Trial]:
        """Of the store."""
        return cast(Iterator[Trial], self.adapter.trials())

    def aside(self) -> Iterator[tuple[str, int]]:
        """Below `quarantine/` in the store."""
        return cast(Iterator[tuple[str, int]], self.adapter.aside())

    def drop_aside(self, folder: str) -> None:
        """Delete one of them there."""
        self.adapter.drop_aside(folder)

    def withdraw(self, copy: CopyRef) -> None:
        """Its list goes first, then all that was sent."""
        self.let_go(copy)
        self.adapter.withdraw(copy)

    def sizes(self, copy: CopyRef) -> Sizes:
        """As the copy's list has them."""
        files = self.adapter.contents(copy).files

        def size_of(path: str) -> int:
            if path not in files:
                raise CopyUnknown(f"{copy.name}/{path}")
            return int(files[path].size)

        return size_of

    def path(self, copy: CopyRef) -> Path:
        """A folder with lists and metadata: all but the files of the representations."""
        names = self.adapter.contents(copy).files
        return self.bring(copy, [path for path in names if not _PAYLOAD.match(path)])

    def bring(self, copy: CopyRef, paths: Iterable[str] | None = None, progress: Progress | None = None) -> Path:
        """The same folder with these files as the store gives them, or all.

        Raises CopyUnknown for what the copy's list does not have, MediumProblem for no room.
        """
        self._clear()
        files = self.adapter.contents(copy).files
        root = self.brought / copy.name
        asked = list(files if paths is None else paths)
        if unknown := [path for path in asked if path not in files]:
            raise CopyUnknown(f"{copy.name}/{unknown[0]}")
        wanted = [path for path in asked if not self.adapter.is_here(copy, path, root)]
        root.mkdir(mode=0o770, parents=True, exist_ok=True)
        if paths is None:  # folders that hold no file are none of the package's
            require_space(root, sum(files[path].size for path in wanted), self.reserve)
        groups = list(self.adapter.together(copy, wanted))
        with ThreadPoolExecutor(_WORKERS) as pool:
            for size in pool.map(lambda group: self.adapter.fetch(copy, group, root), groups):
                if progress is not None:
                    progress(size)
        root.touch()
        if self.shared:
            _open_to_group(self.brought, root)
        return root

    def let_go(self, copy: CopyRef) -> None:
        """Throw away what was brought of a package."""
        if (self.brought / copy.name).exists():
            discard(self.brought / copy.name, self.brought)

    def _clear(self) -> None:
        """Throw away what nobody asked for since yesterday."""
        before = time.time() - _KEPT
        with suppress(OSError):
            for folder in self.brought.iterdir():
                if folder.stat().st_mtime < before:
                    discard(folder, self.brought)


_adapters: dict[tuple[Path, str], Any] = {}


def _adapter(home: Home, address: Address) -> Any:
    """One for each home in this process: it remembers lists and keeps connections."""
    assert home.away is not None
    key = home.path, home.away.model_dump_json()
    if key not in _adapters:
        _adapters[key] = registry.open_adapter(home.away.kind, address)
    return _adapters[key]


def _open_to_group(top: Path, root: Path) -> None:
    """Let everybody of the group write here what they bring, and throw it away."""
    for folder, _, names in os.walk(root):
        for path, mode in ((Path(folder), 0o2770), *((Path(folder, name), 0o660) for name in names)):
            with suppress(OSError):  # another user of the group made it, and did the same
                path.chmod(mode)
    with suppress(OSError):
        top.chmod(0o2770)
