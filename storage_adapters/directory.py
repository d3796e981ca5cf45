"""A server directory as a medium: packages lie in it as plain folders, readable with the software gone.

Layout: `<root>/packages/<name>` is a published package; `<root>/incoming/<name>` one under construction, on the
same file system, so that publishing is one rename; `<root>/medium.json` says which medium this is. A folder with
100,000 names is no burden to ext4 or XFS, so packages are not spread over subfolders.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from storage_adapters.contract import (
    Address,
    CopyRef,
    Established,
    ExpectedFile,
    FileCheck,
    MediumState,
    NewMedium,
    Package,
    Progress,
    Receipt,
    Scope,
    Traits,
    Warrant,
)
from storage_adapters.copying import copy_file_checked
from storage_adapters.durable import discard, publish, sync_file_system, write_file
from storage_adapters.erasing import overwrite_tree
from storage_adapters.errors import (
    CopyExists,
    CopyUnknown,
    MediumAbsent,
    MediumFull,
    SourceDamaged,
    WarrantVoid,
    WrongMedium,
)
from storage_adapters.known_names import KnownNames
from storage_adapters.marker import write_marker
from storage_adapters.medium_errors import make_folder, on_medium
from storage_adapters.parts import part_of
from storage_adapters.reading import check_files, parted, walk_files

KIND = "directory"
MARKER = "medium.json"
PACKAGES = "packages"
INCOMING = "incoming"


def prepare(root: Path, identity: str, label: str) -> None:
    """Make a directory a medium: its folders and its marker. Raises WrongMedium where it is one already."""
    _make_folders(root, identity)
    marker = {"medium": identity, "label": label, "made": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    write_file(root / MARKER, (json.dumps(marker, ensure_ascii=False, indent=1) + "\n").encode(), durable=True)


def _make_folders(root: Path, identity: str) -> None:
    if (root / MARKER).exists():
        raise WrongMedium(str(root), wanted=identity, found=_read_marker(root))
    with on_medium(root):
        if root.is_dir() and not any(root.iterdir()):
            with suppress(PermissionError):  # somebody else's folder, which they opened for us
                root.chmod(stat.S_IMODE(root.stat().st_mode) & ~0o027)
        for name in (PACKAGES, INCOMING):
            make_folder(root / name)


def _read_marker(root: Path) -> str:
    try:
        return str(json.loads((root / MARKER).read_text(encoding="utf-8"))["medium"])
    except FileNotFoundError:
        raise MediumAbsent(str(root)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongMedium(str(root), wanted="", found=str(error)) from error


@dataclass(frozen=True, slots=True)
class DirectoryAdapter:
    """One server directory. `reserve` bytes stay free; `pool` are processes that may help to read many files."""

    root: Path
    identity: str
    reserve: int = 0
    pool: Executor | None = field(default=None, compare=False, repr=False)

    @property
    def traits(self) -> Traits:
        """A directory can be erased, is always there, publishes by rename."""
        return Traits(KIND, True, False, False, True, 255, 4096, name_zh="服务器存储", name_en="server store")

    @classmethod
    def at(cls, address: Address) -> Self:
        """The directory at an address."""
        reserve = int(address.details.get("reserve", 0))
        return cls(Path(address.location), address.identity, reserve, address.pool)

    @classmethod
    def establish(cls, new: NewMedium) -> Established:
        """Make an empty directory a medium. Raises MediumAbsent where there is none, WrongMedium where it is not
        empty."""
        root, identity = Path(new.where).absolute(), new.facts["medium"]
        if not root.is_dir():
            raise MediumAbsent(str(root))
        if not (root / MARKER).exists() and (there := sorted(os.listdir(root))):
            raise WrongMedium(str(root), wanted=identity, found=", ".join(there[:5]))
        _make_folders(root, identity)
        write_marker(root, new.facts, new.sign)
        reserve = int(new.options.get("reserve", 0))
        return Established(str(root), shutil.disk_usage(root).total, {"reserve": reserve})

    def probe(self) -> MediumState:
        """Is it there, the right one, with room? Health is unknown: a directory cannot tell."""
        try:
            seen = _read_marker(self.root)
        except MediumAbsent:
            return MediumState(False, "", False, 0, 0, detail="not mounted")
        if seen != self.identity:
            raise WrongMedium(str(self.root), wanted=self.identity, found=seen)
        usage = shutil.disk_usage(self.root)
        writable = os.access(self.root / PACKAGES, os.W_OK) and not os.statvfs(self.root).f_flag & os.ST_RDONLY
        return MediumState(True, seen, writable, usage.total, usage.free)

    def require(self) -> None:
        """Raises MediumAbsent or WrongMedium unless this is the medium it should be."""
        seen = _read_marker(self.root)
        if seen != self.identity:
            raise WrongMedium(str(self.root), wanted=self.identity, found=seen)

    def copies(self) -> Iterator[CopyRef]:
        """Every published package, by name."""
        self.require()
        with on_medium(self.root):
            for entry in sorted(os.scandir(self.root / PACKAGES), key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    yield CopyRef(entry.name)

    def path(self, copy: CopyRef) -> Path:
        """Where a published package lies. Raises CopyUnknown."""
        path = self.root / PACKAGES / _one_name(copy.name)
        if not path.is_dir() or path.is_symlink():
            raise CopyUnknown(str(path))
        return path

    def staging(self, name: str) -> Path:
        """Where a package of that name is to be built; on the same file system as its final place."""
        self.require()
        return self.root / INCOMING / _one_name(name)

    def write(self, package: Package, progress: Progress) -> Receipt:
        """Publish a package: one built in `staging` is synced and renamed, any other is copied in first.

        Raises CopyExists, MediumFull, and SourceDamaged for what is copied and has not the digest that it should have.
        """
        self.require()
        final = self.root / PACKAGES / _one_name(package.name)
        if final.exists():
            raise CopyExists(str(final))
        staged = package.root.resolve()
        if staged.parent != (self.root / INCOMING).resolve():
            staged = self.staging(package.name)
            self._copy_in(package, staged, progress)
        files, size = _count(staged)
        sync_file_system(self.root)
        publish(staged, final)
        return Receipt(CopyRef(package.name), str(final), files, size, datetime.now(UTC).replace(microsecond=0))

    def _copy_in(self, package: Package, staged: Path, progress: Progress) -> None:
        free = shutil.disk_usage(self.root).free
        if package.size + self.reserve > free:
            raise MediumFull(str(self.root), needed=package.size + self.reserve, free=free)
        discard(staged, self.root / INCOMING)
        try:
            for name in walk_files(package.root):
                known = package.digests.get(name, "")
                seen = copy_file_checked(package.root / name, staged / name, ("sha256",) if known else (), progress)[1]
                if known and seen["sha256"] != known:
                    raise SourceDamaged(str(package.root / name), wanted=known, found=seen["sha256"])
        except BaseException:
            discard(staged, self.root / INCOMING)
            raise

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file of a package; never through a link, never outside it. Raises CopyUnknown."""
        if path.is_absolute() or ".." in path.parts:
            raise CopyUnknown(str(path))
        target = self.path(copy) / path
        try:
            handle = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
                raise CopyUnknown(str(target)) from error
            with on_medium(target):
                raise
        return os.fdopen(handle, "rb")

    def read_range(self, copy: CopyRef, path: PurePosixPath, start: int, length: int | None) -> BinaryIO:
        """The bytes of a file from `start` on, all or `length` of them, no more than there are. Raises CopyUnknown."""
        stream = self.read(copy, path)
        stream.seek(start)
        return stream if length is None else part_of(stream, length)

    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        """Compare every expected file with its bytes on the medium; then name what should not be there."""
        yield from check_tree(self.path(copy), scope, progress, self.pool)

    def remains(self, copy: CopyRef) -> list[Path]:
        """Everything on this medium that has the name of a package: published, half-written, put aside, repair data.

        `incoming/NAME` and `NAME.*` (attempts, removals that were cut off), `quarantine/NAME.*`, `recovery/NAME`.
        """
        name, incoming = _one_name(copy.name), self.root / INCOMING
        places = [self.root / PACKAGES / name, incoming / name, *sorted(incoming.glob(f"{name}.*"))]
        places += [*sorted((self.root / "quarantine").glob(f"{name}.*")), self.root / "recovery" / name]
        return [place for place in places if os.path.lexists(place)]

    def remove(self, copy: CopyRef, warrant: Warrant) -> None:
        """Remove a package, and all that lies here under its name, under a warrant for this copy on this medium.

        Called again after a kill it goes on. Raises WarrantVoid, CopyUnknown where nothing of it is here.
        """
        if not warrant.holds_for(copy, self.identity):
            raise WarrantVoid(f"{self.root}/{PACKAGES}/{copy.name}")
        if not self.remains(copy):
            raise CopyUnknown(f"{self.root}/{PACKAGES}/{copy.name}")
        leaving = self.root / INCOMING / f"{_one_name(copy.name)}.removed"
        with on_medium(self.root):
            (self.root / INCOMING).mkdir(exist_ok=True)
        for place in [leaving, *self.remains(copy)]:
            if place != leaving and os.path.lexists(place):
                publish(place, leaving)  # no name that anybody reads stands for half a package
            if not os.path.lexists(leaving):
                continue
            if warrant.overwrite:
                overwrite_tree(leaving)
            discard(leaving, self.root / INCOMING)
        sync_file_system(self.root)


def check_tree(root: Path, scope: Scope, progress: Progress, pool: Executor | None = None) -> Iterator[FileCheck]:
    """Compare a package folder with what it should hold, wherever it lies."""
    known = KnownNames()
    ended = False

    def begin(file: ExpectedFile, size: int) -> bool:
        nonlocal ended
        if scope.more(size):
            known.add(file.path)
            return True
        ended = True
        return False

    for files, told in parted(scope.expected, scope.seen):
        yield from check_files(root, files, from_medium=scope.from_medium, progress=progress, pool=pool, begin=begin)
        if ended:
            return
        for check in told:
            known.add(check.path)
            progress(check.size)
            yield check
    if scope.exhaustive:
        for name in walk_files(root):
            if name not in known:
                yield FileCheck(name, "unexpected", 0, {})


def _one_name(name: str) -> str:
    if not name or "/" in name or name in (".", "..") or "\0" in name:
        raise CopyUnknown(name)
    return name


def _count(folder: Path) -> tuple[int, int]:
    files = size = 0
    with on_medium(folder):
        for name in walk_files(folder):
            files += 1
            size += os.lstat(f"{folder}/{name}").st_size
    return files, size
