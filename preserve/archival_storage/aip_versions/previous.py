"""The newest version of a package as the next one is made out of it: its files with their digests, its metadata."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from metadata import bag, csip, mets, premis
from metadata.entities import Agent, Event, FileObject, Object, Rights
from metadata.findings import Finding
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packages import contents_of, read_version
from preserve.data_management import destroyed
from preserve.data_management.proof import anchors
from preserve.errors import NotIntact, Refused
from preserve.home import Home
from storage_adapters.contract import CopyRef
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file


@dataclass(frozen=True, slots=True)
class PreviousVersion:
    """A published package whose manifests have the digests that the ledger anchors.

    `digests` are those of every file, by path below the bag and algorithm; the bytes were not read yet.
    """

    root: Path
    objid: str
    version: int
    manifest: str
    digests: dict[str, dict[str, str]] = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the bag's folder."""
        return self.root.name

    @property
    def package(self) -> Path:
        """The information package in the bag."""
        return self.root / "data" / self.objid

    def wanted(self, relative: str) -> dict[str, str]:
        """The digests of a file of the information package. Raises NotIntact where no manifest lists it."""
        try:
            return self.digests[f"data/{self.objid}/{relative}"]
        except KeyError:
            raise NotIntact("storage.predecessor-damaged", f"{self.name}/{relative}") from None

    def roles(self) -> list[str]:
        """The representations that it has."""
        return [role for role in csip.REPRESENTATIONS if (self.package / "representations" / role).is_dir()]

    def told(self, role: str = "") -> Iterator[Object | Event | Agent | Rights]:
        """Its PREMIS: the root's, or a representation's."""
        base = self.package / "representations" / role if role else self.package
        return premis.read_premis(base / csip.PREMIS)

    def objects(self, role: str) -> Iterator[FileObject]:
        """The files of a representation."""
        return (entity for entity in self.told(role) if isinstance(entity, FileObject))

    def in_mets(self, role: str = "") -> dict[str, tuple[str, str]]:
        """MIME type and time of each file that METS names, by its path there."""
        base = self.package / "representations" / role if role else self.package
        references = mets.read_references(base / csip.METS)
        return {
            csip.decode_href(reference.href): (reference.mime, reference.created)
            for reference in references
            if reference.element != "mptr"
        }

    def label(self) -> str:
        """What METS calls it."""
        return mets.read_identity(self.package / csip.METS).label

    def info(self) -> list[tuple[str, str]]:
        """Its bag-info.txt."""
        return bag.read_info(self.root / bag.INFO)


def previous_version(home: Home, connection: Connection, name: str) -> PreviousVersion:
    """The package of that name in the server store, which must be the newest version of its case.

    Raises Refused where it is not, or is being or was destroyed; NotIntact where its lists or its metadata are not
    those that the ledger anchors; CopyUnknown where the store does not have it.
    """
    known = read_version(connection, name)
    destroyed.refuse(connection, known.name)
    newest = read_version(connection, known.objid)
    if newest.name != known.name:
        raise Refused("storage.not-the-newest", known.name, newest=newest.name)
    adapter = server_store(home)
    anchor = anchors.read_anchor(connection, known.name)
    contents = contents_of(adapter, CopyRef(known.name), anchor)
    if contents.problems:
        findings = [damage(problem.path, problem.verdict) for problem in contents.problems]
        raise NotIntact("storage.predecessor-damaged", known.name, findings=findings)
    digests = {file.path: dict(file.digests) for file in contents.expected}
    old = PreviousVersion(adapter.path(CopyRef(known.name)), known.objid, known.version, anchor.manifest, digests)
    _prove_metadata(old)
    return old


def _prove_metadata(old: PreviousVersion) -> None:
    """What the package tells of itself goes into the next version: it must be what was sealed. Raises NotIntact."""
    prefix = f"data/{old.objid}/"
    inside = [
        prefix + base + name
        for name in (csip.METS, csip.PREMIS)
        for base in ("", *(f"representations/{role}/" for role in old.roles()))
    ]
    bad = []
    for path in (*inside, prefix + csip.DUBLIN_CORE, prefix + csip.CASE, bag.INFO):
        wanted = old.digests.get(path, {})
        try:
            seen = digest_file(old.root / path, tuple(wanted), from_medium=False)[1] if wanted else {}
        except (OSError, StorageError):
            seen = {}
        if not wanted or seen != wanted:
            bad.append(damage(path, "damaged"))
    if bad:
        raise NotIntact("storage.predecessor-damaged", old.name, findings=bad)


def damage(path: str, verdict: str) -> Finding:
    """What is told of a file that is not as the ledger holds it to be."""
    return Finding("storage.file-not-as-sealed", path, "error", {"verdict": verdict})
