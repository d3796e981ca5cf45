"""Judges an E-ARK package that somebody else made: what is lost or altered is an error, what departs from the
specification a warning."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_to_bytes

from metadata.bag import ALGORITHMS
from metadata.csip import METS
from metadata.csip_rules.outline import Outline, Reference, read_outline
from metadata.csip_rules.requirements import departures
from metadata.errors import XMLNotValid, XMLRefused
from metadata.findings import Finding, Severity, Value
from metadata.fixity import Said
from metadata.mets import Identifiers, read_references
from metadata.schemas import mets_schema

_ELSEWHERE = re.compile(r"(?:https?|ftp|urn|doi|ark|hdl|info):", re.IGNORECASE)
"""What lies outside of the package by intent: a place in a network, or a name."""

_SEVERITIES: dict[str, Severity] = {"MUST": "warning", "SHOULD": "note"}


@dataclass(slots=True)
class Judged:
    """What was found, and the files whose bytes are to be compared with what METS says of them."""

    findings: list[Finding] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


def judge(root: Path, prefix: str, files: Mapping[str, int]) -> Judged:
    """Judge the package below `root` at `prefix` ("" or with a slash at its end); `files` are its paths with sizes.

    Nothing is hashed here: `said` says what is to be compared.
    """
    judged = Judged()
    names = {_composed(path): path for path in files}
    referred: set[str] = {METS}
    outlines = []
    for path in _documents(files):
        where = prefix + path
        try:
            outline = read_outline(root / where, path)
        except XMLRefused as error:
            judged.findings.append(Finding(error.code, where, values={"line": 0, "reason": "", **error.values}))
            continue
        except OSError as error:
            reason = error.strerror or str(error)
            judged.findings.append(Finding("bag.file-unreadable", where, values={"reason": reason}))
            continue
        outlines.append(outline)
        judged.findings.extend(_valid(root / where, where))
        judged.findings.extend(_departures(outline, where))
        for reference in outline.references:
            target = _target(outline.base, reference.href, names)
            judged.findings.extend(_compare(reference, target, files, prefix, where))
            if target is not None:
                referred.add(target)
                judged.said.extend(_said(reference, prefix + target, files[target]))
    judged.findings.extend(_layout(outlines, files, prefix, root))
    judged.findings.extend(
        Finding("csip.unreferenced", prefix + path, "note") for path in files if path not in referred
    )
    return judged


def _documents(files: Mapping[str, int]) -> list[str]:
    """The METS of the package, then those of its representations."""
    inside = [path for path in files if path.startswith("representations/") and path.endswith(f"/{METS}")]
    return [METS, *sorted(path for path in inside if path.count("/") == 2)]


def _valid(place: Path, where: str) -> Iterator[Finding]:
    identifiers = Identifiers()
    try:
        for _ in read_references(place, mets_schema(), identifiers):
            pass
    except XMLNotValid as error:
        yield Finding(error.code, where, values={"line": 0, "reason": "", **error.values})
        return
    except XMLRefused:
        return  # a file without location, which CSIP76 says
    for identifier in dict.fromkeys(identifiers.repeated):
        yield Finding("ip.identifier-twice", where, "warning", {"identifier": identifier})
    for element, attribute, identifier in identifiers.dangling():
        values: dict[str, Value] = {"element": element, "attribute": attribute, "identifier": identifier}
        yield Finding("ip.identifier-dangling", where, "warning", values)


def _departures(outline: Outline, where: str) -> Iterator[Finding]:
    for name, level, count, place in departures(outline):
        values: dict[str, Value] = {"requirement": name, "level": level, "count": count, "place": place}
        yield Finding("csip.departs", where, _SEVERITIES[level], values)


def _departs(name: str, level: str, where: str, place: str) -> Finding:
    return Finding(
        "csip.departs", where, _SEVERITIES[level], {"requirement": name, "level": level, "count": 1, "place": place}
    )


def _target(base: str, href: str, names: Mapping[str, str]) -> str | None:
    """The file of the package that an href means, in the spellings that others write: plain, encoded, `./`, `\\`."""
    for text in (href, unquote_to_bytes(href).decode("utf-8", "surrogateescape")):
        path = text.removeprefix("file://").removeprefix("file:").replace("\\", "/")
        if "\x00" in path:
            continue
        path = posixpath.normpath(base + path.lstrip("/"))
        found = names.get(_composed(path))
        if found is not None:
            return found
    return None


def _compare(
    reference: Reference, target: str | None, files: Mapping[str, int], prefix: str, document: str
) -> Iterator[Finding]:
    if target is None and _ELSEWHERE.match(reference.href):
        yield Finding("csip.elsewhere", document, "warning", {"href": reference.href})
        return
    if target is None:
        yield Finding("ip.target-missing", document, values={"href": reference.href})
        return
    if "\\" in reference.href:
        yield Finding("csip.backslash", document, "warning", {"href": reference.href})
    if reference.size is not None and reference.size != files[target]:
        values: dict[str, Value] = {"said": reference.size, "found": files[target], "document": document}
        yield Finding("ip.size-differs", prefix + target, values=values)
    algorithm = _algorithm(reference)
    if reference.checksum and len(reference.checksum) != ALGORITHMS.get(algorithm, 0):
        values = {"document": document, "algorithm": reference.checksum_type}
        yield Finding("csip.checksum-not-compared", prefix + target, "warning", values)


def _algorithm(reference: Reference) -> str:
    return reference.checksum_type.lower().replace("-", "")


def _said(reference: Reference, path: str, size: int) -> Iterator[Said]:
    algorithm = _algorithm(reference)
    if reference.checksum and len(reference.checksum) == ALGORITHMS.get(algorithm, 0):
        yield Said(path, algorithm, reference.checksum, size)


def _layout(outlines: list[Outline], files: Mapping[str, int], prefix: str, root: Path) -> Iterator[Finding]:
    """Folders and names (CSIPSTR2 to CSIPSTR13; CSIP1, CSIP17, CSIP31, CSIP105)."""
    main = next((outline for outline in outlines if outline.path == METS), None)
    if main is None:
        return
    where = prefix + METS
    folder = prefix.rstrip("/").rpartition("/")[2] or root.name
    if main.tree.get("OBJID") not in ("", None, folder):
        values: dict[str, Value] = {"objid": str(main.tree.get("OBJID")), "folder": folder}
        yield Finding("csip.folder-name", where, "warning", values)
    for name, place in (("CSIPSTR5", "metadata"), ("CSIPSTR9", "representations")):
        if not any(path.startswith(place + "/") for path in files):
            yield _departs(name, "SHOULD", where, f"{place}/")
    tree = main.tree
    for name, place, section in (
        ("CSIP17", "descriptive", "dmdSec"),
        ("CSIP31", "preservation", "amdSec"),
        ("CSIP32", "preservation", "amdSec/{*}digiprovMD"),
    ):
        if any(path.startswith(f"metadata/{place}/") for path in files) and tree.find(f"{{*}}{section}") is None:
            yield _departs(name, "SHOULD", where, section.replace("{*}", ""))
    pointed = {_folder(reference.href) for reference in main.references if reference.element == "mptr"}
    inside = (path.split("/") for path in files if path.startswith("representations/"))
    for role in sorted({parts[1] for parts in inside if len(parts) > 2}):
        own = f"representations/{role}/{METS}"
        if own not in files:
            yield _departs("CSIPSTR12", "SHOULD", where, own)
            continue
        if f"representations/{role}" not in pointed:
            yield _departs("CSIP105", "SHOULD", where, f"Representations/{role}")
        described = next((outline for outline in outlines if outline.path == own), None)
        if described is not None and described.tree.get("OBJID") != role:
            yield _departs("CSIP1", "MUST", prefix + own, f"@OBJID={described.tree.get('OBJID')}")


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _folder(href: str) -> str:
    return posixpath.dirname(posixpath.normpath(href.replace("\\", "/")))
