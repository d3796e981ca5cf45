"""Writes METS 1.12 for E-ARK packages: a small root, and one long file list a representation, as a stream."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from metadata.csip import CASE, TEXT, encode_href
from metadata.media_types import registered
from metadata.mets.model import Division, Header, MetsFile, RepresentationReference
from metadata.unnamed import unnamed_file
from metadata.xml import CSIP, METS, XLINK, XSI, attribute

PROFILES = {
    "AIP": "https://earkdip.dilcis.eu/profile/E-ARK-AIP-v2-2-0.xml",
    "DIP": "https://earkdip.dilcis.eu/profile/E-ARK-DIP.xml",
}
CONTENT_TYPE = "cn-enforcement-case-v1"

_OTHER = f'csip:CONTENTINFORMATIONTYPE="OTHER" csip:OTHERCONTENTINFORMATIONTYPE="{CONTENT_TYPE}"'


def _open(header: Header, schemas: str, extra: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<mets xmlns="{METS}" xmlns:xlink="{XLINK}" xmlns:xsi="{XSI}" xmlns:csip="{CSIP}" '
        f'OBJID={attribute(header.objid)} LABEL={attribute(header.label)} TYPE="Mixed" '
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
        f'MIMETYPE={attribute(registered(file.mime))} SIZE="{file.size}" CREATED="{file.created}" '
        f'CHECKSUM="{file.sha256}" CHECKSUMTYPE="SHA-256"'
    )


def _reference(kind: str, file: MetsFile) -> str:
    href = attribute(encode_href(file.path))
    return f'<mdRef LOCTYPE="URL" xlink:type="simple" xlink:href={href} {kind} {_described(file)}/>'


def _file(file: MetsFile) -> str:
    return (
        f'<file ID="ID-{file.identifier}" {_described(file)}>'
        f'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href={attribute(encode_href(file.path))}/></file>\n'
    )


_KINDS = {
    CASE: f'MDTYPE="OTHER" OTHERMDTYPE="{CONTENT_TYPE}"',
    TEXT: f'MDTYPE="OTHER" OTHERMDTYPE="{CONTENT_TYPE}-text"',
}


def _metadata(premis: MetsFile, descriptive: Sequence[MetsFile] = ()) -> str:
    sections = "".join(
        f'<dmdSec ID="ID-{file.identifier}" CREATED="{file.created}" STATUS="CURRENT">'
        + _reference(_KINDS.get(file.path, 'MDTYPE="DC"'), file)
        + "</dmdSec>\n"
        for file in descriptive
    )
    return (
        sections
        + f'<amdSec><digiprovMD ID="ID-{premis.identifier}" CREATED="{premis.created}" STATUS="CURRENT">'
        + _reference('MDTYPE="PREMIS" MDTYPEVERSION="3.0"', premis)
        + "</digiprovMD></amdSec>\n"
    )


class RepresentationMets:
    """The METS of one representation, its files written as they come.

    The PREMIS document has to be referred to before the files, and is finished after the last of them: so they wait in
    a file without a name beside the document, which is gone with this process however that ends.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = ExitStack()
        self._files = self._opened.enter_context(unnamed_file(path.parent))

    def file(self, file: MetsFile) -> None:
        """One file of the representation."""
        self._files.write(_file(file))

    def close(self, header: Header, premis: MetsFile, group: str, divisions: Sequence[Division] = ()) -> None:
        """Write the document; `header.objid` is its folder's name, `group` identifies its file group.

        `divisions` become a logical structural map beside the one that CSIP asks for.
        """
        with self._opened, self._path.open("w", encoding="utf-8", newline="\n") as out:
            out.write(_open(header, "../../schemas/", ""))
            out.write(_metadata(premis))
            out.write(f'<fileSec ID="ID-{group}-files"><fileGrp ID="ID-{group}" USE="Data" {_OTHER}>\n')
            self._files.seek(0)
            shutil.copyfileobj(self._files, out)
            out.write(
                f"</fileGrp></fileSec>\n"
                f'<structMap ID="ID-{group}-map" TYPE="PHYSICAL" LABEL="CSIP">'
                f'<div ID="ID-{group}-root" LABEL={attribute(header.objid)}>'
                f'<div ID="ID-{group}-metadata" LABEL="Metadata" ADMID="ID-{premis.identifier}"/>'
                f'<div ID="ID-{group}-data" LABEL="Data"><fptr FILEID="ID-{group}"/></div>'
                "</div></structMap>\n"
            )
            if divisions:
                _write_divisions(out, group, header.objid, divisions)
            out.write("</mets>\n")

    def abandon(self) -> None:
        """Let the waiting files go, where the document is not to be written."""
        self._opened.close()


def _write_divisions(out: IO[str], group: str, label: str, divisions: Sequence[Division]) -> None:
    out.write(f'<structMap ID="ID-{group}-divisions" TYPE="LOGICAL" LABEL="Divisions">')
    out.write(f'<div ID="ID-{group}-divided" LABEL={attribute(label)}>\n')
    for order, division in enumerate(divisions, 1):
        named = f"TYPE={attribute(division.kind)} LABEL={attribute(division.label)}"
        out.write(f'<div ID="ID-{group}-division-{order}" ORDER="{order}" {named}>\n')
        out.writelines(f'<fptr FILEID="ID-{file}"/>\n' for file in division.files)
        out.write("</div>\n")
    out.write("</div></structMap>\n")


def write_representation_mets(
    path: Path,
    header: Header,
    premis: MetsFile,
    files: Iterable[MetsFile],
    group: str,
    divisions: Sequence[Division] = (),
) -> None:
    """Write the METS of one representation in one go; see `RepresentationMets`."""
    writer = RepresentationMets(path)
    try:
        for file in files:
            writer.file(file)
        writer.close(header, premis, group, divisions)
    finally:
        writer.abandon()


def write_root_mets(
    path: Path,
    header: Header,
    *,
    descriptive: Sequence[MetsFile],
    premis: MetsFile,
    documentation: Iterable[MetsFile],
    schemas: Iterable[MetsFile],
    representations: Iterable[RepresentationReference],
) -> None:
    """Write the root METS. It stays under 32 KB whatever the package holds, which one validator needs.

    `descriptive` are the files below `metadata/` that are not PREMIS, Dublin Core first (CSIP17).
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
        for representation in known:
            out.write(_file(_again(representation.mets, "all")))
        out.write("</fileGrp>\n")
        for representation in known:
            out.write(
                f'<fileGrp ID="ID-rep-{representation.name}" USE="Representations/{representation.name}" {_OTHER}>\n'
            )
            out.write(_file(representation.mets))
            out.write("</fileGrp>\n")
        out.write("</fileSec>\n")
        _write_root_map(out, header, premis, descriptive, known)
        out.write("</mets>\n")


def _write_root_map(
    out: IO[str],
    header: Header,
    premis: MetsFile,
    descriptive: Sequence[MetsFile],
    known: Sequence[RepresentationReference],
) -> None:
    out.write(
        f'<structMap ID="ID-map" TYPE="PHYSICAL" LABEL="CSIP">'
        f'<div ID="ID-root" LABEL={attribute(header.objid)}>\n'
        f'<div ID="ID-div-metadata" LABEL="Metadata" ADMID="ID-{premis.identifier}" '
        f'DMDID="{" ".join(f"ID-{file.identifier}" for file in descriptive)}"/>\n'
        '<div ID="ID-div-documentation" LABEL="Documentation"><fptr FILEID="ID-documentation"/></div>\n'
        '<div ID="ID-div-schemas" LABEL="Schemas"><fptr FILEID="ID-schemas"/></div>\n'
        '<div ID="ID-div-representations" LABEL="Representations"><fptr FILEID="ID-representations"/>'
    )
    for representation in known:
        out.write(
            f'<div ID="ID-nested-{representation.name}" LABEL="Representations/{representation.name}">'
            f"{_pointer(representation)}</div>"
        )
    out.write("</div>\n")
    for representation in known:
        out.write(
            f'<div ID="ID-div-{representation.name}" LABEL="Representations/{representation.name}">'
            f'{_pointer(representation)}<fptr FILEID="ID-rep-{representation.name}"/></div>\n'
        )
    out.write("</div></structMap>\n")


def _again(file: MetsFile, mark: str) -> MetsFile:
    return MetsFile(f"{file.identifier}-{mark}", file.path, file.size, file.sha256, file.mime, file.created)


def _pointer(representation: RepresentationReference) -> str:
    return (
        f'<mptr LOCTYPE="URL" xlink:type="simple" xlink:href={attribute(encode_href(representation.mets.path))} '
        f'xlink:title="ID-rep-{representation.name}"/>'
    )
