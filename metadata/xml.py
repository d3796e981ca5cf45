"""XML read without network, DTD or entities, as streams; values escaped for writing; the names of the namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from metadata.errors import DoctypeRefused, XMLNotValid, XMLRefused

METS = "http://www.loc.gov/METS/"
PREMIS = "http://www.loc.gov/premis/v3"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
DC = "http://purl.org/dc/elements/1.1/"

_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<[A-Za-z_]", re.DOTALL)
_LONGEST_PROLOG = 65536


@cache  # it takes milliseconds to compile, and a reader of XML never needs it
def _not_xml() -> re.Pattern[str]:
    return re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# Everything that Python calls printable XML can hold, and asking that of a value costs a tenth of looking for the rest.
def text(value: str) -> str:
    """A value as the text of an element; what XML cannot hold becomes U+FFFD."""
    return escape(value if value.isprintable() else _not_xml().sub("\ufffd", value).replace("\r", " "))


def attribute(value: str) -> str:
    """A value as a quoted attribute; what XML cannot hold becomes U+FFFD."""
    return quoteattr(value if value.isprintable() else _not_xml().sub("\ufffd", value))


def refuse_declarations(path: Path) -> None:
    """Raise unless only comments and processing instructions stand before the root element.

    A document type could declare entities, which reach outside (XXE) or swell (billion laughs); ours never has one.
    An encoding whose letters are not ASCII's hides one, and is refused too. Raises DoctypeRefused or XMLRefused.
    """
    with path.open("rb") as stream:
        head = stream.read(_LONGEST_PROLOG)
    if _PROLOG.match(head):
        return
    if b"<!DOCTYPE" in head.replace(b"\x00", b""):  # UTF-16 keeps the letters, with zeros between
        raise DoctypeRefused(str(path), reason="DOCTYPE")
    raise XMLRefused(str(path), reason="no root element")


def attributes_of(element: etree._Element) -> dict[str, str]:
    """All of an element's attributes at once, which costs less than asking for two."""
    return dict(element.items())  # type: ignore[arg-type]  # lxml's bytes are of Python 2


def iterate(path: Path, tags: tuple[str, ...], schema: etree.XMLSchema | None = None) -> Iterator[etree._Element]:
    """Each element of one of `tags` (`{namespace}name`) when it is complete; it is emptied after use.

    Memory does not grow with the file. Raises XMLRefused when the file is not well formed or not valid.
    """
    refuse_declarations(path)
    # Not `resolve_entities=False`: together with a schema lxml 6.1 then takes a file that breaks off for a whole one.
    # Without a document type there are no entities to resolve.
    try:
        with path.open("rb") as stream:
            events = etree.iterparse(
                stream, events=("end",), tag=tags, schema=schema, no_network=True, load_dtd=False, huge_tree=True
            )
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
