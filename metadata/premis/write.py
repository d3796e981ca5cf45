"""Writes PREMIS 3.0 as a stream: as text, which for 100,000 files takes a fifth of the time of building elements.

Every value goes through one function that escapes it and replaces what XML cannot hold.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import IO

from metadata.entities import Agent, Event, FileObject, Format, Object, Relationship, Representation, Rights
from metadata.premis.vocabulary import ALGORITHM_LABELS, EVENT_CODES, RELATION_CODES, VOCABULARY
from metadata.unnamed import unnamed_file
from metadata.xml import PREMIS, XSI, text


def _tag(name: str, value: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{text(value)}</{name}>"


def _identifier(kind: str, value: str) -> str:
    return (
        f"<{kind}><{kind}Type>UUID</{kind}Type><{kind}Value>{text(value)}</{kind}Value></{kind}>"
        if kind.endswith("Identifier")
        else ""
    )


class PremisWriter:
    """One PREMIS document, its objects written as they come.

    The schema wants all events after all objects. Events that come with their object, in one pass over the files, wait
    in a file without a name beside the document, which is gone with this process however that ends.
    """

    def __init__(self, path: Path) -> None:
        self._opened = ExitStack()
        self._out = self._opened.enter_context(path.open("w", encoding="utf-8", newline="\n"))
        self._events = self._opened.enter_context(unnamed_file(path.parent))
        self._out.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<premis xmlns="{PREMIS}" xmlns:premis="{PREMIS}" xmlns:xsi="{XSI}" version="3.0">\n'
        )

    def object(self, entity: Object) -> None:
        """The schema requires one at least."""
        _write_object(self._out, entity)

    def event(self, event: Event) -> None:
        """It will stand after the objects, in the order in which such events came."""
        _write_event(self._events, event)

    def close(self, events: Iterable[Event] = (), agents: Iterable[Agent] = (), rights: Iterable[Rights] = ()) -> None:
        """Write what follows the objects: these events, those that waited, agents, rights."""
        with self._opened:
            for event in events:
                _write_event(self._out, event)
            self._events.seek(0)
            shutil.copyfileobj(self._events, self._out)
            for agent in agents:
                _write_agent(self._out, agent)
            for right in rights:
                _write_rights(self._out, right)
            self._out.write("</premis>\n")

    def abandon(self) -> None:
        """Let the files go, where the document is not to be finished."""
        self._opened.close()


def write_premis(
    path: Path,
    objects: Iterable[Object],
    events: Iterable[Event] = (),
    agents: Iterable[Agent] = (),
    rights: Iterable[Rights] = (),
) -> None:
    """Write one PREMIS document. At least one object is required by the schema."""
    writer = PremisWriter(path)
    try:
        for entity in objects:
            writer.object(entity)
        writer.close(events, agents, rights)
    finally:
        writer.abandon()


def _write_object(out: IO[str], entity: Object) -> None:
    if isinstance(entity, FileObject):
        out.write(_file(entity))
    elif isinstance(entity, Representation):
        out.write(
            '<object xsi:type="premis:representation" version="3.0">'
            f"{_identifier('objectIdentifier', entity.identifier)}{_tag('originalName', entity.name)}"
        )
    else:
        out.write(
            '<object xsi:type="premis:intellectualEntity" version="3.0">'
            f"{_identifier('objectIdentifier', entity.identifier)}{_properties(entity.properties)}"
        )
        if entity.original_name:
            out.write(_tag("originalName", entity.original_name))
    for relation in entity.relationships:
        _write_relationship(out, relation)
    out.write("</object>\n")


def _file(entity: FileObject) -> str:
    """A file's element but for its relationships and its end."""
    fixity = "".join(
        f"<fixity><messageDigestAlgorithm>{ALGORITHM_LABELS[name]}</messageDigestAlgorithm>"
        f"<messageDigest>{text(value)}</messageDigest></fixity>"
        for name, value in entity.digests.items()
    )
    original = _tag("originalName", entity.original_name) if entity.original_name else ""
    return (
        f'<object xsi:type="premis:file" version="3.0">{_identifier("objectIdentifier", entity.identifier)}'
        f"{_properties(entity.properties)}"
        f"<objectCharacteristics>{fixity}<size>{entity.size}</size>{_format(entity.format)}</objectCharacteristics>"
        f"{original}<storage><contentLocation><contentLocationType>relative path</contentLocationType>"
        f"{_tag('contentLocationValue', entity.path)}</contentLocation></storage>"
    )


@lru_cache(maxsize=256)
def _format(known: Format) -> str:
    """The same for thousands of files."""
    registry = (
        "<formatRegistry><formatRegistryName>PRONOM</formatRegistryName>"
        f"<formatRegistryKey>{text(known.puid)}</formatRegistryKey></formatRegistry>"
        if known.puid
        else ""
    )
    version = _tag("formatVersion", known.version) if known.version else ""
    note = _tag("formatNote", known.note) if known.note else ""
    return (
        f"<format><formatDesignation>{_tag('formatName', known.name)}{version}</formatDesignation>"
        f"{registry}{note}</format>"
    )


@lru_cache(maxsize=256)
def _properties(properties: tuple[tuple[str, str], ...]) -> str:
    return "".join(
        f"<significantProperties>{_tag('significantPropertiesType', name)}"
        f"{_tag('significantPropertiesValue', value)}</significantProperties>"
        for name, value in properties
    )


def _write_relationship(out: IO[str], relation: Relationship) -> None:
    code = {"derivation": "der", "structural": "str"}[relation.kind]
    out.write(
        "<relationship>"
        f'<relationshipType valueURI="{VOCABULARY}relationshipType/{code}">{relation.kind}</relationshipType>'
        f'<relationshipSubType valueURI="{VOCABULARY}relationshipSubType/{RELATION_CODES[relation.sub_kind]}">'
        f"{relation.sub_kind}</relationshipSubType>{_identifier('relatedObjectIdentifier', relation.related)}"
    )
    if relation.event:
        out.write(_identifier("relatedEventIdentifier", relation.event))
    out.write("</relationship>")


def _write_event(out: IO[str], event: Event) -> None:
    uri = f'"{VOCABULARY}eventType/{EVENT_CODES[event.kind]}"'
    out.write(
        f'<event version="3.0">{_identifier("eventIdentifier", event.identifier)}'
        f"<eventType valueURI={uri}>{event.kind}</eventType>{_tag('eventDateTime', event.when)}"
    )
    if event.detail:
        out.write(f"<eventDetailInformation>{_tag('eventDetail', event.detail)}</eventDetailInformation>")
    detail = (
        f"<eventOutcomeDetail>{_tag('eventOutcomeDetailNote', event.outcome_detail)}</eventOutcomeDetail>"
        if event.outcome_detail
        else ""
    )
    out.write(f"<eventOutcomeInformation>{_tag('eventOutcome', event.outcome)}{detail}</eventOutcomeInformation>")
    for name, links in (("Agent", event.agents), ("Object", event.objects)):
        for link in links:
            role = _tag(f"linking{name}Role", link.role) if link.role else ""
            out.write(
                f"<linking{name}Identifier><linking{name}IdentifierType>UUID</linking{name}IdentifierType>"
                f"{_tag(f'linking{name}IdentifierValue', link.identifier)}{role}</linking{name}Identifier>"
            )
    out.write("</event>\n")


def _write_agent(out: IO[str], agent: Agent) -> None:
    out.write(
        f'<agent version="3.0">{_identifier("agentIdentifier", agent.identifier)}{_tag("agentName", agent.name)}'
        f"{_tag('agentType', agent.kind)}"
        f"{_tag('agentVersion', agent.version) if agent.version else ''}"
        f"{_tag('agentNote', agent.note) if agent.note else ''}</agent>\n"
    )


def _write_rights(out: IO[str], right: Rights) -> None:
    out.write(
        f"<rights><rightsStatement>{_identifier('rightsStatementIdentifier', right.identifier)}"
        f"{_tag('rightsBasis', right.basis)}"
    )
    if right.basis == "statute":
        out.write(
            f"<statuteInformation>{_tag('statuteJurisdiction', right.jurisdiction)}"
            f"{_tag('statuteCitation', right.citation)}</statuteInformation>"
        )
    elif right.citation:
        out.write(
            "<otherRightsInformation><otherRightsDocumentationIdentifier>"
            "<otherRightsDocumentationIdentifierType>text</otherRightsDocumentationIdentifierType>"
            f"{_tag('otherRightsDocumentationIdentifierValue', right.citation)}"
            f"</otherRightsDocumentationIdentifier>{_tag('otherRightsBasis', right.basis)}</otherRightsInformation>"
        )
    if right.act:
        term = (
            f"<termOfGrant>{_tag('startDate', right.start)}{_tag('endDate', right.end) if right.end else ''}"
            "</termOfGrant>"
            if right.start
            else ""
        )
        restriction = _tag("restriction", right.restriction) if right.restriction else ""
        out.write(f"<rightsGranted>{_tag('act', right.act)}{restriction}{term}</rightsGranted>")
    for link in right.objects:
        out.write(
            "<linkingObjectIdentifier><linkingObjectIdentifierType>UUID</linkingObjectIdentifierType>"
            f"{_tag('linkingObjectIdentifierValue', link.identifier)}</linkingObjectIdentifier>"
        )
    out.write("</rightsStatement></rights>\n")
