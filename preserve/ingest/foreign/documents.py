"""XML of others, read where it lies in a package: without network, DTD or entities, and no more than a bounded size."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from metadata.errors import XMLRefused
from metadata.xml import iterate, refuse_declarations
from preserve.errors import Refused
from preserve.ingest.sources import Source

LARGEST = 512 << 20
"""Bytes of a document that is read as a stream."""
LARGEST_WHOLE = 16 << 20
"""Bytes of one that is held whole."""
_PIECE = 1 << 20


def elements(source: Source, path: str, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    """The elements of a document, which is put aside meanwhile. Raises XMLRefused, Refused."""
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        kept = Path(folder) / "document.xml"
        _put_aside(source, path, kept, LARGEST)
        yield from iterate(kept, tags)


def _put_aside(source: Source, path: str, target: Path, limit: int) -> None:
    with target.open("wb") as out:
        for _, stream in source.stream(lambda entry: entry.path == path):
            while data := stream.read(_PIECE):
                out.write(data)
                if out.tell() > limit:
                    raise Refused("sip.file-too-large", path, limit=limit)


def whole(source: Source, path: str) -> etree._Element:
    """The root of a small document. Raises XMLRefused, Refused."""
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        kept = Path(folder) / "document.xml"
        _put_aside(source, path, kept, LARGEST_WHOLE)
        refuse_declarations(kept)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.parse(str(kept), parser).getroot()
        except etree.XMLSyntaxError as error:
            raise XMLRefused(path, reason=str(error.msg), line=int(error.lineno or 0)) from error
