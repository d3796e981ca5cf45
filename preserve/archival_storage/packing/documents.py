"""Writes METS and PREMIS of a package under construction, and remembers every file it wrote with its digests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from metadata import csip
from metadata.entities import Agent, Event, Object, Rights
from metadata.mets import (
    Division,
    Header,
    MetsFile,
    RepresentationReference,
    write_representation_mets,
    write_root_mets,
)
from metadata.premis import write_premis
from metadata.schemas import IN_PACKAGE, schema_folder
from preserve.archival_storage.packing.identifiers import identifier
from storage_adapters.digests import new_digest
from storage_adapters.durable import write_file


@dataclass(frozen=True, slots=True)
class Described:
    """A file of a package: path below the bag, size, digests by algorithm."""

    path: str
    size: int
    digests: dict[str, str]


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

    def representation(
        self,
        role: str,
        objects: Iterable[Object],
        events: Iterable[Event],
        agents: Iterable[Agent],
        files: Iterable[MetsFile],
        divisions: Sequence[Division] = (),
    ) -> RepresentationReference:
        """PREMIS and METS of one representation, streamed; `divisions` as `write_representation_mets` has them."""
        base = f"representations/{role}/"
        write_premis(self.place(base + csip.PREMIS), objects, events, agents)
        premis = self.note(base + csip.PREMIS, "application/xml")
        inside = MetsFile(premis.identifier, csip.PREMIS, premis.size, premis.sha256, premis.mime, premis.created)
        own = self.header
        header = Header(role, own.label, own.created, own.program, own.version, own.package, own.status)
        write_representation_mets(self.place(base + csip.METS), header, inside, files, f"data-{role}", divisions)
        return RepresentationReference(role, self.note(base + csip.METS, "application/xml"))

    def schemas(self) -> list[MetsFile]:
        """The schemas that the package's own documents follow."""
        noted = []
        for name in IN_PACKAGE:
            self.write(f"schemas/{name}", (schema_folder() / name).read_bytes())
            noted.append(self.note(f"schemas/{name}", "application/xml"))
        return noted

    def close(
        self,
        *,
        descriptive: MetsFile,
        documentation: Iterable[MetsFile],
        schemas: Iterable[MetsFile],
        representations: Iterable[RepresentationReference],
        objects: Iterable[Object],
        events: Iterable[Event],
        agents: Iterable[Agent],
        rights: Iterable[Rights],
    ) -> None:
        """The root's PREMIS and METS, last of all."""
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
