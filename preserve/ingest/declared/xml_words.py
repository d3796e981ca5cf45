"""Digests that METS and PREMIS in a deposit declare for its files, read as streams and without any schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from metadata.xml import METS, XLINK, iterate
from preserve.ingest.declared.forms import algorithm_of

_PREMIS = ("http://www.loc.gov/premis/v3", "info:lc/xmlns/premis-v2", "http://www.loc.gov/standards/premis/v1")
_FILES = (f"{{{METS}}}file", f"{{{METS}}}mdRef", f"{{{METS}}}mptr")


@dataclass(frozen=True, slots=True)
class Said:
    """What a document says of one file: names that it may have, size in bytes where it is given, digests."""

    names: tuple[str, ...]
    size: int | None
    digests: tuple[tuple[str, str], ...]  # algorithm as known here, else as written; digest


def read_words(path: Path) -> Iterator[Said]:
    """Every file that the document says something of. Raises XMLRefused where it cannot be read on."""
    objects = tuple(f"{{{space}}}object" for space in _PREMIS)
    for element in iterate(path, (*_FILES, *objects)):
        said = _of_mets(element) if element.tag in _FILES else _of_premis(element)
        if said is not None and (said.digests or said.size is not None):
            yield said


def _of_mets(element: etree._Element) -> Said | None:
    holder = element if not str(element.tag).endswith("}file") else element.find(f"{{{METS}}}FLocat")
    href = None if holder is None else holder.get(f"{{{XLINK}}}href")
    if not href or href.startswith("#"):
        return None
    name = href.removeprefix("file://").removeprefix("file:")
    if "://" in name:
        return None  # it lies elsewhere, and nothing of it is in the deposit
    digest = (element.get("CHECKSUM") or "").strip()
    label = (element.get("CHECKSUMTYPE") or "").strip()
    digests = ((algorithm_of(label) or label.lower(), digest.lower()),) if digest else ()
    names = dict.fromkeys((unquote(name), name))
    return Said(tuple(names), _number(element.get("SIZE")), digests)


def _of_premis(element: etree._Element) -> Said | None:
    names: list[str] = []
    digests: list[tuple[str, str]] = []
    size = label = ""
    for inner in element.iter(etree.Element):
        text = (inner.text or "").strip()
        name = etree.QName(inner).localname
        if name in ("contentLocationValue", "originalName") and text:
            names.append(text)
        elif name == "messageDigestAlgorithm":
            label = text
        elif name == "messageDigest" and text:
            digests.append((algorithm_of(label) or label.lower(), text.lower()))
        elif name == "size":
            size = text
    return Said(tuple(names), _number(size), tuple(digests)) if names else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() and text.isascii() else None
