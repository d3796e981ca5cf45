"""Reads of PREMIS what a verifier compares, and no more: identifiers, files with size and digest, what is referred to.

An object as this library writes it is read by its places, which costs a fifth of looking at each of its elements; any
other goes through the whole reader. Both refuse the same.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Literal, NamedTuple

from lxml import etree

from metadata.entities import Agent, Event, FileObject, Object, Rights
from metadata.premis.read import ENTITIES, UNREADABLE, read_entity, refused
from metadata.premis.vocabulary import ALGORITHM_OF_LABEL
from metadata.xml import PREMIS, XSI, iterate

Relation = tuple[Literal["derivation", "structural"], str, str, str | None]
"""Kind, sub-kind, the related object, the event that made it so."""


class Outline(NamedTuple):
    """One entity: `kind` is `file`, `object`, `event`, `agent` or `rights`. Plain values, to pass between processes."""

    kind: str
    identifier: str
    path: str = ""
    size: int = 0
    sha256: str = ""
    relations: tuple[Relation, ...] = ()
    agents: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()


def read_outlines(path: Path, schema: etree.XMLSchema | None = None) -> Generator[Outline, None, None]:
    """An outline of each entity in its order, as a stream. Raises XMLRefused as `read_premis` does."""
    for element in iterate(path, ENTITIES, schema):
        try:
            outline = (_plain_file(element) if element.tag == _OBJECT else None) or _outline(read_entity(element))
        except UNREADABLE as error:
            raise refused(path, element, error) from error
        yield outline


def _outline(entity: Object | Event | Agent | Rights) -> Outline:
    if isinstance(entity, Event):
        agents = tuple(link.identifier for link in entity.agents)
        return Outline("event", entity.identifier, agents=agents, objects=_linked(entity))
    if isinstance(entity, Agent):
        return Outline("agent", entity.identifier)
    if isinstance(entity, Rights):
        return Outline("rights", entity.identifier, objects=_linked(entity))
    relations = tuple((link.kind, link.sub_kind, link.related, link.event) for link in entity.relationships)
    if isinstance(entity, FileObject):
        digest = entity.digests.get("sha256", "")
        return Outline("file", entity.identifier, entity.path, entity.size, digest, relations)
    return Outline("object", entity.identifier, relations=relations)


def _linked(entity: Event | Rights) -> tuple[str, ...]:
    return tuple(link.identifier for link in entity.objects)


_OBJECT = ENTITIES[0]
_TYPE = f"{{{XSI}}}type"
_NAMES = {
    f"{{{PREMIS}}}{name}": name
    for name in ("objectIdentifier", "significantProperties", "objectCharacteristics", "originalName", "storage")
}
_IDENTIFIER = f"{{{PREMIS}}}objectIdentifierValue"
_PROPERTY = f"{{{PREMIS}}}significantPropertiesValue"
_FIXITY, _LABEL, _DIGEST, _SIZE, _FORMAT = (
    f"{{{PREMIS}}}{name}" for name in ("fixity", "messageDigestAlgorithm", "messageDigest", "size", "format")
)
_LOCATION, _PLACE = f"{{{PREMIS}}}contentLocation", f"{{{PREMIS}}}contentLocationValue"


def _plain_file(element: etree._Element) -> Outline | None:
    """A file without relationships whose elements all stand where this library puts them; None for any other."""
    if str(element.get(_TYPE)).rpartition(":")[2] != "file":
        return None
    identifier = path = ""
    characteristics: tuple[int, str] | None = None
    for part in element:
        name = _NAMES.get(part.tag)
        if name == "objectIdentifier" and not identifier and len(part) == 2 and part[1].tag == _IDENTIFIER:
            identifier = part[1].text or ""
        elif name == "objectCharacteristics" and characteristics is None:
            characteristics = _characteristics(part)
            if characteristics is None:
                return None
        elif name == "storage" and not path and len(part) == 1 and part[0].tag == _LOCATION and len(part[0]) == 2:
            place = part[0][1]
            if place.tag != _PLACE:
                return None
            path = place.text or ""
        elif name == "significantProperties" and len(part) == 2 and part[1].tag == _PROPERTY:
            continue
        elif name != "originalName":
            return None
    if not identifier or not path or characteristics is None:
        return None
    return Outline("file", identifier, path, *characteristics)


def _characteristics(element: etree._Element) -> tuple[int, str] | None:
    """Size and SHA-256; None where something stands there that this library does not write."""
    size, sha256 = "", ""
    for part in element:
        tag = part.tag
        if tag == _FIXITY and len(part) == 2:
            label, digest = part
            if label.tag != _LABEL or digest.tag != _DIGEST:
                return None
            if ALGORITHM_OF_LABEL[label.text or ""] == "sha256":
                sha256 = digest.text or ""
        elif tag == _SIZE and not size:
            size = part.text or ""
        elif tag != _FORMAT:
            return None
    return (int(size), sha256) if size else None
