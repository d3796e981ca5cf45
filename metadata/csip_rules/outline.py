"""A METS document of anybody's package as requirements are asked of it: its tree without the files, and what each file
lacks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from metadata.errors import XMLRefused
from metadata.media_types import is_registered
from metadata.xml import METS, XLINK, refuse_declarations

LARGEST_TREE = 500_000  # elements that are kept; files are not among them


@dataclass(frozen=True, slots=True)
class Reference:
    """What METS says of a file elsewhere: href as it stands, size in bytes, checksum in lower-case hex and its kind."""

    element: str  # "file", "mdRef" or "mptr"
    href: str
    size: int | None
    checksum: str
    checksum_type: str


@dataclass(slots=True)
class Outline:
    """`tree` holds every element but the files; `lacking` counts, by requirement, the files that do not meet it."""

    path: str  # in the package
    base: str  # the folder that its hrefs start from, "" or with a slash at its end
    tree: etree._Element
    references: list[Reference] = field(default_factory=list)
    lacking: Counter[str] = field(default_factory=Counter)
    files: dict[str, int] = field(default_factory=dict)  # identifier of a file group: how many files it has


def read_outline(place: Path, path: str) -> Outline:
    """Read a METS document as a stream; `path` is where it lies in its package. Raises XMLRefused, OSError."""
    refuse_declarations(place)
    outline = Outline(path, path.removesuffix("METS.xml"), etree.Element("none"))
    kept = 0
    try:
        with place.open("rb") as stream:
            events = etree.iterparse(stream, events=("end",), no_network=True, load_dtd=False, huge_tree=True)
            for _, element in events:
                name = etree.QName(element).localname if isinstance(element.tag, str) else ""
                if name == "file":
                    _file(outline, element)
                    parent = element.getparent()
                    element.clear()
                    if parent is not None:
                        while parent[0] is not element:
                            del parent[0]
                    continue
                kept += 1
                if kept > LARGEST_TREE:
                    reason = f"more than {LARGEST_TREE} elements"
                    raise XMLRefused(path, reason=reason, line=int(element.sourceline or 0))
                if name in ("mdRef", "mptr"):
                    outline.references.append(_reference(name, element))
            if events.root is not None:
                outline.tree = events.root
    except etree.XMLSyntaxError as error:
        raise XMLRefused(path, reason=str(error.msg), line=int(error.lineno or 0)) from error
    return outline


def _reference(name: str, holder: etree._Element, said: etree._Element | None = None) -> Reference:
    said = holder if said is None else said
    size = said.get("SIZE") or ""
    return Reference(
        name,
        str(holder.get(f"{{{XLINK}}}href") or ""),
        int(size) if size.isascii() and size.isdigit() else None,
        str(said.get("CHECKSUM") or "").lower(),
        str(said.get("CHECKSUMTYPE") or ""),
    )


def _file(outline: Outline, element: etree._Element) -> None:
    """CSIP67 to CSIP79, which are asked of each file."""
    group = element.getparent()
    if group is not None:
        identifier = str(group.get("ID") or "")
        outline.files[identifier] = outline.files.get(identifier, 0) + 1
    lacking = outline.lacking
    for requirement, attribute in (
        ("CSIP67", "ID"),
        ("CSIP69", "SIZE"),
        ("CSIP70", "CREATED"),
        ("CSIP71", "CHECKSUM"),
        ("CSIP72", "CHECKSUMTYPE"),
    ):
        lacking[requirement] += not element.get(attribute)
    lacking["CSIP68"] += not is_registered(str(element.get("MIMETYPE") or ""))
    locator = element.find(f"{{{METS}}}FLocat")
    lacking["CSIP76"] += locator is None
    if locator is None:
        return
    lacking["CSIP77"] += locator.get("LOCTYPE") != "URL"
    lacking["CSIP78"] += locator.get(f"{{{XLINK}}}type") != "simple"
    lacking["CSIP79"] += not locator.get(f"{{{XLINK}}}href")
    outline.references.append(_reference("file", locator, element))
