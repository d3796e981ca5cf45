"""What a package consists of, by its own manifests held against the digest that catalogue and ledger keep of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from metadata import bag
from metadata.errors import BagUnreadable
from preserve.data_management.tables import versions
from preserve.errors import NotIntact, Refused
from storage_adapters.contract import ExpectedFile, Package
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package: path below its top folder, size in bytes, SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a case's package, as the catalogue knows it; `size` is of its payload in bytes."""

    name: str
    objid: str
    version: int
    files: int
    size: int
    manifest_sha256: str


def read_version(connection: Connection, name: str) -> Version:
    """The version by its name, or the newest of a case by objid. Raises Refused."""
    query = select(versions).where((versions.c.name == name) | (versions.c.objid == name))
    row = connection.execute(query.order_by(versions.c.version.desc())).first()
    if row is None:
        raise Refused("cli.case-unknown", name)
    return Version(row.name, row.objid, row.version, row.files, row.size, row.manifest_sha256)


def package_files(root: Path, manifest_sha256: str) -> list[PackageFile]:
    """Every file of a package, in the order of its manifests. Raises NotIntact where they are not the ones sealed.

    Sizes are those of the files as they lie there; their bytes are not read.
    """
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
        return [PackageFile(path, os.lstat(root / path).st_size, digest) for path, digest in lines]
    except (OSError, BagUnreadable, StorageError) as error:
        raise NotIntact("storage.package-unreadable", str(root), detail=str(error), reason=str(error)) from error


def as_package(name: str, root: Path, files: Iterable[PackageFile]) -> Package:
    """What an adapter is given to write."""
    listed = list(files)
    return Package(name, root, sum(file.size for file in listed), {file.path: file.sha256 for file in listed})


def expected(files: Iterable[PackageFile]) -> list[ExpectedFile]:
    """What an adapter is given to verify."""
    return [ExpectedFile(file.path, file.size, {"sha256": file.sha256}) for file in files]
