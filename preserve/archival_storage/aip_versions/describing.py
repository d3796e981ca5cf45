"""METS and PREMIS of a new version: what the old ones told, less what is left out, and what is new.

Everything is read and written as a stream, so that a package of 100,000 files needs no more memory than a small one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from metadata import csip
from metadata.entities import (
    Agent,
    Event,
    FileObject,
    IntellectualEntity,
    Link,
    Object,
    Relationship,
    Representation,
    Rights,
)
from metadata.mets import Header, MetsFile, RepresentationReference
from metadata.names import original_bytes
from preserve import __version__
from preserve.archival_storage.aip_versions.change import Change, Renewal, Shown
from preserve.archival_storage.aip_versions.previous import PreviousVersion
from preserve.archival_storage.packing.documents import PackageWriter, RepresentationWriter
from preserve.archival_storage.packing.identifiers import OWN, agent_identifier, identifier, person, software, versioned
from preserve.archival_storage.packing.listing import Described, Listing
from preserve.archival_storage.packing.stages import Stages
from preserve.description.stored import read_case
from preserve.messages import LANGUAGES, say, speaking

_OBJECTS = (FileObject, Representation, IntellectualEntity)


@dataclass(frozen=True, slots=True)
class Writing:
    """Everything that is needed to describe a new version. `carried` are its files by path in the package.

    `listing` takes in the files of a renewal while they are described.
    """

    old: PreviousVersion
    version: int
    root: Path
    algorithms: tuple[str, ...]
    change: Change
    dropped: frozenset[str]
    carried: Mapping[str, Described]
    actor: str
    moment: str
    renewal: Renewal | None = None
    listing: Listing | None = None

    @property
    def name(self) -> str:
        """The name of the new bag's folder."""
        return f"{self.old.objid}_v{self.version:04}"

    @property
    def creation(self) -> str:
        """The identifier of the event by which this version came into being."""
        return identifier(self.old.objid, versioned("event-root", self.version), "information package creation")


def dropped_objects(old: PreviousVersion, drop: Iterable[str]) -> frozenset[str]:
    """The named objects and everything that was derived from them."""
    gone = set(drop)
    for role in ("preservation", "access"):
        if role in old.roles():
            gone.update(
                one.identifier
                for one in old.objects(role)
                if any(r.sub_kind == "has source" and r.related in gone for r in one.relationships)
            )
    return frozenset(gone)


def describe(writing: Writing) -> list[Described]:
    """Write all metadata of the new version; return what was written. Runs again with the same result."""
    old = writing.old
    header = Header(old.objid, old.label(), writing.moment, "preserve", __version__, status="VERSION")
    out = PackageWriter(writing.root, header, writing.algorithms)
    references = _representations(out, writing)
    in_mets = old.in_mets()
    dublin_core = writing.carried[csip.DUBLIN_CORE]
    descriptive = [_carried(old, dublin_core, csip.DUBLIN_CORE, "application/xml", writing.moment)]
    documentation: list[MetsFile] = []
    for path, file in writing.carried.items():
        if path in (csip.CASE, csip.TEXT) or path.startswith("documentation/"):
            mime, created = in_mets.get(path, ("application/octet-stream", writing.moment))
            listed = documentation if path.startswith("documentation/") else descriptive
            listed.append(_carried(old, file, path, mime, created))
    for path, mime, data in (*writing.change.documents, _note(writing)):
        out.write(path, data)
        documentation.append(out.note(path, mime))
    told = _Root(writing)
    out.close(
        descriptive=descriptive,
        documentation=documentation,
        representations=references,
        objects=told.objects(),
        events=told.events(),
        agents=told.agents(),
        rights=told.rights(),
    )
    return out.written


def _carried(old: PreviousVersion, described: Described, path: str, mime: str, created: str) -> MetsFile:
    named = identifier(old.objid, "metadata", path)
    return MetsFile(named, path, described.size, described.digests["sha256"], mime, created)


def _note(writing: Writing) -> tuple[str, str, bytes]:
    """A page for people: which version this is, what it follows and why."""
    old = writing.old
    parts = []
    for spoken in LANGUAGES:
        with speaking(spoken):
            parts.append(
                say(
                    "premis.version-note",
                    name=writing.name,
                    old=old.name,
                    manifest=old.manifest,
                    moment=writing.moment,
                    reason=writing.change.reason,
                    dropped=len(writing.dropped),
                )
            )
    return f"documentation/version-{writing.version:04}.txt", "text/plain", "\n\n".join(parts).encode() + b"\n"


def _representations(out: PackageWriter, writing: Writing) -> list[RepresentationReference]:
    """Every representation of which something is left, in one pass over the new files."""
    roles = [role for role in csip.REPRESENTATIONS if _exists(writing, role)]
    stages = Stages(read_case(writing.old.package / csip.CASE))
    with ExitStack() as opened:
        writers = {role: RepresentationWriter(out, role) for role in roles}
        for role, writer in writers.items():
            opened.callback(writer.abandon)
            _carry(writing, role, writer, stages)
        for shown in writing.renewal.files() if writing.renewal is not None else ():
            _show(writing, shown, writers[shown.role], stages)
        return [
            writer.close(
                _events(writing, role), _agents(writing, role), stages.divisions() if role == "original" else ()
            )
            for role, writer in writers.items()
        ]


def _exists(writing: Writing, role: str) -> bool:
    """Whether anything was made for it, or anything of the old one stays."""
    old, renewal = writing.old, writing.renewal
    if renewal is not None and role in renewal.roles:
        return True
    return role in old.roles() and any(file.identifier not in writing.dropped for file in old.objects(role))


def _carry(writing: Writing, role: str, writer: RepresentationWriter, stages: Stages) -> None:
    """What the old version has, but for what is left out and for originals that are described anew."""
    old = writing.old
    if role not in old.roles():
        represents = Relationship("structural", "represents", identifier(old.objid, "entity", old.objid))
        writer.object(Representation(identifier(old.objid, "representation", role), role, (represents,)))
        return
    renewed = role == "original" and writing.renewal is not None
    in_mets = {} if renewed else old.in_mets(role)
    for entity in old.told(role):
        if not isinstance(entity, _OBJECTS) or entity.identifier in writing.dropped:
            continue
        if not isinstance(entity, FileObject):
            writer.object(entity)
        elif not renewed:
            writer.file(entity, *in_mets.get(entity.path, ("application/octet-stream", writing.moment)))
            if role == "original":
                stages.add(entity.identifier, original_bytes(entity.original_name))


def _show(writing: Writing, shown: Shown, writer: RepresentationWriter, stages: Stages) -> None:
    """One file that was described or made anew."""
    entity = shown.entity
    writer.file(entity, shown.mime, writing.moment)
    for event in shown.events:
        writer.event(event)
    if shown.role == "original":
        stages.add(entity.identifier, original_bytes(entity.original_name))
    if writing.listing is not None:
        path = f"data/{writing.old.objid}/representations/{shown.role}/{entity.path}"
        writing.listing.add(Described(path, entity.size, dict(entity.digests)))


def _events(writing: Writing, role: str) -> Iterator[Event]:
    for event in writing.old.told(role) if role in writing.old.roles() else ():
        if isinstance(event, Event) and not any(link.identifier in writing.dropped for link in event.objects):
            yield event
    if writing.renewal is not None:
        yield from writing.renewal.events(role)


def _agents(writing: Writing, role: str) -> Iterator[Agent]:
    known: set[str] = set()
    there = role in writing.old.roles()
    carried = (agent for agent in writing.old.told(role) if isinstance(agent, Agent)) if there else iter(())
    for agents in (carried, writing.renewal.agents(role) if writing.renewal else ()):
        for agent in agents:
            if agent.identifier not in known:
                known.add(agent.identifier)
                yield agent


class _Root:
    """The root PREMIS: the case, each version of its package, and what happened to the whole."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self.old = list(writing.old.told())

    def objects(self) -> Iterator[Object]:
        """The case, the versions before, this version."""
        writing, old = self.writing, self.writing.old
        yield from (one for one in self.old if isinstance(one, _OBJECTS))
        entity = identifier(old.objid, "entity", old.objid)
        yield IntellectualEntity(
            identifier(old.objid, "package", writing.name),
            writing.name,
            (("supersedes", old.name), ("SHA-256 of the superseded manifest-sha256.txt", old.manifest)),
            (
                Relationship("structural", "represents", entity),
                Relationship("derivation", "supersedes", identifier(old.objid, "package", old.name), writing.creation),
            ),
        )

    def events(self) -> Iterator[Event]:
        """What happened to the whole."""
        writing, old = self.writing, self.writing.old
        yield from (one for one in self.old if isinstance(one, Event))
        yield from writing.change.events
        doers = (
            Link(agent_identifier(OWN), "executing program"),
            Link(agent_identifier("person " + writing.actor), "implementer"),
        )
        objects = (
            Link(identifier(old.objid, "entity", old.objid)),
            Link(identifier(old.objid, "package", writing.name), "outcome"),
        )
        yield Event(
            writing.creation,
            "information package creation",
            writing.moment,
            say("premis.version-made", name=writing.name, old=old.name, reason=writing.change.reason),
            "success",
            say("premis.version-carried", manifest=old.manifest, dropped=len(writing.dropped)),
            doers,
            objects,
        )

    def agents(self) -> Iterator[Agent]:
        """Everybody and everything that the events name."""
        known: set[str] = set()
        carried = (one for one in self.old if isinstance(one, Agent))
        for one in (*carried, software(OWN), person(self.writing.actor), *self.writing.change.agents):
            if one.identifier not in known:
                known.add(one.identifier)
                yield one

    def rights(self) -> Iterator[Rights]:
        """As they were."""
        return (one for one in self.old if isinstance(one, Rights))
