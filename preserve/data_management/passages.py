"""Pieces of text of a case as the catalogue keeps them beside the index, which holds no text."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from preserve.data_management.tokens import spaced

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text of a case. `field` says what it is (see `cases.py`), `place` in which file."""

    field: str
    place: str
    text: str


def pack(passages: Iterable[Passage]) -> bytes:
    """Passages as a row holds them, one after the other; those without a text are left out."""
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
    """The passages of a row."""
    for row in json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass")):
        yield Passage(*row)


def spacing(passages: Iterable[Passage], words: list[str]) -> Iterator[Passage]:
    """The same passages; the tokens of each that has a text, as the index takes them, are added to `words`."""
    for passage in passages:
        if passage.text:
            words.append(spaced(passage.text))
        yield passage
