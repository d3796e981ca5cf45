"""E-ARK information packages: a case's own, taken out of its bag; or one for dissemination, made of it (CSIP 2.2)."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid5

from metadata import csip
from metadata.entities import (
    Agent,
    Event,
    FileObject,
    Format,
    IntellectualEntity,
    Link,
    Object,
    Relationship,
    Representation,
)
from metadata.mets import Header, MetsFile, RepresentationReference, write_representation_mets, write_root_mets
from metadata.premis import write_premis
from metadata.schemas import IN_PACKAGE, packaged
from preserve import __version__
from preserve.access.exporting.holding import Held
from preserve.access.exporting.layout import Layout
from preserve.access.exporting.model import Item
from preserve.data_management.object_index import ObjectRow
from preserve.messages import say
from storage_adapters.durable import write_file
from storage_adapters.reading import digest_file

GIVEN = ("original", "access")
"""What a package for dissemination holds: what came, and what is easily read of it."""
_ROOT = UUID("0d8f4f0a-9c1c-4d5e-8a54-6d0a0f1b7c34")
_OWN = f"preserve {__version__}"


class ArchivalPackages(Layout):
    """The information package as it was sealed, without the bag around it: its METS names every file by its digest."""

    def place(self, item: Item) -> str:
        """Its folder is named as its OBJID, which validators ask for (CSIP1 of commons-ip)."""
        return item.objid

    def plan(self, package: Held) -> dict[str, str]:
        """Every file of the information package."""
        base = package.base
        return {path.removeprefix(base): path for path in package.files if path.startswith(base)}


class DisseminationPackages(Layout):
    """A package of its own: originals and access copies as they are kept, described anew."""

    def place(self, item: Item) -> str:
        """An identifier of its own, in which that of the case can be read."""
        return f"dip-{item.objid.removeprefix('aip-')}-{self.export.number.lower()}"

    def plan(self, package: Held) -> dict[str, str]:
        """The files of the two representations, the description, and the papers that explain the case."""
        base = package.base
        plan = {
            f"representations/{row.representation}/{row.path}": package.of(row)
            for row in package.rows
            if row.representation in GIVEN
        }
        for path in package.files:
            inside = path.removeprefix(base)
            if path.startswith(base) and (
                inside in (csip.DUBLIN_CORE, csip.CASE)
                or (inside.startswith("documentation/") and not inside.startswith("documentation/submission/"))
            ):
                plan[inside] = path
        return plan

    def describe(self, package: Held, folder: Path) -> None:
        """METS and PREMIS over what was copied."""
        _Describing(self, package, folder).write()


class _Describing:
    """The metadata of one package for dissemination; its moments are those of the export, in every run."""

    def __init__(self, layout: DisseminationPackages, package: Held, folder: Path) -> None:
        self.package, self.folder = package, folder
        self.objid = layout.place(package.item)
        self.number, self.made = layout.export.number, layout.export.begun[0].when
        self.institution = layout.archive.home.settings.institution
        self.label = f"{package.item.case_number} {package.item.title}"
        self.header = Header(self.objid, self.label, self.made, "preserve", __version__, "DIP")

    def name(self, what: str) -> str:
        return str(uuid5(_ROOT, f"{self.objid}/{what}"))

    def write(self) -> None:
        roles = [role for role in GIVEN if any(row.representation == role for row in self.package.rows)]
        references = [self.representation(role) for role in roles]
        for name in IN_PACKAGE:
            write_file(self.folder / "schemas" / name, packaged(name))
        entity = IntellectualEntity(self.name("entity"), self.package.item.case_number)
        premis = self.folder / csip.PREMIS
        premis.parent.mkdir(parents=True, exist_ok=True)
        made = Event(
            self.name("made"),
            "dissemination",
            self.made,
            say("exporting.event-made", number=self.number, package=self.package.item.package),
            agents=(Link(self.agent, "executing program"),),
            objects=(Link(entity.identifier),),
        )
        write_premis(premis, [entity], [made], self.agents())
        papers = sorted(f"documentation/{path.name}" for path in (self.folder / "documentation").glob("*"))
        write_root_mets(
            self.folder / csip.METS,
            self.header,
            descriptive=[self.reference(csip.DUBLIN_CORE), self.reference(csip.CASE)],
            premis=self.reference(csip.PREMIS),
            documentation=[self.reference(path) for path in papers if (self.folder / path).is_file()],
            schemas=[self.reference(f"schemas/{name}") for name in IN_PACKAGE],
            representations=references,
        )

    @property
    def agent(self) -> str:
        return str(uuid5(_ROOT, _OWN))

    def agents(self) -> list[Agent]:
        own = Agent(self.agent, "preserve", "software", __version__)
        return [own, Agent(str(uuid5(_ROOT, self.institution)), self.institution, "organization")]

    def reference(self, path: str, base: str = "") -> MetsFile:
        size, seen = digest_file(self.folder / path, ("sha256",), from_medium=False)
        kind = "application/xml" if path.endswith((".xml", ".xsd")) else _kind(path)
        return MetsFile(self.name(path), path.removeprefix(base), size, seen["sha256"], kind, self.made)

    def representation(self, role: str) -> RepresentationReference:
        base = f"representations/{role}/"
        rows = [row for row in self.package.rows if row.representation == role]
        premis = self.folder / (base + csip.PREMIS)
        premis.parent.mkdir(parents=True, exist_ok=True)
        checked = Event(
            self.name(f"checked/{role}"),
            "fixity check",
            self.made,
            say("dip.event-checked", count=len(rows)),
            agents=(Link(self.agent, "executing program"),),
            objects=(Link(self.name(f"representation/{role}")),),
        )
        write_premis(premis, self.objects(role, rows), [checked], self.agents()[:1])
        header = Header(role, self.label, self.made, "preserve", __version__, "DIP")
        listed = (
            MetsFile(self.name(f"{role}/{row.path}"), row.path, row.size, row.sha256, _kind(row.path), self.made)
            for row in rows
        )
        reference = self.reference(base + csip.PREMIS, base)
        write_representation_mets(self.folder / (base + csip.METS), header, reference, listed, f"data-{role}")
        return RepresentationReference(role, self.reference(base + csip.METS))

    def objects(self, role: str, rows: list[ObjectRow]) -> Iterator[Object]:
        """What is given is named as in the archive; what it was made from may not be in this package."""
        whole = Relationship("structural", "represents", self.name("entity"))
        yield Representation(self.name(f"representation/{role}"), role, (whole,))
        for row in rows:
            source = (Relationship("derivation", "has source", row.source),) if row.source else ()
            yield FileObject(
                identifier=row.identifier,
                path=row.path,
                size=row.size,
                digests={"sha256": row.sha256},
                format=Format(row.format_name, row.format_version, row.puid),
                original_name=row.original_name,
                properties=tuple((str(name), str(value)) for name, value in json.loads(row.properties)),
                relationships=source,
            )


def _kind(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"
