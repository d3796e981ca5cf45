"""Pieces of text that a case is found by, as the catalogue keeps them: JSON, packed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text of a case. `field` says what it is (see `cases.py`), `place` in which file."""

    field: str
    place: str
    text: str


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def pack(passages: Iterable[Passage]) -> bytes:
    """As `unpack` reads them; those without text are left out."""
    packer = zlib.compressobj(3)
    packed, between = bytearray(), "["
    for passage in passages:
        if passage.text:
            row = _ENCODER.encode((passage.field, passage.place, passage.text))
            packed += packer.compress((between + row).encode("utf-8", "surrogatepass"))
            between = ","
    packed += packer.compress(b"[]" if between == "[" else b"]")
    return bytes(packed + packer.flush())


def unpack(packed: bytes) -> Iterator[Passage]:
    """The passages, in their order."""
    for row in json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass")):
        yield Passage(*row)
