"""A dedicated drive as a medium: a server directory's layout on a file system of its own, known by UUID and marker.

A drive is never known by where it is mounted. Everything is done through a handle on its top folder, so that a drive
that goes away in the middle can never lead to bytes being written to what lies below its mount point.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from ulid import ULID

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
from storage_adapters.directory import PACKAGES, DirectoryAdapter
from storage_adapters.drive_marker import KIND, check_marker, find_drives, prepare_drive
from storage_adapters.durable import drop_file, publish, sync_file_system
from storage_adapters.errors import CopyExists, MediumAbsent, MediumFull, NotWrittenRight, SourceDamaged, WrongMedium
from storage_adapters.file_systems import Mount, hardware_of, mount_of, mounted, remount
from storage_adapters.marker import read_marker, write_marker
from storage_adapters.medium_errors import on_medium
from storage_adapters.reading import check_files, walk_files
from storage_adapters.smart import Health, read_health


@dataclass(frozen=True, slots=True)
class DriveAdapter:
    """One drive, mounted at `root`. `uuid` is its file system's.

    `keys` are the public keys (raw Ed25519) that the archive signs with or once signed with; empty: any will do.

    `sessions` are the marker's session values that the inventory knows; empty means that any will do. `reserve`
    bytes stay free.
    """

    root: Path
    identity: str
    uuid: str
    keys: tuple[bytes, ...] = ()
    sessions: tuple[str, ...] = ()
    reserve: int = 0
    serial: str = ""
    pool: Executor | None = field(default=None, compare=False, repr=False)
    _mount: list[Mount] = field(default_factory=list, compare=False, repr=False)

    @property
    def traits(self) -> Traits:
        """A drive can be erased and taken away, and a person must connect it."""
        return Traits(KIND, True, True, True, True, 255, 4096, name_zh="硬盘", name_en="drive")

    @classmethod
    def at(cls, address: Address) -> Self:
        """The drive that should be mounted at an address."""
        details = address.details
        return cls(
            Path(address.location),
            address.identity,
            str(details.get("uuid", "")),
            address.keys,
            tuple(str(details[name]) for name in ("session", "next_session") if details.get(name)),
            int(details.get("reserve", 0)),
            str(details.get("serial", "")),
            address.pool,
        )

    @classmethod
    def establish(cls, new: NewMedium) -> Established:
        """Make the empty file system mounted there a drive. Raises MediumAbsent, WrongMedium as `prepare_drive`."""
        root, session = Path(new.where).absolute(), str(ULID()).lower()
        mount = prepare_drive(root, {**new.facts, "session": session}, new.sign)
        hardware = hardware_of(mount)
        adapter = cls(root, new.facts["medium"], mount.uuid)
        details = {
            "uuid": mount.uuid,
            "file_system": mount.kind,
            "session": session,
            "model": hardware.model,
            "serial": hardware.serial,
            "reserve": int(new.options.get("reserve", 0)),
            **adapter.health().facts(),
        }
        return Established(str(root), adapter.probe().capacity, details)

    @classmethod
    def find(cls) -> Iterator[tuple[str, str]]:
        """Every drive that is mounted now: what its marker calls it, and where."""
        for mount, marker in find_drives():
            yield marker.identity, str(mount.target)

    def require(self) -> Mount:
        """The drive's mount. Raises MediumAbsent where nothing or no drive is there, WrongMedium where another is."""
        mount = mount_of(self.root)
        marker = read_marker(self.root)
        if mount.uuid != self.uuid:
            raise WrongMedium(str(self.root), wanted=self.uuid, found=mount.uuid)
        check_marker(marker, str(self.root), self.identity, self.uuid, self.keys, self.sessions)
        twins = {str(other.target) for other in mounted() if other.uuid == self.uuid and other.source != mount.source}
        if twins:
            raise WrongMedium(str(self.root), wanted=self.uuid, found="two: " + ", ".join(sorted(twins)))
        if self.serial and (seen := hardware_of(mount).serial) and seen != self.serial:
            raise WrongMedium(str(self.root), wanted=self.serial, found=seen)
        return mount

    def health(self) -> Health:
        """What the drive says of itself, now."""
        return read_health(hardware_of(mount_of(self.root)).device)

    def probe(self) -> MediumState:
        """Is it there, the right one, with room, healthy? Raises WrongMedium where another drive is in its place."""
        try:
            mount = self.require()
        except MediumAbsent:
            return MediumState(False, "", False, 0, 0, detail="not mounted")
        usage = shutil.disk_usage(self.root)
        health = self.health()
        writable = os.geteuid() == 0 or not mount.read_only
        return MediumState(True, self.identity, writable, usage.total, usage.free, health.verdict, health.detail)

    @contextmanager
    def _folder(self) -> Iterator[DirectoryAdapter]:
        """The drive through a handle on its top folder, which stays with the drive whatever happens to the path."""
        self.require()
        with on_medium(self.root):
            handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # Other processes know this one's handles by its number.
            yield DirectoryAdapter(Path(f"/proc/{os.getpid()}/fd/{handle}"), self.identity, self.reserve, self.pool)
        finally:
            os.close(handle)

    @contextmanager
    def writable(self) -> Iterator[None]:
        """Within it the drive takes writes; where it was read-only before, it is so again afterwards."""
        mount = self.require()
        if not mount.read_only:
            yield
            return
        remount(mount, writable=True)
        try:
            yield
        finally:
            # A drive that was pulled meanwhile is not there to be made read-only; the error in flight says so.
            if _same(self.root, mount):
                remount(mount, writable=False)

    def copies(self) -> Iterator[CopyRef]:
        """Every published package, by name."""
        with self._folder() as folder:
            yield from folder.copies()

    def path(self, copy: CopyRef) -> Path:
        """Where a published package lies. Raises CopyUnknown."""
        self.require()
        return DirectoryAdapter(self.root, self.identity).path(copy)

    def write(self, package: Package, progress: Progress) -> Receipt:
        """Copy, sync, read back past the cache, publish by rename: durable and proven, or absent.

        What an interrupted write left is taken up where `package.digests` tell what it should be. Raises
        SourceDamaged, NotWrittenRight, MediumFull, MediumAbsent, CopyExists.
        """
        with self.writable(), self._folder() as folder:
            final = folder.root / PACKAGES / package.name
            staged = folder.staging(package.name)
            if final.exists():
                raise CopyExists(str(self.root / PACKAGES / package.name))
            self._require_room(folder, staged, package)
            written = self._copy_in(package, staged, progress)
            sync_file_system(folder.root)
            self._read_back(staged, written, progress)
            publish(staged, final)
            sync_file_system(folder.root)
            if not _same(self.root, mount_of(self.root)) or not (self.root / PACKAGES / package.name).is_dir():
                raise MediumAbsent(str(self.root))
        size = sum(length for length, _ in written.values())
        return Receipt(CopyRef(package.name), str(self.root / PACKAGES / package.name), len(written), size, _now())

    def _require_room(self, folder: DirectoryAdapter, staged: Path, package: Package) -> None:
        with on_medium(self.root):
            free = shutil.disk_usage(folder.root).free
            there = sum(os.lstat(staged / name).st_size for name in walk_files(staged)) if staged.is_dir() else 0
        if package.size + self.reserve > free + there:
            raise MediumFull(str(self.root), needed=package.size + self.reserve, free=free + there)

    def _copy_in(self, package: Package, staged: Path, progress: Progress) -> dict[str, tuple[int, str]]:
        """Copy every file that is not there yet; return size and SHA-256 of each, as read from the source."""
        written: dict[str, tuple[int, str]] = {}
        with on_medium(self.root):
            left = set(walk_files(staged)) if staged.is_dir() else set()
        for name in walk_files(package.root):
            known = package.digests.get(name, "")
            size = os.lstat(package.root / name).st_size
            if known and name in left and os.lstat(staged / name).st_size == size:
                written[name] = size, known  # the read-back decides whether it is whole
                progress(size)
                continue
            size, digests = copy_file_checked(package.root / name, staged / name, ("sha256",), progress)
            if known and digests["sha256"] != known:
                drop_file(staged / name, staged)
                raise SourceDamaged(str(package.root / name), wanted=known, found=digests["sha256"])
            written[name] = size, digests["sha256"]
        for name in left - set(written):
            drop_file(staged / name, staged)
        return written

    def _read_back(self, staged: Path, written: Mapping[str, tuple[int, str]], progress: Progress) -> None:
        expected = (ExpectedFile(name, size, {"sha256": digest}) for name, (size, digest) in written.items())
        bad = [
            check
            for check in check_files(staged, expected, from_medium=True, progress=progress)
            if check.verdict != "intact"
        ]
        for check in bad:
            drop_file(staged / check.path, staged)  # the next attempt copies it anew
        if bad:
            raise NotWrittenRight(str(self.root / PACKAGES / staged.name), file=bad[0].path, count=len(bad))

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file of a package; never through a link, never outside it. Raises CopyUnknown."""
        with self._folder() as folder:
            return folder.read(copy, path)

    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        """Compare every expected file with its bytes on the drive; then name what should not be there."""
        with self._folder() as folder:
            yield from folder.verify(copy, scope, progress)

    def remove(self, copy: CopyRef, warrant: Warrant) -> None:
        """Remove a package under a warrant. Raises WarrantVoid."""
        self.require()
        with self.writable():
            DirectoryAdapter(self.root, self.identity).remove(copy, warrant)

    def begin_session(self, session: str, sign: Callable[[bytes], bytes]) -> None:
        """Write a new session value into the marker; from then on an earlier clone of this drive is refused."""
        with self.writable(), self._folder() as folder:
            facts = {**read_marker(folder.root).facts, "session": session}
            write_marker(folder.root, facts, sign)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _same(root: Path, mount: Mount) -> bool:
    """Whether what is mounted there now is still that file system."""
    try:
        now = mount_of(root)
    except MediumAbsent:
        return False
    return (now.source, now.uuid, now.target) == (mount.source, mount.uuid, mount.target)
