"""Reads PREMIS 3.0 as a stream: entity by entity, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from lxml import etree

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
    Rights,
)
from metadata.errors import XMLRefused
from metadata.premis.vocabulary import ALGORITHM_OF_LABEL
from metadata.xml import PREMIS, XSI, iterate


def _q(name: str) -> str:
    return f"{{{PREMIS}}}{name}"


ENTITIES = tuple(_q(name) for name in ("object", "event", "agent", "rights"))
"""The elements of a document, as lxml names them."""


def read_premis(path: Path, schema: etree.XMLSchema | None = None) -> Iterator[Object | Event | Agent | Rights]:
    """Each entity of a PREMIS document in its order, as a stream; with `schema` it is validated on the way.

    Raises XMLRefused when the file is not well formed, not valid, or not PREMIS as this library writes it.
    """
    for element in iterate(path, ENTITIES, schema):
        try:
            entity = read_entity(element)
        except UNREADABLE as error:
            raise refused(path, element, error) from error
        yield entity


UNREADABLE = (KeyError, ValueError, AttributeError, TypeError)
"""What is raised where an element is not as it should be."""


def refused(path: Path, element: etree._Element, error: Exception) -> XMLRefused:
    """What cannot be read of an element."""
    return XMLRefused(str(path), reason=f"{element.tag}: {error!r}", line=str(element.sourceline))


def read_entity(element: etree._Element) -> Object | Event | Agent | Rights:
    """What an element says. Raises UNREADABLE."""
    if element.tag == ENTITIES[0]:
        return _read_object(element)
    if element.tag == ENTITIES[1]:
        return _read_event(element)
    if element.tag == ENTITIES[2]:
        return _read_agent(element)
    return _read_rights(element)


@lru_cache(maxsize=256)
def _qualified(path: str) -> str:
    return "/".join(_q(part) for part in path.split("/"))


def _find(element: etree._Element, path: str) -> str:
    return element.findtext(_qualified(path)) or ""


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    return element.findall(_qualified(path))


_SKIP = len(_q(""))
_CHILDREN = _q("*")


def _read_object(element: etree._Element) -> Object:
    """One pass over an object's elements: there are many, and looking each one up by path costs several times more."""
    first: dict[str, str] = {}
    properties: list[tuple[str, str]] = []
    digests: dict[str, str] = {}
    relations: list[dict[str, str]] = []
    last = ""
    for inner in element.iter(_CHILDREN):
        name, text = inner.tag[_SKIP:], inner.text or ""
        if name == "significantPropertiesValue":
            properties.append((last, text))
        elif name == "messageDigest":
            digests[ALGORITHM_OF_LABEL[last]] = text
        elif name in ("significantPropertiesType", "messageDigestAlgorithm"):
            last = text
        elif name == "relationship":
            relations.append({})
        elif relations and name in _INRELATION_CODESHIP:
            relations[-1][name] = text
        else:
            first.setdefault(name, text)
    kind = str(element.get(f"{{{XSI}}}type")).rpartition(":")[2]
    identifier = first.get("objectIdentifierValue", "")
    if not identifier:
        raise ValueError("no identifier")
    relationships = tuple(
        Relationship(
            "derivation" if r.get("relationshipType") == "derivation" else "structural",
            r.get("relationshipSubType", ""),
            r.get("relatedObjectIdentifierValue", ""),
            r.get("relatedEventIdentifierValue") or None,
        )
        for r in relations
    )
    name = first.get("originalName", "")
    if kind == "representation":
        return Representation(identifier, name, relationships)
    if kind == "intellectualEntity":
        return IntellectualEntity(identifier, name, tuple(properties), relationships)
    if kind != "file":
        raise ValueError(f"object type {kind}")
    return FileObject(
        identifier,
        first.get("contentLocationValue", ""),
        int(first["size"]),
        digests,
        Format(
            first.get("formatName", ""),
            first.get("formatVersion", ""),
            first.get("formatRegistryKey") or None,
            first.get("formatNote", ""),
        ),
        name,
        tuple(properties),
        relationships,
    )


_INRELATION_CODESHIP = frozenset(
    ("relationshipType", "relationshipSubType", "relatedObjectIdentifierValue", "relatedEventIdentifierValue")
)


def _read_event(element: etree._Element) -> Event:
    def links(name: str) -> tuple[Link, ...]:
        return tuple(
            Link(_find(link, f"linking{name}IdentifierValue"), _find(link, f"linking{name}Role"))
            for link in _all(element, f"linking{name}Identifier")
        )

    outcome = _find(element, "eventOutcomeInformation/eventOutcome")
    if outcome not in ("success", "fail", "warning"):
        raise ValueError(f"outcome {outcome}")
    return Event(
        _find(element, "eventIdentifier/eventIdentifierValue"),
        _find(element, "eventType"),
        _find(element, "eventDateTime"),
        _find(element, "eventDetailInformation/eventDetail"),
        outcome,  # type: ignore[arg-type]
        _find(element, "eventOutcomeInformation/eventOutcomeDetail/eventOutcomeDetailNote"),
        links("Agent"),
        links("Object"),
    )


def _read_agent(element: etree._Element) -> Agent:
    kind = _find(element, "agentType")
    if kind not in ("software", "person", "organization", "hardware"):
        raise ValueError(f"agent type {kind}")
    return Agent(
        _find(element, "agentIdentifier/agentIdentifierValue"),
        _find(element, "agentName"),
        kind,  # type: ignore[arg-type]
        _find(element, "agentVersion"),
        _find(element, "agentNote"),
    )


def _read_rights(element: etree._Element) -> Rights:
    statement = element.find(_q("rightsStatement"))
    if statement is None:
        raise ValueError("no rightsStatement")
    statute = _find(statement, "statuteInformation/statuteCitation")
    other = "otherRightsInformation/otherRightsDocumentationIdentifier/otherRightsDocumentationIdentifierValue"
    return Rights(
        _find(statement, "rightsStatementIdentifier/rightsStatementIdentifierValue"),
        _find(statement, "rightsBasis"),  # type: ignore[arg-type]
        _find(statement, "statuteInformation/statuteJurisdiction") or "cn",
        statute or _find(statement, other),
        _find(statement, "rightsGranted/act"),
        _find(statement, "rightsGranted/restriction"),
        _find(statement, "rightsGranted/termOfGrant/startDate"),
        _find(statement, "rightsGranted/termOfGrant/endDate"),
        tuple(Link(_find(link, "linkingObjectIdentifierValue")) for link in _all(statement, "linkingObjectIdentifier")),
    )
