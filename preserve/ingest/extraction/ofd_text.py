"""The words of an OFD (GB/T 33190): of its pages with all that stands on them, of its title, bookmarks, attached texts.

A page's words lie in its own part, in its templates, in annotations, and in composite units that pages share. A part
that is damaged costs its own words only.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from preserve.ingest.extraction.pieces import Lack, Piece, decoded_bytes, elements
from preserve.ingest.readers.ofd_package import Document, Package, value_of

_MOST_ATTACHED = 2 << 20  # bytes read of one attached text
_MOST_UNITS = 10_000  # composite units followed in one file: they may stand in each other
_DEEPEST = 8
_BLOB = re.compile(r"[A-Za-z0-9+/=\s]{200,}")  # a signature or a picture, which nobody searches for
_DAMAGE = (
    *(etree.XMLSyntaxError, ValueError, KeyError, EOFError, OSError, RuntimeError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error),
)


def words_of(path: Path) -> Iterator[Piece]:
    """Everything in the order in which people read it. Raises what zipfile and lxml raise where nothing can be read."""
    with Package(path) as package:
        yield from (f"{words}\n" for _, words in package.said())
        for document in package.documents():
            reader = _Reader(package, document)
            for identifier, page in zip(document.identifiers, document.pages, strict=True):
                yield from reader.page(page, identifier)
                yield "\n"
            yield from (f"{title}\n" for title in document.outlines)
            yield from reader.attached()
            yield from (Lack(f"{place}: not there") for place in document.missing)


class _Reader:
    """One document: its pages, and the units that they share."""

    def __init__(self, package: Package, document: Document) -> None:
        self._package, self._document = package, document
        self._units: dict[str, Any] | None = None
        self._left = _MOST_UNITS

    def page(self, page: str, identifier: str) -> Iterator[Piece]:
        """What stands on a page: its templates, itself, and its annotations."""
        for part in (*self._templates(page), page, *self._document.annotations.get(identifier, ())):
            if part:
                yield from self._part(part)
                yield "\n"

    def _part(self, part: str) -> Iterator[Piece]:
        said = False
        try:
            with self._package.archive.open(part) as content:
                for words in self._words(elements(content)):
                    said = said or bool(words.strip())
                    yield words
        except _DAMAGE as error:
            yield Lack(f"{part}: {type(error).__name__}")
            if not said and isinstance(error, etree.XMLSyntaxError):
                yield from self._mended(part)

    def _mended(self, part: str) -> Iterator[str]:
        """What can be read of a part that is no good XML: some programs leave out the name of a name space."""
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
            tree = etree.fromstring(self._package.bytes_of(part), parser)
        except _DAMAGE:
            return
        if tree is not None:
            yield from self._words((str(one.tag).rpartition("}")[2].rpartition(":")[2], one) for one in tree.iter())

    def _words(self, stream: Iterator[tuple[str, Any]], deep: int = 0) -> Iterator[str]:
        """The words of a stream of elements; those on one height are one line."""
        height = ""
        for name, element in stream:
            if name == "TextObject":
                here = [*element.get("Boundary", "").split(), "", ""][1]
                if height and here != height:
                    yield "\n"
                height = here
                yield "".join(part.text or "" for part in element.iter("{*}TextCode"))
                element.clear()
            elif name == "CompositeObject" and deep < _DEEPEST:
                yield from self._unit(value_of(element, "ResourceID"), deep)

    def _unit(self, identifier: str, deep: int) -> Iterator[str]:
        if self._units is None:
            self._units = {}
            for part in self._document.resources:
                try:
                    found = self._package.read(part).iter("{*}CompositeGraphicUnit", "{*}VectorG")
                    self._units.update((value_of(one, "ID"), one) for one in found)
                except _DAMAGE:
                    continue
        unit = self._units.get(identifier)
        if unit is None or self._left <= 0:
            return
        self._left -= 1
        yield "\n"
        for element in unit.iter("{*}TextObject", "{*}CompositeObject"):
            # A unit is shown many times, so nothing of it is thrown away as it is of a page.
            if str(element.tag).endswith("TextObject"):
                yield "".join(part.text or "" for part in element.iter("{*}TextCode")) + "\n"
            elif deep < _DEEPEST:
                yield from self._unit(value_of(element, "ResourceID"), deep + 1)

    def _templates(self, page: str) -> list[str]:
        """The parts whose words stand on a page because it says so."""
        found: list[str] = []
        if page and self._document.templates:
            try:
                with self._package.archive.open(page) as content:
                    for name, element in elements(content):
                        if name == "Template":
                            found.append(self._document.templates.get(value_of(element, "TemplateID"), ""))
                        elif name == "TextObject":
                            element.clear()
            except _DAMAGE:
                pass  # told where the page itself is read
        return [part for part in dict.fromkeys(found) if part]

    def attached(self) -> Iterator[Piece]:
        """Names of what is attached, and the words of texts and XML: an invoice carries its own data so."""
        for name, part in self._document.attachments:
            if name:
                yield f"{name}\n"
            if not part.lower().endswith((".xml", ".txt", ".csv")):
                continue
            try:
                with self._package.archive.open(part) as stream:
                    data = stream.read(_MOST_ATTACHED + 1)
                if len(data) > _MOST_ATTACHED:
                    yield Lack(f"{part}: longer than is read")
                yield from self._data(part, data[:_MOST_ATTACHED])
            except _DAMAGE as error:
                yield Lack(f"{part}: {type(error).__name__}")

    def _data(self, part: str, data: bytes) -> Iterator[str]:
        if not part.lower().endswith(".xml"):
            yield decoded_bytes(data) + "\n"
            return
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
        tree = etree.fromstring(data, parser)
        for element in tree.iter() if tree is not None else ():
            words = (element.text or "").strip() if isinstance(element.tag, str) else ""
            if words and not _BLOB.fullmatch(words):
                yield f"{words}\n"
