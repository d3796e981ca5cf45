"""The inside of an OFD (GB/T 33190): its documents and their pages, by whatever form of path they are named."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

_MOST = 64 << 20  # bytes of one list of pages, annotations or attachments
_SAID = ("{*}Title", "{*}Author", "{*}Subject", "{*}Abstract", "{*}Keyword", "{*}CustomData")
_UTF8 = 0x800  # flag of a name in UTF-8


@dataclass(slots=True)
class Document:
    """One document: parts by their names in the ZIP; `missing` are places that lead to nothing."""

    pages: list[str] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, list[str]] = field(default_factory=dict)  # by the page's identifier
    identifiers: list[str] = field(default_factory=list)  # of the pages, in their order
    attachments: list[tuple[str, str]] = field(default_factory=list)  # name, part (empty where it is not there)
    resources: list[str] = field(default_factory=list)  # what all pages share: pictures, fonts, composite units
    outlines: list[str] = field(default_factory=list)  # titles of bookmarks
    missing: list[str] = field(default_factory=list)


def _plain(name: str) -> str:
    return posixpath.normpath("/" + name.strip().replace("\\", "/")).lstrip("/")


def local_name(element: etree._Element) -> str:
    """The name of an element without its name space."""
    return str(element.tag).rpartition("}")[2]


def value_of(element: etree._Element, name: str) -> str:
    """An attribute whatever its name space and case."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _meant(member: zipfile.ZipInfo) -> str:
    """A name as its program meant it: without the flag of UTF-8 zipfile reads Chinese ones as signs of DOS."""
    if member.flag_bits & _UTF8 or member.filename.isascii():
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return member.filename


class Package:
    """An OFD that is open. Use as a context; raises what zipfile and lxml raise for a damaged one."""

    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        members = self.archive.infolist()
        self._places = {member.filename: _plain(_meant(member)) for member in members}
        self._names = {self._places[one.filename].casefold(): one.filename for one in reversed(members)}
        self.encrypted = any(name.endswith("encryptions.xml") for name in self._names)

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    def find(self, place: str, beside: str) -> str:
        """The part that a place leads to, named in the part `beside`; empty where there is none.

        By the standard `/` begins at the root and all else beside the file; programs write either for the other.
        """
        folder = posixpath.dirname(self._places.get(beside) or _plain(beside))
        plain = place.strip().replace("\\", "/")
        beginnings = ("", folder) if plain.startswith("/") else (folder, "", posixpath.dirname(folder))
        for beginning in beginnings:
            if found := self._names.get(_plain(posixpath.join(beginning, plain.lstrip("/"))).casefold()):
                return found
        return ""

    def bytes_of(self, part: str, most: int = _MOST) -> bytes:
        """A part unpacked. Raises ValueError where it is more than `most` bytes, whatever the ZIP says of it."""
        with self.archive.open(part) as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise ValueError(f"{part}: more than {most} bytes")
        return data

    def read(self, part: str, most: int = _MOST) -> etree._Element:
        """A part as XML, without entities and network. Raises what lxml raises, ValueError for one too large."""
        data = self.bytes_of(part, most)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(data, parser)

    def documents(self) -> Iterator[Document]:
        """The documents in their order: as the root names them, else all that are there."""
        root = self._names.get("ofd.xml", "")
        parts: list[str] = []
        missing: list[str] = []
        tree = self.read(root) if root else None
        for element in tree.iter("{*}DocRoot") if tree is not None else ():
            place = (element.text or "").strip()
            part = self.find(place, root)
            (parts if part else missing).append(part or place)
        if not parts:
            parts = self.parts_named("document.xml")
        for number, part in enumerate(parts):
            document = self._document(part)
            document.missing += missing if not number else []
            yield document

    def said(self) -> Iterator[tuple[str, str]]:
        """What the root says of its documents: title, author, key words, and what an invoice's program put there."""
        root = self._names.get("ofd.xml", "")
        for info in self.read(root).iter("{*}DocInfo") if root else ():
            for element in info.iter(*_SAID):
                if words := (element.text or "").strip():
                    yield value_of(element, "Name") or local_name(element), words

    def signature_lists(self) -> Iterator[tuple[str, str]]:
        """Where the root says that signatures are listed: the place as written, and the part (empty: not there)."""
        root = self._names.get("ofd.xml", "")
        for element in self.read(root).iter("{*}Signatures") if root else ():
            if place := (element.text or "").strip():
                yield place, self.find(place, root)

    def parts_named(self, name: str) -> list[str]:
        """Every part whose last name is this one, whatever leads to it."""
        return [part for key, part in sorted(self._names.items()) if posixpath.basename(key) == name.casefold()]

    def _document(self, part: str) -> Document:
        document = Document()
        tree = self.read(part)
        for element in tree.iter() if tree is not None else ():
            if not isinstance(element.tag, str):
                continue
            name, place = local_name(element), value_of(element, "BaseLoc")
            if name == "Page" and place:
                found = self.find(place, part)
                document.identifiers.append(value_of(element, "ID"))
                document.pages.append(found)
                document.missing += [] if found else [place]
            elif name == "TemplatePage" and place:
                document.templates[value_of(element, "ID")] = self.find(place, part)
            elif name in ("PublicRes", "DocumentRes") and (found := self.find(element.text or "-", part)):
                document.resources.append(found)
            elif name == "OutlineElem" and (title := value_of(element, "Title")):
                document.outlines.append(title)
            elif name in ("Annotations", "Attachments") and (element.text or "").strip():
                self._beside(document, name, self.find(element.text or "", part))
        return document

    def _beside(self, document: Document, kind: str, part: str) -> None:
        tree = self.read(part) if part else None
        for element in tree.iter("{*}Page", "{*}Attachment") if tree is not None else ():
            place = (element.findtext("{*}FileLoc") or "").strip()
            found = self.find(place, part) if place else ""
            if kind == "Attachments" and local_name(element) == "Attachment":
                document.attachments.append((value_of(element, "Name"), found))
            elif kind == "Annotations" and found:
                document.annotations.setdefault(value_of(element, "PageID"), []).append(found)
