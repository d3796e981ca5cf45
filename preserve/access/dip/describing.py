"""Writes METS and PREMIS of a DIP: what is given, where it comes from, and what was done for this delivery."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection

from metadata import csip
from metadata.dublin_core import write_dublin_core
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
from metadata.names import xml_name
from metadata.premis import write_premis
from metadata.schemas import IN_PACKAGE, packaged
from preserve import __version__
from preserve.access.dip.contents import Given, digests_of
from preserve.access.requests.model import Request
from preserve.data_management import object_index
from preserve.data_management.object_index import ObjectRow
from preserve.home import Home
from preserve.messages import say
from storage_adapters.durable import write_file

_ROOT = UUID("5a4a6bd0-1d0a-4d9c-9a0c-5d3f4f2f7a11")
OWN = f"preserve {__version__}"


@dataclass(slots=True)
class Written:
    """Every file of the information package with its size and digests, as it is written."""

    root: Path
    made: str
    files: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)

    def put(self, relative: str, data: bytes) -> None:
        """Write a file and take its digests."""
        write_file(self.root / relative, data)
        self.take(relative)

    def take(self, relative: str) -> None:
        """Take the digests of a file that was written."""
        self.files[relative] = digests_of(self.root / relative)

    def reference(self, relative: str, mime: str, base: str = "") -> MetsFile:
        """It as METS refers to it from the folder `base`."""
        size, digests = self.files[relative]
        name = str(uuid5(_ROOT, f"{self.root.name}/{relative}"))
        return MetsFile(name, relative.removeprefix(base), size, digests["sha256"], mime, self.made)


def describe(
    connection: Connection,
    home: Home,
    request: Request,
    given: Sequence[Given],
    written: Written,
    papers: Sequence[tuple[str, str]],
) -> None:
    """Write all metadata of the package; `papers` are paths and MIME types of documents already written."""
    dip = written.root.name
    label = f"{request.number} {request.wanted[0].case_number}"
    header = Header(dip, label, written.made, "preserve", __version__, "DIP")
    facts = _facts(connection, given)
    roles = list(dict.fromkeys(one.representation for one in given))
    references = [_representation(written, header, role, given, facts) for role in roles]
    _file(written, csip.DUBLIN_CORE)
    terms = [
        ("title", say("dip.title", number=request.number)),
        ("identifier", dip),
        *[("source", one) for one in dict.fromkeys(row.selected.package for row in given)],
        ("publisher", home.settings.institution),
        ("date", written.made[:10]),
        ("language", "zh"),
    ]
    write_dublin_core(written.root / csip.DUBLIN_CORE, terms)
    written.take(csip.DUBLIN_CORE)
    for name in IN_PACKAGE:
        written.put(f"schemas/{name}", packaged(name))
    _file(written, csip.PREMIS)
    entity = IntellectualEntity(_name(dip, "entity"), label, (("request", request.number),))
    write_premis(written.root / csip.PREMIS, [entity], _root_events(request, entity, written.made), _agents(home))
    written.take(csip.PREMIS)
    write_root_mets(
        written.root / csip.METS,
        header,
        descriptive=[written.reference(csip.DUBLIN_CORE, "application/xml")],
        premis=written.reference(csip.PREMIS, "application/xml"),
        documentation=[written.reference(path, mime) for path, mime in papers],
        schemas=[written.reference(f"schemas/{name}", "application/xml") for name in IN_PACKAGE],
        representations=references,
    )
    written.take(csip.METS)


def _name(dip: str, what: str) -> str:
    return str(uuid5(_ROOT, f"{dip}/{what}"))


def _file(written: Written, relative: str) -> Path:
    path = written.root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _facts(connection: Connection, given: Sequence[Given]) -> dict[str, ObjectRow]:
    facts = {}
    for delivered in given:
        version = int(delivered.selected.package.rpartition("_v")[2])  # later versions hold the same objects
        facts[delivered.path] = object_index.read(connection, delivered.selected.identifier, version)
    return facts


def _agents(home: Home) -> list[Agent]:
    institution = home.settings.institution
    return [
        Agent(_name("agent", OWN), "preserve", "software", __version__),
        Agent(_name("agent", institution), institution, "organization"),
    ]


def _root_events(request: Request, entity: IntellectualEntity, made: str) -> Iterator[Event]:
    assert request.decision is not None
    doers = (Link(_name("agent", OWN), "executing program"),)
    about = (Link(entity.identifier),)
    yield Event(
        _name(entity.identifier, "approved"),
        "policy assignment",
        request.decision.when,
        say("dip.event-approved", number=request.number, article=request.decision.article),
        agents=doers,
        objects=about,
    )
    yield Event(
        _name(entity.identifier, "made"),
        "dissemination",
        made,
        say("dip.event-made", number=request.number),
        agents=doers,
        objects=about,
    )


def _representation(
    written: Written, header: Header, role: str, given: Sequence[Given], facts: dict[str, Any]
) -> RepresentationReference:
    base = f"representations/{role}/"
    dip = written.root.name
    files = [file for file in given if file.representation == role]
    _file(written, base + csip.PREMIS)
    agents = [Agent(_name("agent", OWN), "preserve", "software", __version__)]
    objects, events = _objects(dip, role, files, facts), _events(written, role, files)
    write_premis(written.root / (base + csip.PREMIS), objects, events, agents)
    written.take(base + csip.PREMIS)
    inside = Header(role, header.label, header.created, header.program, header.version, "DIP")
    listed = [
        MetsFile(
            _name(dip, f"file/{file.path}"),
            file.path.removeprefix(base),
            file.size,
            file.digests["sha256"],
            _mime(file.path),
            written.made,
        )
        for file in files
    ]
    premis = written.reference(base + csip.PREMIS, "application/xml", base)
    write_representation_mets(written.root / (base + csip.METS), inside, premis, listed, f"data-{role}")
    written.take(base + csip.METS)
    return RepresentationReference(role, written.reference(base + csip.METS, "application/xml"))


def _objects(dip: str, role: str, given: Sequence[Given], facts: dict[str, Any]) -> Iterator[Object]:
    """What is given is named as in the archive; what was made for this delivery has a name of its own, and a source."""
    whole = Relationship("structural", "represents", _name(dip, "entity"))
    yield Representation(_name(dip, f"representation/{role}"), role, (whole,))
    for file in given:
        row = facts[file.path]
        source = file.selected.identifier
        derived = (Relationship("derivation", "has source", source, _name(dip, f"event/{file.path}")),)
        known = () if file.event else tuple((str(k), str(v)) for k, v in json.loads(row.properties))
        yield FileObject(
            identifier=_name(dip, file.path) if file.event else source,
            path=file.path.removeprefix(f"representations/{role}/"),
            size=file.size,
            digests=file.digests,
            format=_format(file) if file.event else Format(row.format_name, row.format_version, row.puid),
            original_name=xml_name(file.selected.shown),
            properties=known,
            relationships=derived if file.event else (),
        )


def _events(written: Written, role: str, given: Sequence[Given]) -> Iterator[Event]:
    dip = written.root.name
    program = (Link(_name("agent", OWN), "executing program"),)
    target = (Link(_name(dip, f"representation/{role}")),)
    checked = say("dip.event-checked", count=len(given))
    yield Event(_name(dip, f"digests/{role}"), "fixity check", written.made, checked, agents=program, objects=target)
    for file in given:
        if file.event:
            links = (Link(file.selected.identifier, "source"), Link(_name(dip, file.path), "outcome"))
            name = _name(dip, f"event/{file.path}")
            yield Event(name, file.event, written.made, file.made_by, agents=program, objects=links)


_MADE = {
    ".pdf": "Portable Document Format",
    ".jpg": "JPEG File Interchange Format",
    ".png": "Portable Network Graphics",
    ".mp4": "MPEG-4 Media File",
    ".m4a": "MPEG-4 Media File",
    ".mkv": "Matroska",
    ".txt": "Plain Text File",
    ".flac": "FLAC (Free Lossless Audio Codec)",
}


def _format(given: Given) -> Format:
    """Of a file that was made for this delivery: by its ending, which we gave it."""
    return Format(_MADE.get(PurePosixPath(given.path).suffix.lower(), "Plain Text File"), note=given.made_by)


def _mime(path: str) -> str:
    import mimetypes

    return mimetypes.guess_type(path)[0] or "application/octet-stream"
