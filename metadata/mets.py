"""METS 1.12 for E-ARK packages: a small root and one long file list a representation; written and read as streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lxml import etree

from metadata.csip import encode_href
from metadata.errors import XMLRefused
from metadata.premis import attribute as _a
from metadata.xml import CSIP, METS, XLINK, XSI, iterate

PROFILES = {
    "AIP": "https://earkdip.dilcis.eu/profile/E-ARK-AIP-v2-2-0.xml",
    "DIP": "https://earkdip.dilcis.eu/profile/E-ARK-DIP.xml",
}
CONTENT_TYPE = "cn-enforcement-case-v1"

_OTHER = f'csip:CONTENTINFORMATIONTYPE="OTHER" csip:OTHERCONTENTINFORMATIONTYPE="{CONTENT_TYPE}"'


@dataclass(frozen=True, slots=True)
class MetsFile:
    """A file as METS refers to it: path relative to the METS file, digest SHA-256 in lower-case hex, times UTC."""

    identifier: str  # without the `ID-` that METS puts before it
    path: str
    size: int
    sha256: str
    mime: str
    created: str


@dataclass(frozen=True, slots=True)
class Header:
    """What every METS document of a package says of itself. `status`: `VERSION` where it follows an earlier package."""

    objid: str
    label: str
    created: str
    program: str
    version: str
    package: Literal["AIP", "DIP"] = "AIP"
    status: Literal["", "VERSION"] = ""


def _open(header: Header, schemas: str, extra: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<mets xmlns="{METS}" xmlns:xlink="{XLINK}" xmlns:xsi="{XSI}" xmlns:csip="{CSIP}" '
        f'OBJID={_a(header.objid)} LABEL={_a(header.label)} TYPE="Mixed" '
        f'PROFILE="{PROFILES[header.package]}" {_OTHER}{extra} '
        f'xsi:schemaLocation="{METS} {schemas}mets.xsd {XLINK} {schemas}xlink.xsd '
        f'{CSIP} {schemas}DILCISExtensionMETS.xsd">\n'
        f'<metsHdr CREATEDATE="{header.created}" LASTMODDATE="{header.created}" '
        f'{_status(header)}csip:OAISPACKAGETYPE="{header.package}">'
        f'<agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>{header.program}</name>'
        f'<note csip:NOTETYPE="SOFTWARE VERSION">{header.version}</note></agent></metsHdr>\n'
    )


def _status(header: Header) -> str:
    return f'RECORDSTATUS="{header.status}" ' if header.status else ""


def _described(file: MetsFile) -> str:
    return (
        f'MIMETYPE={_a(file.mime)} SIZE="{file.size}" CREATED="{file.created}" '
        f'CHECKSUM="{file.sha256}" CHECKSUMTYPE="SHA-256"'
    )


def _reference(kind: str, file: MetsFile) -> str:
    return (
        f'<mdRef LOCTYPE="URL" xlink:type="simple" xlink:href={_a(encode_href(file.path))} {kind} {_described(file)}/>'
    )


def _file(file: MetsFile) -> str:
    return (
        f'<file ID="ID-{file.identifier}" {_described(file)}>'
        f'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href={_a(encode_href(file.path))}/></file>\n'
    )


def _metadata(premis: MetsFile, descriptive: MetsFile | None) -> str:
    text = ""
    if descriptive is not None:
        text = (
            f'<dmdSec ID="ID-{descriptive.identifier}" CREATED="{descriptive.created}" STATUS="CURRENT">'
            + _reference('MDTYPE="DC"', descriptive)
            + "</dmdSec>\n"
        )
    return (
        text
        + f'<amdSec><digiprovMD ID="ID-{premis.identifier}" CREATED="{premis.created}" STATUS="CURRENT">'
        + _reference('MDTYPE="PREMIS" MDTYPEVERSION="3.0"', premis)
        + "</digiprovMD></amdSec>\n"
    )


@dataclass(frozen=True, slots=True)
class Division:
    """A part of a representation in an order of its own: kind, label for people, identifiers of its files."""

    kind: str
    label: str
    files: Sequence[str]


def write_representation_mets(
    path: Path,
    header: Header,
    premis: MetsFile,
    files: Iterable[MetsFile],
    group: str,
    divisions: Sequence[Division] = (),
) -> None:
    """Write the METS of one representation; `header.objid` is its folder's name, `group` identifies its file group.

    `divisions` become a logical structural map beside the one that CSIP asks for.
    """
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(_open(header, "../../schemas/", ""))
        out.write(_metadata(premis, None))
        out.write(f'<fileSec ID="ID-{group}-files"><fileGrp ID="ID-{group}" USE="Data" {_OTHER}>\n')
        for file in files:
            out.write(_file(file))
        out.write(
            f"</fileGrp></fileSec>\n"
            f'<structMap ID="ID-{group}-map" TYPE="PHYSICAL" LABEL="CSIP">'
            f'<div ID="ID-{group}-root" LABEL={_a(header.objid)}>'
            f'<div ID="ID-{group}-metadata" LABEL="Metadata" ADMID="ID-{premis.identifier}"/>'
            f'<div ID="ID-{group}-data" LABEL="Data"><fptr FILEID="ID-{group}"/></div>'
            "</div></structMap>\n"
        )
        if divisions:
            out.write(f'<structMap ID="ID-{group}-divisions" TYPE="LOGICAL" LABEL="Divisions">')
            out.write(f'<div ID="ID-{group}-divided" LABEL={_a(header.objid)}>\n')
            for order, one in enumerate(divisions, 1):
                named = f"TYPE={_a(one.kind)} LABEL={_a(one.label)}"
                out.write(f'<div ID="ID-{group}-division-{order}" ORDER="{order}" {named}>\n')
                out.writelines(f'<fptr FILEID="ID-{file}"/>\n' for file in one.files)
                out.write("</div>\n")
            out.write("</div></structMap>\n")
        out.write("</mets>\n")


@dataclass(frozen=True, slots=True)
class RepresentationReference:
    """A representation as the root METS refers to it: its name, and its METS file."""

    name: str
    mets: MetsFile


def write_root_mets(
    path: Path,
    header: Header,
    *,
    descriptive: MetsFile,
    premis: MetsFile,
    documentation: Iterable[MetsFile],
    schemas: Iterable[MetsFile],
    representations: Iterable[RepresentationReference],
    previous: str = "",
) -> None:
    """Write the root METS. It stays under 32 KB whatever the package holds, which one validator needs.

    The structural map holds the representations both ways that validators ask for: nested below
    `Representations`, and beside it (CSIP 2.2 CSIP105–CSIP112).
    """
    known = list(representations)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(_open(header, "schemas/", ""))
        out.write(_metadata(premis, descriptive))
        out.write('<fileSec ID="ID-files">\n')
        for use, files in (("Documentation", documentation), ("Schemas", schemas)):
            out.write(f'<fileGrp ID="ID-{use.lower()}" USE="{use}" {_OTHER}>\n')
            for file in files:
                out.write(_file(file))
            out.write("</fileGrp>\n")
        out.write(f'<fileGrp ID="ID-representations" USE="Representations" {_OTHER}>\n')
        for one in known:
            out.write(_file(_again(one.mets, "all")))
        out.write("</fileGrp>\n")
        for one in known:
            out.write(f'<fileGrp ID="ID-rep-{one.name}" USE="Representations/{one.name}" {_OTHER}>\n')
            out.write(_file(one.mets))
            out.write("</fileGrp>\n")
        out.write(
            f'</fileSec>\n<structMap ID="ID-map" TYPE="PHYSICAL" LABEL="CSIP">'
            f'<div ID="ID-root" LABEL={_a(header.objid)}>\n'
            f'<div ID="ID-div-metadata" LABEL="Metadata" ADMID="ID-{premis.identifier}" '
            f'DMDID="ID-{descriptive.identifier}"/>\n'
            '<div ID="ID-div-documentation" LABEL="Documentation"><fptr FILEID="ID-documentation"/></div>\n'
            '<div ID="ID-div-schemas" LABEL="Schemas"><fptr FILEID="ID-schemas"/></div>\n'
            '<div ID="ID-div-representations" LABEL="Representations"><fptr FILEID="ID-representations"/>'
        )
        for one in known:
            out.write(f'<div ID="ID-nested-{one.name}" LABEL="Representations/{one.name}">{_pointer(one)}</div>')
        out.write("</div>\n")
        for one in known:
            out.write(
                f'<div ID="ID-div-{one.name}" LABEL="Representations/{one.name}">'
                f'{_pointer(one)}<fptr FILEID="ID-rep-{one.name}"/></div>\n'
            )
        out.write("</div></structMap>\n</mets>\n")


def _again(file: MetsFile, mark: str) -> MetsFile:
    return MetsFile(f"{file.identifier}-{mark}", file.path, file.size, file.sha256, file.mime, file.created)


def _pointer(one: RepresentationReference) -> str:
    return (
        f'<mptr LOCTYPE="URL" xlink:type="simple" xlink:href={_a(encode_href(one.mets.path))} '
        f'xlink:title="ID-rep-{one.name}"/>'
    )


@dataclass(frozen=True, slots=True)
class Reference:
    """One href of a METS document with what is said of its target; empty where METS says nothing."""

    element: str  # "file", "mdRef" or "mptr"
    identifier: str
    href: str
    size: int | None
    checksum: str
    checksum_type: str
    mime: str = ""
    created: str = ""


@dataclass(slots=True)
class Identifiers:
    """The xs:IDs of a document, those given twice, and what refers to them (element, attribute, xs:IDREF)."""

    known: set[str] = field(default_factory=set)
    repeated: list[str] = field(default_factory=list)
    wanted: set[tuple[str, str, str]] = field(default_factory=set)

    def note(self, element: etree._Element, name: str) -> None:
        """Take in the identifiers on an element."""
        identifier = element.get("ID")
        if identifier is not None:
            if identifier in self.known:
                self.repeated.append(str(identifier))
            self.known.add(str(identifier))
        for attribute in ("ADMID", "DMDID", "FILEID"):
            for wanted in (element.get(attribute) or "").split():
                self.wanted.add((name, attribute, wanted))

    def dangling(self) -> list[tuple[str, str, str]]:
        """References to no identifier of the document; complete only when it was read to its end."""
        return sorted(one for one in self.wanted if one[2] not in self.known)


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
    for element in iterate(path, tuple(f"{{{METS}}}{name}" for name in names), schema):
        name = etree.QName(element).localname
        if identifiers is not None:
            identifiers.note(element, name)
        if name not in _READ:
            continue
        holder = element if name != "file" else element.find(f"{{{METS}}}FLocat")
        href = None if holder is None else holder.get(f"{{{XLINK}}}href")
        if href is None:
            raise XMLRefused(str(path), reason=f"{name} has no href", line=str(element.sourceline))
        size = element.get("SIZE")
        yield Reference(
            name,
            str(element.get("ID") or ""),
            str(href),
            int(size) if size is not None and size.isdigit() else None,
            str(element.get("CHECKSUM") or "").lower(),
            str(element.get("CHECKSUMTYPE") or ""),
            str(element.get("MIMETYPE") or ""),
            str(element.get("CREATED") or ""),
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """What a METS document says of itself; `package` is its OAIS type, `AIP` or `DIP` (CSIP9)."""

    objid: str
    label: str
    created: str
    package: str


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
        )
    raise XMLRefused(str(path), reason="no metsHdr")
