"""XML read without network, DTD or entities, as streams; and the names of the namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from metadata.errors import DoctypeRefused, XMLNotValid, XMLRefused

METS = "http://www.loc.gov/METS/"
PREMIS = "http://www.loc.gov/premis/v3"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
DC = "http://purl.org/dc/elements/1.1/"

_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")


def refuse_declarations(path: Path) -> None:
    """Raise XMLRefused when a document type or entity is declared in the prolog; ours never do (XXE, laughs)."""
    with path.open("rb") as stream:
        head = stream.read(65536)
    text = head.replace(b"\x00", b"")  # UTF-16 keeps the letters, with zeros between
    if any(word in text for word in _DECLARATIONS):
        raise DoctypeRefused(str(path), reason="DOCTYPE")


def iterate(path: Path, tags: tuple[str, ...], schema: etree.XMLSchema | None = None) -> Iterator[etree._Element]:
    """Each element of one of `tags` (`{namespace}name`) when it is complete; it is emptied after use.

    Memory does not grow with the file. Raises XMLRefused when the file is not well formed or not valid.
    """
    refuse_declarations(path)
    try:
        with path.open("rb") as stream:
            events = etree.iterparse(
                stream, events=("end",), tag=tags, schema=schema, resolve_entities=False, no_network=True,
                load_dtd=False, huge_tree=True,
            )  # fmt: skip
            for _, element in events:
                yield element
                element.clear()
                # Clearing leaves an empty element behind for each one read; they too must go.
                while element.getprevious() is not None and element.getparent() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        # libxml2 numbers what a schema does not allow from 1801 on (xmlerror.h, XML_SCHEMAV_*).
        refused = XMLNotValid if 1800 < (getattr(error, "code", None) or 0) < 1900 else XMLRefused
        raise refused(str(path), reason=str(error.msg), line=int(error.lineno or 0)) from error
