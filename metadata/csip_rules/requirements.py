"""The requirements of CSIP on a METS document, one a row: where it is asked, what must hold, how strong it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from lxml import etree

from metadata.csip_rules.outline import Outline
from metadata.media_types import is_registered
from metadata.xml import CSIP, METS, XLINK

Level = Literal["MUST", "SHOULD"]
NAMES = {"m": METS, "csip": CSIP, "xlink": XLINK}

_CATEGORIES = frozenset(
    {
        "Textual works – Print",
        "Textual works – Digital",
        "Textual works – Electronic Serials",
        "Digital Musical Composition (score-based representations)",
        "Photographs – Print",
        "Photographs – Digital",
        "Other Graphic Images – Print",
        "Other Graphic Images – Digital",
        "Microforms",
        "Audio – On Tangible Medium (digital or analog)",
        "Audio – Media-independent (digital)",
        "Motion Pictures – Digital and Physical Media",
        "Video – File-based and Physical Media",
        "Software",
        "Datasets",
        "Geospatial Data",
        "Databases",
        "Websites",
        "Collection",
        "Event",
        "Interactive resource",
        "Physical object",
        "Service",
        "Mixed",
        "Other",
    }
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """For each element that `context` selects `test` must be true. `root`: asked of the package's own METS only."""

    name: str
    level: Level
    context: str
    test: str | Callable[[etree._Element], bool]
    root: bool = False


def _category(element: etree._Element) -> bool:
    # The specification writes OTHER where its vocabulary says Other.
    return element.get("TYPE") in _CATEGORIES or element.get("TYPE") == "OTHER"


def _mime(element: etree._Element) -> bool:
    return is_registered(str(element.get("MIMETYPE") or ""))


_METS = "/m:mets"
_HEADER = "/m:mets/m:metsHdr"
_CREATOR = "m:agent[@ROLE='CREATOR']"
_SOFTWARE = "m:agent[@ROLE='CREATOR'][@TYPE='OTHER'][@OTHERTYPE='SOFTWARE']"
_MAP = "/m:mets/m:structMap[@LABEL='CSIP']"
_MAIN = f"{_MAP}/m:div"
_CURRENT = "[@STATUS='CURRENT']"


def _document() -> Iterator[Requirement]:
    """CSIP1 to CSIP16 and CSIP117: what the document says of itself."""
    yield Requirement("CSIP1", "MUST", _METS, "string(@OBJID) != ''")
    yield Requirement("CSIP2", "MUST", _METS, _category)
    yield Requirement("CSIP3", "SHOULD", f"{_METS}[@TYPE='Other' or @TYPE='OTHER']", "string(@csip:OTHERTYPE) != ''")
    other = "@csip:CONTENTINFORMATIONTYPE='OTHER'"
    yield Requirement("CSIP5", "MUST", f"{_METS}[{other}]", "string(@csip:OTHERCONTENTINFORMATIONTYPE) != ''")
    yield Requirement("CSIP6", "MUST", _METS, "string(@PROFILE) != ''")
    yield Requirement("CSIP117", "MUST", _METS, "count(m:metsHdr) = 1")
    yield Requirement("CSIP7", "MUST", _HEADER, "string(@CREATEDATE) != ''")
    kinds = " or ".join(f"@csip:OAISPACKAGETYPE='{kind}'" for kind in ("SIP", "AIP", "DIP", "AIU", "AIC"))
    yield Requirement("CSIP9", "MUST", _HEADER, kinds)
    yield Requirement("CSIP10", "MUST", _HEADER, "m:agent")
    yield Requirement("CSIP11", "MUST", _HEADER, _CREATOR)
    yield Requirement("CSIP12", "MUST", f"{_HEADER}[{_CREATOR}]", f"{_CREATOR}[@TYPE='OTHER']")
    yield Requirement("CSIP13", "MUST", f"{_HEADER}[{_CREATOR}]", _SOFTWARE)
    # Whoever handed the package in may be named as a creator too: of the software's agent more is asked.
    agent = f"{_HEADER}/{_SOFTWARE} | {_HEADER}[not({_SOFTWARE})]/{_CREATOR}"
    yield Requirement("CSIP14", "MUST", agent, "count(m:name) = 1 and normalize-space(m:name) != ''")
    yield Requirement("CSIP15", "MUST", agent, "count(m:note) = 1 and normalize-space(m:note) != ''")
    yield Requirement("CSIP16", "MUST", agent, "m:note[@csip:NOTETYPE='SOFTWARE VERSION']")


def _reference(first: int, section: str) -> Iterator[Requirement]:
    """The nine requirements that CSIP repeats for each reference to metadata, from number `first` on."""
    context = f"{section}/m:mdRef"
    tests: tuple[str | Callable[[etree._Element], bool], ...] = (
        "@LOCTYPE='URL'",
        "@xlink:type='simple'",
        "string(@xlink:href) != ''",
        "string(@MDTYPE) != ''",
        _mime,
        "string(@SIZE) != ''",
        "string(@CREATED) != ''",
        "string(@CHECKSUM) != ''",
        "string(@CHECKSUMTYPE) != ''",
    )
    for number, test in enumerate(tests, first):
        yield Requirement(f"CSIP{number}", "MUST", context, test)


def _sections() -> Iterator[Requirement]:
    """CSIP18 to CSIP57: descriptive and administrative metadata."""
    known = "@STATUS='CURRENT' or @STATUS='SUPERSEDED'"
    descriptive = "/m:mets/m:dmdSec"
    yield Requirement("CSIP18", "MUST", descriptive, "string(@ID) != ''")
    yield Requirement("CSIP19", "MUST", descriptive, "string(@CREATED) != ''")
    yield Requirement("CSIP20", "SHOULD", descriptive, known)
    yield Requirement("CSIP21", "SHOULD", descriptive, "m:mdRef")
    yield from _reference(22, descriptive)
    for first, name in ((33, "digiprovMD"), (46, "rightsMD")):
        section = f"/m:mets/m:amdSec/m:{name}"
        yield Requirement(f"CSIP{first}", "MUST", section, "string(@ID) != ''")
        yield Requirement(f"CSIP{first + 1}", "SHOULD", section, known)
        yield Requirement(f"CSIP{first + 2}", "SHOULD", section, "m:mdRef")
        yield from _reference(first + 3, section)


def _files() -> Iterator[Requirement]:
    """CSIP58 to CSIP66, CSIP113, CSIP114: the file section and its groups."""
    section, group = "/m:mets/m:fileSec", "/m:mets/m:fileSec/m:fileGrp"
    yield Requirement("CSIP58", "SHOULD", _METS, "count(m:fileSec) = 1")
    yield Requirement("CSIP59", "MUST", section, "string(@ID) != ''")
    yield Requirement("CSIP60", "MUST", section, "m:fileGrp[@USE='Documentation']", root=True)
    yield Requirement("CSIP113", "MUST", section, "m:fileGrp[@USE='Schemas']", root=True)
    yield Requirement("CSIP114", "MUST", section, "m:fileGrp[starts-with(@USE, 'Representations')]", root=True)
    content = f"{group}[starts-with(@USE, 'Representations')]"
    yield Requirement("CSIP62", "SHOULD", content, "string(@csip:CONTENTINFORMATIONTYPE) != ''", root=True)
    other = f"{group}[@csip:CONTENTINFORMATIONTYPE='OTHER']"
    yield Requirement("CSIP63", "MUST", other, "string(@csip:OTHERCONTENTINFORMATIONTYPE) != ''")
    yield Requirement("CSIP64", "MUST", group, "string(@USE) != ''")
    yield Requirement("CSIP65", "MUST", group, "string(@ID) != ''")


def _structure() -> Iterator[Requirement]:
    """CSIP80 to CSIP92: the structural map."""
    yield Requirement("CSIP80", "MUST", _METS, "m:structMap")
    yield Requirement("CSIP82", "MUST", f"{_METS}[m:structMap]", "count(m:structMap[@LABEL='CSIP']) = 1")
    yield Requirement("CSIP81", "MUST", _MAP, "@TYPE='PHYSICAL'")
    yield Requirement("CSIP83", "MUST", _MAP, "string(@ID) != ''")
    yield Requirement("CSIP84", "MUST", _MAP, "count(m:div) = 1")
    yield Requirement("CSIP85", "MUST", _MAIN, "string(@ID) != ''")
    yield Requirement("CSIP88", "MUST", _MAIN, "count(m:div[@LABEL='Metadata']) = 1")
    metadata = f"{_MAIN}/m:div[@LABEL='Metadata']"
    yield Requirement("CSIP89", "MUST", metadata, "string(@ID) != ''")
    yield Requirement("CSIP91", "SHOULD", metadata, _lists("ADMID", f"//m:amdSec/*{_CURRENT} | //m:amdSec{_CURRENT}"))
    yield Requirement("CSIP92", "SHOULD", metadata, _lists("DMDID", f"//m:dmdSec{_CURRENT}"))


def _lists(attribute: str, wanted: str) -> Callable[[etree._Element], bool]:
    """Whether a division names every current section, by its own identifier or by that of the section around it."""

    def test(division: etree._Element) -> bool:
        named = set((division.get(attribute) or "").split())
        return all(
            named & {str(section.get("ID") or ""), str(_around(section))} for section in _select(division, wanted)
        )

    return test


def _around(section: etree._Element) -> str:
    parent = section.getparent()
    return "" if parent is None else parent.get("ID") or "-"


def _divisions() -> Iterator[Requirement]:
    """CSIP93 to CSIP104, CSIP116, CSIP118, CSIP119: documentation, schemas and content in the structural map."""
    for use, numbers in (
        ("Documentation", ("CSIP93", "CSIP94", "CSIP96", "CSIP116")),
        ("Schemas", ("CSIP97", "CSIP98", "CSIP100", "CSIP118")),
        ("Representations", ("CSIP101", "CSIP102", "CSIP104", "CSIP119")),
    ):
        there, identified, pointed, led = numbers
        with_files = f"{_MAIN}[/m:mets/m:fileSec/m:fileGrp[@USE='{use}']]"
        division = f"{_MAIN}/m:div[@LABEL='{use}']"
        yield Requirement(there, "SHOULD", with_files, f"count(m:div[@LABEL='{use}']) = 1", root=True)
        yield Requirement(identified, "MUST", division, "string(@ID) != ''", root=True)
        yield Requirement(pointed, "MUST", f"{with_files}/m:div[@LABEL='{use}']", "m:fptr", root=True)
        groups = f"/m:mets/m:fileSec/m:fileGrp[starts-with(@USE, '{use}')]/@ID"
        yield Requirement(led, "MUST", f"{division}/m:fptr", f"@FILEID = {groups}", root=True)


def _representations() -> Iterator[Requirement]:
    """CSIP106 to CSIP112: the division of each representation."""
    division = f"{_MAIN}/m:div[starts-with(@LABEL, 'Representations/')]"
    yield Requirement("CSIP106", "MUST", f"{_MAIN}/m:div", "string(@ID) != ''", root=True)
    pointer = f"{_MAIN}/m:div[m:mptr]"
    yield Requirement("CSIP107", "MUST", pointer, "starts-with(@LABEL, 'Representations')", root=True)
    yield Requirement("CSIP109", "MUST", division, "count(m:mptr) = 1", root=True)
    titles = "/m:mets/m:fileSec/m:fileGrp/@ID"
    yield Requirement("CSIP108", "MUST", f"{pointer}/m:mptr", f"@xlink:title = {titles}", root=True)
    yield Requirement("CSIP110", "MUST", f"{pointer}/m:mptr", "string(@xlink:href) != ''", root=True)
    yield Requirement("CSIP111", "MUST", f"{pointer}/m:mptr", "@xlink:type='simple'", root=True)
    yield Requirement("CSIP112", "MUST", f"{pointer}/m:mptr", "@LOCTYPE='URL'", root=True)


REQUIREMENTS: tuple[Requirement, ...] = (
    *_document(),
    *_sections(),
    *_files(),
    *_structure(),
    *_divisions(),
    *_representations(),
)

FILE_REQUIREMENTS: dict[str, str] = {
    "CSIP66": "fileGrp/file",
    "CSIP67": "file/@ID",
    "CSIP68": "file/@MIMETYPE",
    "CSIP69": "file/@SIZE",
    "CSIP70": "file/@CREATED",
    "CSIP71": "file/@CHECKSUM",
    "CSIP72": "file/@CHECKSUMTYPE",
    "CSIP76": "file/FLocat",
    "CSIP77": "file/FLocat/@LOCTYPE",
    "CSIP78": "file/FLocat/@xlink:type",
    "CSIP79": "file/FLocat/@xlink:href",
}
"""Asked of each file while it is read; CSIP66 of each group."""

UNSEEN: dict[str, str] = {
    "CSIP4": "the vocabulary of content information types grows with each release of the specification",
    "CSIP8": "whether a package was changed after it was made cannot be seen in it",
    "CSIP45": "optional",
    "CSIP61": "optional; an ADMID that leads nowhere is found",
    "CSIP73": "optional",
    "CSIP74": "optional; an ADMID that leads nowhere is found",
    "CSIP75": "optional; a DMDID that leads nowhere is found",
    "CSIP90": "the same as CSIP88",
    "CSIP95": "the same as CSIP93",
    "CSIP99": "the same as CSIP97",
    "CSIP103": "the same as CSIP101",
}
"""Requirements of which nothing is said, and why."""


def _select(element: etree._Element, path: str) -> list[Any]:
    selected = element.xpath(path, namespaces=NAMES)
    return selected if isinstance(selected, list) else []


def departures(outline: Outline) -> Iterator[tuple[str, Level, int, str]]:
    """Requirement, its level, how many elements do not meet it, and where it is asked, in the order of the table."""
    package = "/" not in outline.path
    for requirement in REQUIREMENTS:
        if requirement.root and not package:
            continue
        test = requirement.test
        ask = test if callable(test) else etree.XPath(f"boolean({test})", namespaces=NAMES)
        failed = sum(not ask(element) for element in _select(outline.tree, requirement.context))
        if failed:
            yield requirement.name, requirement.level, failed, _plain(requirement)
    groups = _select(outline.tree, "/m:mets/m:fileSec//m:fileGrp[not(m:fileGrp)]")
    empty = sum(not outline.files.get(str(group.get("ID") or "")) for group in groups)
    for name, place in FILE_REQUIREMENTS.items():
        failed = empty if name == "CSIP66" else outline.lacking[name]
        if failed:
            yield name, "MUST", failed, place


def _plain(requirement: Requirement) -> str:
    """Where it is asked, for people: without the prefix of the name space."""
    test = requirement.test if isinstance(requirement.test, str) else ""
    place = requirement.context.replace("m:", "").removeprefix("/")
    return f"{place} {test.replace('m:', '')}".strip()
