"""What readers of text share: pieces and what was not read, elements of XML, bytes of a text."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any


@dataclass(frozen=True, slots=True)
class Lack:
    """A reader says with it that something was not read, and why; what it gives besides is kept."""

    reason: str


Piece = str | Lack


def elements(stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Every element at its end, by its name without name space."""
    from lxml import etree

    for _, element in etree.iterparse(stream, resolve_entities=False, no_network=True, huge_tree=False):
        if isinstance(element.tag, str):
            yield etree.QName(element).localname, element


def decoded_bytes(data: bytes, *, whole: bool = True, name: str = "") -> str:
    """Text in the encoding its bytes speak for; `name` is their encoding where somebody asked for it already."""
    from preserve.ingest.readers import encodings

    name = name or encodings.encoding_of(data, whole=whole)[0]
    if not name:
        return encodings.decode(data)[0].removeprefix("\ufeff")
    return codecs.getincrementaldecoder(name)("replace").decode(data).removeprefix("\ufeff")
