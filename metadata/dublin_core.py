"""Descriptive terms: Dublin Core elements as XML."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from metadata.xml import DC

ELEMENTS = (
    "contributor",
    "coverage",
    "creator",
    "date",
    "description",
    "format",
    "identifier",
    "language",
    "publisher",
    "relation",
    "rights",
    "source",
    "subject",
    "title",
    "type",
)


def write_dublin_core(path: Path, terms: Iterable[tuple[str, str]]) -> None:
    """Write (element, value) pairs in order; empty values are left out. Raises ValueError on an unknown element."""
    root = etree.Element("metadata", nsmap={"dc": DC})
    for name, value in terms:
        if name not in ELEMENTS:
            raise ValueError(f"not a Dublin Core element: {name}")
        if value:
            etree.SubElement(root, f"{{{DC}}}{name}").text = value
    path.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
