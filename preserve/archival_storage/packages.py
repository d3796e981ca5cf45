"""What a package consists of, by its own manifests held against the digest that catalogue and ledger keep of them."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from sqlalchemy import Connection

from metadata import bag
from metadata.errors import BagUnreadable
from preserve.archival_storage.media import server_store
from preserve.archival_storage.store import Sizes, Store
from preserve.data_management import case_index, cases, holdings, versions
from preserve.data_management.proof.anchors import Anchor
from preserve.data_management.versions import Version
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef, ExpectedFile, FileCheck, Package
from storage_adapters.errors import CopyUnknown, MediumFailing, StorageError
from storage_adapters.reading import digest_file


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package: path below its top folder, size in bytes, SHA-256."""

    path: str
    size: int
    sha256: str


def read_version(connection: Connection, name: str) -> Version:
    """The version by its name, or the newest of a case by objid. Raises Refused."""
    return versions.read(connection, name)


def require_case(home: Home, connection: Connection, name: str) -> str:
    """The objid of a case that somebody will decide about, by objid, package, case number or archival number.

    Raises Refused where there is none, NotIntact where the catalogue does not say of it what was registered.
    """
    objid = cases.require(connection, name).objid
    require_registered(home, connection, objid)
    return objid


def require_registered(home: Home, connection: Connection, objid: str) -> None:
    """Raises NotIntact where the catalogue does not say of a case, its files and its copies what was registered."""
    holdings.require_held(connection, objid)
    try:
        case_index.require(connection, objid, lambda package: server_store(home).path(CopyRef(package)))
    except CopyUnknown as error:
        raise NotIntact("storage.package-unreadable", objid, detail=str(error), reason=str(error)) from error


def stored_files(store: Store, name: str, manifest_sha256: str) -> list[PackageFile]:
    """Every file of a package in the home's store, as `package_files`."""
    copy = CopyRef(name)
    return package_files(store.path(copy), manifest_sha256, store.sizes(copy))


def package_files(root: Path, manifest_sha256: str, size_of: Sizes | None = None) -> list[PackageFile]:
    """Every file of a package, in the order of its manifests. Raises NotIntact where they are not the ones sealed.

    Sizes are those of the files as they lie there, or as `size_of` tells them; their bytes are not read.
    """
    size_of = size_of or (lambda path: os.lstat(root / path).st_size)
    try:
        seen = digest_file(root / "manifest-sha256.txt", ("sha256",))[1]["sha256"]
        if manifest_sha256 and seen != manifest_sha256:
            raise NotIntact("storage.manifest-altered", str(root), wanted=manifest_sha256, found=seen)
        lines = [(line.path, line.digest) for line in bag.read_lines(root / "tagmanifest-sha256.txt")]
        if dict(lines).get("manifest-sha256.txt") != seen:
            raise NotIntact("storage.manifest-altered", str(root), wanted=seen, found="tagmanifest-sha256.txt")
        lines += [(line.path, line.digest) for line in bag.read_lines(root / "manifest-sha256.txt")]
        for name in sorted(os.listdir(root)):
            if name.startswith("tagmanifest-"):
                lines.append((name, digest_file(root / name, ("sha256",))[1]["sha256"]))
        return [PackageFile(path, size_of(path), digest) for path, digest in lines]
    except (OSError, BagUnreadable, StorageError) as error:
        raise NotIntact("storage.package-unreadable", str(root), detail=str(error), reason=str(error)) from error


def as_package(name: str, root: Path, files: Iterable[PackageFile]) -> Package:
    """What an adapter is given to write."""
    listed = list(files)
    return Package(name, root, sum(file.size for file in listed), {file.path: file.sha256 for file in listed})


def expected(files: Iterable[PackageFile]) -> list[ExpectedFile]:
    """What an adapter is given to verify."""
    return [ExpectedFile(file.path, file.size, {"sha256": file.sha256}) for file in files]


class Reads(Protocol):
    """Whatever files of packages can be read from: an adapter, or less."""

    def copies(self) -> Iterator[CopyRef]:
        """Every copy there."""

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file of a copy."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One package in a folder of any name, such as a quarantined one."""

    root: Path
    name: str

    def copies(self) -> Iterator[CopyRef]:
        """The one."""
        yield CopyRef(self.name)

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one of its files; never through a link, never outside it. Raises CopyUnknown."""
        if path.is_absolute() or ".." in path.parts:
            raise CopyUnknown(str(path))
        try:
            return os.fdopen(os.open(self.root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
        except OSError as error:
            raise CopyUnknown(str(self.root / path)) from error


@dataclass(frozen=True, slots=True)
class Contents:
    """What a copy must hold, proven by the digests in the ledger; or what of its own lists is not as it should be."""

    expected: tuple[ExpectedFile, ...]
    problems: tuple[FileCheck, ...]


def contents_of(adapter: Reads, copy: CopyRef, anchor: Anchor) -> Contents:
    """Read a copy's manifests from its medium, hold them against the ledger, and say what each file must be.

    Every algorithm that the package has manifests of counts. Raises CopyUnknown where the medium has no such copy, and
    the medium's errors.
    """
    problems: list[FileCheck] = []
    digests: dict[str, dict[str, str]] = {}
    anchored = {"manifest-sha256.txt": anchor.manifest, "tagmanifest-sha256.txt": anchor.tagmanifest}
    for name, wanted in anchored.items():
        data = _read(adapter, copy, name, problems)
        if data is None:
            continue
        seen = hashlib.sha256(data).hexdigest()
        if seen != wanted:
            problems.append(FileCheck(name, "damaged", len(data), {"sha256": seen}, "sha256"))
            continue
        for line in bag.lines_in(io.BytesIO(data), name):
            digests.setdefault(line.path, {})["sha256"] = line.digest
    if not problems:
        own = {name: {"sha256": wanted} for name, wanted in anchored.items()}
        manifests = [manifest for manifest in bag.manifests(digests) if not manifest.tag]
        algorithms = [manifest.algorithm for manifest in manifests if manifest.algorithm != "sha256"]
        for algorithm in algorithms:
            for name in (f"manifest-{algorithm}.txt", f"tagmanifest-{algorithm}.txt"):
                _add(adapter, copy, name, algorithm, digests, problems)
            # Nothing lists a tag manifest but its own lines: it counts as it lies there once they agree.
            own[f"tagmanifest-{algorithm}.txt"] = {}
        digests = {**digests, **own}
    return Contents(tuple(ExpectedFile(path, None, wanted) for path, wanted in digests.items()), tuple(problems))


def _add(
    adapter: Reads,
    copy: CopyRef,
    name: str,
    algorithm: str,
    digests: dict[str, dict[str, str]],
    problems: list[FileCheck],
) -> None:
    data = _read(adapter, copy, name, problems)
    if data is None:
        return
    try:
        for line in bag.lines_in(io.BytesIO(data), name):
            if line.path not in digests and not line.path.startswith("tagmanifest-"):
                raise BagUnreadable(name, reason=line.path)
            digests.setdefault(line.path, {})[algorithm] = line.digest
    except BagUnreadable as error:
        problems.append(FileCheck(name, "damaged", len(data), {}, str(error)))


def _read(adapter: Reads, copy: CopyRef, name: str, problems: list[FileCheck]) -> bytes | None:
    try:
        with adapter.read(copy, PurePosixPath(name)) as stream:
            return stream.read()
    except CopyUnknown:
        if not any(there == copy for there in adapter.copies()):
            raise
        problems.append(FileCheck(name, "absent", 0, {}))
    except (MediumFailing, OSError) as error:
        problems.append(FileCheck(name, "unreadable", 0, {}, str(error)))
    return None
