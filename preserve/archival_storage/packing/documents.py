"""Writes METS and PREMIS of a package under construction, and remembers every document with its digests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from metadata import csip
from metadata.entities import Agent, Event, FileObject, Object, Rights
from metadata.mets import Division, Header, MetsFile, RepresentationMets, RepresentationReference, write_root_mets
from metadata.premis import PremisWriter, write_premis
from metadata.schemas import IN_PACKAGE, packaged
from preserve.archival_storage.packing.identifiers import identifier
from preserve.archival_storage.packing.listing import Described
from storage_adapters.digests import new_digest
from storage_adapters.durable import write_file


class PackageWriter:
    """Writes into the information package at `root` (`data/<objid>` of the bag)."""

    def __init__(self, root: Path, header: Header, algorithms: Sequence[str]) -> None:
        self.root = root
        self.header = header
        self.algorithms = tuple(algorithms)
        self.written: list[Described] = []

    def note(self, relative: str, mime: str) -> MetsFile:
        """Take the digests of a file just written; `relative` to the information package."""
        running = {name: new_digest(name) for name in self.algorithms}
        size = 0
        with (self.root / relative).open("rb") as stream:
            while block := stream.read(1 << 20):
                size += len(block)
                for digest in running.values():
                    digest.update(block)
        digests = {name: str(digest.hexdigest()) for name, digest in running.items()}
        objid = self.header.objid
        self.written.append(Described(f"data/{objid}/{relative}", size, digests))
        named = identifier(objid, "metadata", relative)
        return MetsFile(named, relative, size, digests["sha256"], mime, self.header.created)

    def write(self, relative: str, data: bytes) -> None:
        """A small file, whole or not at all."""
        write_file(self.root / relative, data)

    def place(self, relative: str) -> Path:
        """Where a file is to be written, its folder made."""
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _schemas(self) -> list[MetsFile]:
        noted = []
        for name in IN_PACKAGE:
            self.write(f"schemas/{name}", packaged(name))
            noted.append(self.note(f"schemas/{name}", "application/xml"))
        return noted

    def close(
        self,
        *,
        descriptive: Sequence[MetsFile],
        documentation: Iterable[MetsFile],
        representations: Iterable[RepresentationReference],
        objects: Iterable[Object],
        events: Iterable[Event],
        agents: Iterable[Agent],
        rights: Iterable[Rights],
    ) -> None:
        """The schemas that the documents follow, then the root's PREMIS and METS, last of all."""
        schemas = self._schemas()
        write_premis(self.place(csip.PREMIS), objects, events, agents, rights)
        premis = self.note(csip.PREMIS, "application/xml")
        write_root_mets(
            self.place(csip.METS),
            self.header,
            descriptive=descriptive,
            premis=premis,
            documentation=documentation,
            schemas=schemas,
            representations=representations,
        )
        self.note(csip.METS, "application/xml")


class RepresentationWriter:
    """METS and PREMIS of one representation, written while its files come one after the other."""

    def __init__(self, package: PackageWriter, role: str) -> None:
        self.role = role
        self._package = package
        self._base = f"representations/{role}/"
        self._premis = PremisWriter(package.place(self._base + csip.PREMIS))
        self._mets = RepresentationMets(package.place(self._base + csip.METS))

    def object(self, entity: Object) -> None:
        """What is no file: the representation itself."""
        self._premis.object(entity)

    def file(self, entity: FileObject, mime: str, created: str) -> None:
        """One file of it; `created` is its time for METS."""
        self._premis.object(entity)
        self._mets.file(MetsFile(entity.identifier, entity.path, entity.size, entity.digests["sha256"], mime, created))

    def event(self, event: Event) -> None:
        """Something that happened to one of its files; told after what happened to all of them."""
        self._premis.event(event)

    def close(
        self, events: Iterable[Event], agents: Iterable[Agent], divisions: Sequence[Division] = ()
    ) -> RepresentationReference:
        """Finish both documents; `events` are those of the whole, `divisions` as `RepresentationMets` has them."""
        package, base, own = self._package, self._base, self._package.header
        self._premis.close(events, agents)
        premis = package.note(base + csip.PREMIS, "application/xml")
        inside = MetsFile(premis.identifier, csip.PREMIS, premis.size, premis.sha256, premis.mime, premis.created)
        header = Header(self.role, own.label, own.created, own.program, own.version, own.package, own.status)
        self._mets.close(header, inside, f"data-{self.role}", divisions)
        return RepresentationReference(self.role, package.note(base + csip.METS, "application/xml"))

    def abandon(self) -> None:
        """Let go of the open files; nothing after `close`."""
        self._premis.abandon()
        self._mets.abandon()
