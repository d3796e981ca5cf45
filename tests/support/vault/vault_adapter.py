"""Adapters from elsewhere: a vault that keeps each package as one ZIP file, and a cartridge that a person brings.

Nothing of `preserve` is imported here: this is what a third party writes, with `storage_adapters.contract` in hand.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Self, cast

from storage_adapters.contract import (
    Address,
    CopyRef,
    Established,
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
from storage_adapters.errors import CopyExists, CopyUnknown, MediumAbsent, MediumFailing, WarrantVoid, WrongMedium
from storage_adapters.marker import read_marker, write_marker
from storage_adapters.reading import walk_files


@contextmanager
def _reading(where: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise MediumFailing(str(where), reason=str(error)) from error


class _Member(io.RawIOBase):
    """A file in a ZIP file; its errors are the medium's."""

    def __init__(self, stream: IO[bytes], where: Path) -> None:
        super().__init__()
        self._stream, self._where = stream, where

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes."""
        with _reading(self._where):
            data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@dataclass(frozen=True, slots=True)
class VaultAdapter:
    """One vault: the folder `root`, which holds a ZIP file for each package."""

    root: Path
    identity: str

    @property
    def traits(self) -> Traits:
        """A vault is always there, and lets go of single packages."""
        return Traits("vault", True, False, False, True, 255, 4096, name_zh="保管库", name_en="vault")

    @classmethod
    def at(cls, address: Address) -> Self:
        """The vault at an address."""
        return cls(Path(address.location), address.identity)

    @classmethod
    def establish(cls, new: NewMedium) -> Established:
        """Make an empty folder a vault."""
        root = Path(new.where).absolute()
        if not root.is_dir():
            raise MediumAbsent(str(root))
        if any(root.iterdir()):
            raise WrongMedium(str(root), wanted=new.facts["medium"], found="not empty")
        write_marker(root, new.facts, new.sign)
        return Established(str(root), shutil.disk_usage(root).total, {"format": "zip"})

    def _require(self) -> None:
        seen = read_marker(self.root).identity
        if seen != self.identity:
            raise WrongMedium(str(self.root), wanted=self.identity, found=seen)

    def _file(self, copy: CopyRef) -> Path:
        self._require()
        file = self.root / f"{copy.name}.zip"
        if "/" in copy.name or not file.is_file():
            raise CopyUnknown(str(file))
        return file

    def probe(self) -> MediumState:
        """Is it there, and the right one?"""
        try:
            self._require()
        except MediumAbsent:
            return MediumState(False, "", False, 0, 0)
        usage = shutil.disk_usage(self.root)
        return MediumState(True, self.identity, True, usage.total, usage.free)

    def copies(self) -> Iterator[CopyRef]:
        """Every package, by the name of its ZIP file."""
        self._require()
        yield from (CopyRef(file.stem) for file in sorted(self.root.glob("*.zip")))

    def write(self, package: Package, progress: Progress) -> Receipt:
        """Write the package as one ZIP file, durable before it has its name."""
        self._require()
        final = self.root / f"{package.name}.zip"
        if final.exists():
            raise CopyExists(str(final))
        names = sorted(walk_files(package.root))
        self._zip(final, ((name, package.root / name) for name in names), progress)
        size = sum((package.root / name).stat().st_size for name in names)
        moment = datetime.now(UTC).replace(microsecond=0)
        return Receipt(CopyRef(package.name), str(final), len(names), size, moment)

    @staticmethod
    def _zip(final: Path, files: Iterable[tuple[str, Path]], progress: Progress) -> None:
        part = final.with_suffix(".part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
                for name, path in files:
                    archive.write(path, name)
                    progress(path.stat().st_size)
            with part.open("rb") as stream:
                os.fsync(stream.fileno())
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        os.replace(part, final)

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file of a package."""
        file = self._file(copy)
        with _reading(file):
            archive = zipfile.ZipFile(file)
            try:
                return cast(BinaryIO, io.BufferedReader(_Member(archive.open(str(path)), file)))
            except KeyError as error:
                raise CopyUnknown(f"{file}: {path}") from error

    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        """Read every expected file and compare; then name what should not be there."""
        file = self._file(copy)
        known: set[str] = set()
        ended = False
        for expected in scope.expected:
            if ended := not scope.more(expected.size or 0):
                break
            known.add(expected.path)
            yield self._check(copy, expected.path, expected.digests, progress)
        if scope.exhaustive and not ended:
            with _reading(file), zipfile.ZipFile(file) as archive:
                names = archive.namelist()
            yield from (FileCheck(name, "unexpected", 0, {}) for name in names if name not in known)

    def _check(self, copy: CopyRef, path: str, digests: object, progress: Progress) -> FileCheck:
        wanted = cast(dict[str, str], digests)
        running = {name: hashlib.new(name) for name in wanted}
        size = 0
        try:
            with self.read(copy, PurePosixPath(path)) as stream:
                while block := stream.read(1 << 20):
                    size += len(block)
                    for digest in running.values():
                        digest.update(block)
        except CopyUnknown:
            return FileCheck(path, "absent", 0, {})
        except MediumFailing as error:
            return FileCheck(path, "damaged", size, {}, str(error))
        progress(size)
        seen = {name: digest.hexdigest() for name, digest in running.items()}
        return FileCheck(path, "intact" if seen == dict(wanted) else "damaged", size, seen)

    def mend(self, package: Package, paths: Iterable[str], aside: str) -> None:
        """Write the package anew with these files from `package.root`; the ZIP file as it was goes into quarantine."""
        file = self._file(CopyRef(package.name))
        bad = set(paths)
        work = self.root / "mending"
        with _reading(file), zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                if name not in bad:
                    archive.extract(name, work)
        kept = ((name, work / name) for name in walk_files(work))
        mended = ((name, package.root / name) for name in bad if (package.root / name).exists())
        (self.root / "quarantine").mkdir(exist_ok=True)
        os.link(file, self.root / "quarantine" / f"{aside}.zip")
        self._zip(file, [*kept, *mended], lambda moved: None)
        shutil.rmtree(work)

    def remove(self, copy: CopyRef, warrant: Warrant) -> None:
        """Remove a package, and what repairs put aside of it, under a warrant."""
        if not warrant.holds_for(copy, self.identity):
            raise WarrantVoid(str(self.root))
        self._file(copy).unlink()
        for aside in (self.root / "quarantine").glob(f"{copy.name}.*"):
            aside.unlink()


class CartridgeAdapter(VaultAdapter):
    """A vault in a case that is carried away: a person must bring it, and it is destroyed as a thing."""

    @property
    def traits(self) -> Traits:
        """It lies on a shelf, and bears a label."""
        return Traits("cartridge", True, True, True, True, 255, 4096)
