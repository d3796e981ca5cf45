"""The inside of an OFD (GB/T 33190): its documents and their pages, by whatever form of path they are named."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

_MOST = 64 << 20  # bytes of one list of pages, annotations or attachments
_DEEPEST = 16


@dataclass(slots=True)
class Document:
    """One document: parts by their names in the ZIP; `missing` are places that lead to nothing."""

    pages: list[str] = field(default_factory=list)
    templates: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, list[str]] = field(default_factory=dict)  # by the page's identifier
    identifiers: list[str] = field(default_factory=list)  # of the pages, in their order
    attachments: list[tuple[str, str]] = field(default_factory=list)  # name, part (empty where it is not there)
    missing: list[str] = field(default_factory=list)


def _plain(name: str) -> str:
    return posixpath.normpath("/" + name.strip().replace("\\", "/")).lstrip("/")


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: etree._Element, name: str) -> str:
    """An attribute whatever its name space and case."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


class Package:
    """An OFD that is open. Use as a context; raises what zipfile and lxml raise for a damaged one."""

    def __init__(self, path: Path) -> None:
        self.archive = zipfile.ZipFile(path)
        self._names = {_plain(name).casefold(): name for name in reversed(self.archive.namelist())}
        self.signatures = sum(name.endswith("/signature.xml") for name in self._names)
        self.encrypted = any(name.endswith("encryptions.xml") for name in self._names)

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    def find(self, place: str, beside: str) -> str:
        """The part that a place leads to, named in the part `beside`; empty where there is none.

        By the standard `/` begins at the root and all else beside the file; programs write either for the other.
        """
        folder = posixpath.dirname(_plain(beside))
        plain = place.strip().replace("\\", "/")
        beginnings = ("", folder) if plain.startswith("/") else (folder, "", posixpath.dirname(folder))
        for beginning in beginnings:
            if found := self._names.get(_plain(posixpath.join(beginning, plain.lstrip("/"))).casefold()):
                return found
        return ""

    def _read(self, part: str) -> etree._Element | None:
        with self.archive.open(part) as stream:
            data = stream.read(_MOST + 1)
        if len(data) > _MOST:
            raise ValueError(f"{part}: more than {_MOST} bytes")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(data, parser)

    def documents(self) -> Iterator[Document]:
        """The documents in their order: as the root names them, else all that are there."""
        root = self._names.get("ofd.xml", "")
        parts: list[str] = []
        missing: list[str] = []
        tree = self._read(root) if root else None
        for element in tree.iter("{*}DocRoot") if tree is not None else ():
            place = (element.text or "").strip()
            part = self.find(place, root)
            (parts if part else missing).append(part or place)
        if not parts:
            parts = [name for key, name in sorted(self._names.items()) if posixpath.basename(key) == "document.xml"]
        for number, part in enumerate(parts):
            document = self._document(part)
            document.missing += missing if not number else []
            yield document

    def _document(self, part: str) -> Document:
        document = Document()
        tree = self._read(part)
        for element in tree.iter() if tree is not None else ():
            if not isinstance(element.tag, str):
                continue
            name, place = _local(element), _value(element, "BaseLoc")
            if name == "Page" and place:
                found = self.find(place, part)
                document.identifiers.append(_value(element, "ID"))
                document.pages.append(found)
                document.missing += [] if found else [place]
            elif name == "TemplatePage" and place:
                document.templates[_value(element, "ID")] = self.find(place, part)
            elif name in ("Annotations", "Attachments") and (element.text or "").strip():
                self._beside(document, name, self.find(element.text or "", part))
        return document

    def _beside(self, document: Document, kind: str, part: str) -> None:
        tree = self._read(part) if part else None
        for element in tree.iter("{*}Page", "{*}Attachment") if tree is not None else ():
            place = (element.findtext("{*}FileLoc") or "").strip()
            found = self.find(place, part) if place else ""
            if kind == "Attachments" and _local(element) == "Attachment":
                document.attachments.append((_value(element, "Name"), found))
            elif kind == "Annotations" and found:
                document.annotations.setdefault(_value(element, "PageID"), []).append(found)
