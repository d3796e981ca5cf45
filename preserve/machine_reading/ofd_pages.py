"""Pages of an OFD (GB/T 33190) that are a scan: which picture lies on each, and where. Pure XML, nothing is drawn.

An OFD is a ZIP of XML parts. A page's content names its pictures by the identifiers of resources, each with the
rectangle, in millimetres, in which it is shown.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from lxml import etree

_MOST_XML = 16 << 20
_MOST_PICTURE = 512 << 20
_MOST_PAGES = 20_000
_FEWEST_SIGNS = 20

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class OnPage:
    """A picture on a page: its part in the ZIP, where it lies as shares of the page, its width in millimetres."""

    part: str
    on_page: Box
    millimetres: float


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """Page `number` from 1; `picture` looks for its largest picture: None where it has none, or text of its own."""

    number: int
    picture: Callable[[], OnPage | None] = field(repr=False)


def bytes_of(archive: zipfile.ZipFile, part: str, most: int = _MOST_PICTURE) -> bytes:
    """A part unpacked. Raises ValueError where it is more than `most` bytes, whatever the ZIP says of it."""
    with archive.open(part) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{part}: more than {most} bytes")
    return data


def _plain(name: str) -> str:
    return posixpath.normpath("/" + name.strip().replace("\\", "/")).lstrip("/")


def _value(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _box(text: str | None) -> Box | None:
    try:
        x, y, width, height = (float(one) for one in (text or "").split()[:4])
    except ValueError:
        return None
    return (x, y, width, height) if 0 < width < 1e6 and 0 < height < 1e6 and abs(x) < 1e6 and abs(y) < 1e6 else None


class _Package:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self._names = {_plain(name).casefold(): name for name in reversed(archive.namelist())}

    def find(self, place: str, beside: str) -> str:
        """By the standard `/` begins at the root and all else beside the file; programs write either for the other."""
        folder = posixpath.dirname(_plain(beside))
        plain = place.strip().replace("\\", "/")
        for beginning in ("", folder) if plain.startswith("/") else (folder, ""):
            if found := self._names.get(_plain(posixpath.join(beginning, plain.lstrip("/"))).casefold()):
                return found
        return ""

    def xml(self, part: str) -> etree._Element | None:
        if not part:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(bytes_of(self.archive, part, _MOST_XML), parser)

    def documents(self) -> Iterator[str]:
        root = self._names.get("ofd.xml", "")
        tree = self.xml(root)
        for element in tree.iter("{*}DocRoot") if tree is not None else ():
            if part := self.find(element.text or "", root):
                yield part


def scanned_pages(archive: zipfile.ZipFile) -> Iterator[ScannedPage]:
    """The pages of all documents, numbered through. Raises what zipfile and lxml raise, ValueError if it is no OFD."""
    package = _Package(archive)
    number = 0
    for part in package.documents():
        tree = package.xml(part)
        if tree is None:
            continue
        media = _Media(package, tree, part)
        area = _box(tree.findtext(".//{*}CommonData/{*}PageArea/{*}PhysicalBox"))
        for element in tree.iterfind(".//{*}Pages/{*}Page"):
            number += 1
            if number > _MOST_PAGES:
                return
            content = package.find(_value(element, "BaseLoc"), part)
            yield ScannedPage(number, partial(_picture_on, package, content, media, area))
    if not number:
        raise ValueError("no page of an OFD")


class _Media:
    """The pictures among the resources of a document, by identifier; read when the first is asked for."""

    def __init__(self, package: _Package, document: etree._Element, part: str) -> None:
        places = [one.text or "" for one in document.iter("{*}PublicRes", "{*}DocumentRes")]
        self._package, self._parts = package, [package.find(place, part) for place in places]
        self._found: dict[str, str] | None = None

    def part(self, identifier: str) -> str:
        if self._found is None:
            self._found = {}
            for part in self._parts:
                tree = self._package.xml(part)
                if tree is None:
                    continue
                base = posixpath.join(posixpath.dirname(_plain(part)), _value(tree, "BaseLoc"), "-")
                for element in tree.iter("{*}MultiMedia"):
                    place = element.findtext("{*}MediaFile") or ""
                    self._found[_value(element, "ID")] = self._package.find(place, base) or self._package.find(
                        place, part
                    )
        return self._found.get(identifier, "")


def _picture_on(package: _Package, content: str, media: _Media, area: Box | None) -> OnPage | None:
    tree = package.xml(content)
    if tree is None:
        return None
    signs = sum(len("".join((one.text or "").split())) for one in tree.iter("{*}TextCode"))
    if signs >= _FEWEST_SIGNS:
        return None
    pictures = []
    for element in tree.iter("{*}ImageObject"):
        box, part = _box(_value(element, "Boundary")), media.part(_value(element, "ResourceID"))
        if box is not None and part:
            pictures.append((box[2] * box[3], box, part))
    if not pictures:
        return None
    _, box, part = max(pictures)
    left, top, width, height = _box(tree.findtext(".//{*}Area/{*}PhysicalBox")) or area or box
    shares = ((box[0] - left) / width, (box[1] - top) / height, box[2] / width, box[3] / height)
    return OnPage(part, shares, box[2])
