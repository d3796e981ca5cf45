"""Reads METS as a stream: what it refers to, its identifiers, and what it says of itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from metadata.compact import TextSet
from metadata.errors import XMLRefused
from metadata.xml import CSIP, METS, XLINK, attributes_of, iterate


class Reference(NamedTuple):
    """One href of a METS document with what is said of its target; empty where METS says nothing."""

    element: str  # "file", "mdRef" or "mptr"
    identifier: str
    href: str
    size: int | None
    checksum: str
    checksum_type: str
    mime: str = ""
    created: str = ""


_REFERRING = frozenset(("ADMID", "DMDID", "FILEID"))


@dataclass(slots=True)
class Identifiers:
    """The xs:IDs of a document, those given twice, and what refers to others (element, attribute, xs:IDREF).

    Nearly every reference is to what was given before it, and need not be kept.
    """

    known: TextSet = field(default_factory=TextSet)
    repeated: list[str] = field(default_factory=list)
    wanted: set[tuple[str, str, str]] = field(default_factory=set)

    def note(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take in the identifiers on an element."""
        identifier = attributes.get("ID")
        if identifier is not None and not self.known.add(identifier):
            self.repeated.append(identifier)
        if _REFERRING.isdisjoint(attributes):
            return
        for attribute in _REFERRING:  # whose strings are kept, and not a new one of each element
            for wanted in attributes.get(attribute, "").split():
                if wanted not in self.known:
                    self.wanted.add((name, attribute, wanted))

    def dangling(self) -> list[tuple[str, str, str]]:
        """References to no identifier of the document; complete only when it was read to its end."""
        return sorted(reference for reference in self.wanted if reference[2] not in self.known)


_READ = ("file", "mdRef", "mptr")
_IDENTIFIED = (
    "mets",
    "metsHdr",
    "dmdSec",
    "amdSec",
    "techMD",
    "rightsMD",
    "sourceMD",
    "digiprovMD",
    "fileSec",
    "fileGrp",
    "structMap",
    "div",
    "fptr",
)


def read_references(
    path: Path, schema: etree.XMLSchema | None = None, identifiers: Identifiers | None = None
) -> Iterator[Reference]:
    """Every href of a METS document, in order, as a stream; with `schema` it is validated on the way.

    With `identifiers` its xs:IDs and xs:IDREFs are gathered: a validator that reads a stream does not compare them.
    Raises XMLRefused when it is not well formed or not valid, or a file has no location.
    """
    names = _READ + (_IDENTIFIED if identifiers is not None else ())
    named = {f"{{{METS}}}{name}": name for name in names}
    for element in iterate(path, tuple(named), schema):
        name = named[str(element.tag)]
        attributes = attributes_of(element)
        if identifiers is not None:
            identifiers.note(name, attributes)
        if name not in _READ:
            continue
        href = (attributes if name != "file" else _location(element)).get(_HREF)
        if href is None:
            raise XMLRefused(str(path), reason=f"{name} has no href", line=str(element.sourceline))
        size = attributes.get("SIZE")
        yield Reference(
            name,
            attributes.get("ID", ""),
            href,
            int(size) if size is not None and size.isdigit() else None,
            sys.intern(attributes.get("CHECKSUM", "").lower()),
            attributes.get("CHECKSUMTYPE", ""),
            attributes.get("MIMETYPE", ""),
            attributes.get("CREATED", ""),
        )


_HREF = f"{{{XLINK}}}href"
_LOCAT = f"{{{METS}}}FLocat"


def _location(file: etree._Element) -> Mapping[str, str]:
    """The attributes of a file's first location; none where it has none."""
    holder = next(file.iterchildren(_LOCAT), None)
    return {} if holder is None else attributes_of(holder)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a METS document says of itself; `package` is its OAIS type, `AIP` or `DIP` (CSIP9).

    `content_type` is its content information type where that is none of the specification's own (CSIP5).
    """

    objid: str
    label: str
    created: str
    package: str
    content_type: str = ""


def read_identity(path: Path) -> Identity:
    """What a METS document says of itself. Raises XMLRefused."""
    for element in iterate(path, (f"{{{METS}}}metsHdr",)):
        root = element.getparent()
        if root is None:
            break
        return Identity(
            str(root.get("OBJID") or ""),
            str(root.get("LABEL") or ""),
            str(element.get("CREATEDATE") or ""),
            str(element.get(f"{{{CSIP}}}OAISPACKAGETYPE") or ""),
            str(root.get(f"{{{CSIP}}}OTHERCONTENTINFORMATIONTYPE") or ""),
        )
    raise XMLRefused(str(path), reason="no metsHdr")
