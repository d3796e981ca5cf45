"""Pieces of text of a case as the catalogue keeps them beside the index, which holds no text."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from preserve.data_management.tokens import BETWEEN, spaced

_TOGETHER = 4096
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


class Tokens:
    """The tokens of many texts, to be joined: a large case has a million, and a small text takes 100 bytes more."""

    def __init__(self) -> None:
        self._joined: list[str] = []
        self._few: list[str] = []

    def append(self, tokens: str) -> None:
        """Those of one more text."""
        self._few.append(tokens)
        if len(self._few) >= _TOGETHER:
            self._joined.append(BETWEEN.join(self._few))
            self._few.clear()

    def joined(self) -> str:
        """All of them, with what is between texts."""
        return BETWEEN.join((*self._joined, *self._few))


def spacing(passages: Iterable[Passage], words: Tokens) -> Iterator[Passage]:
    """The same passages; the tokens of each that has a text, as the index takes them, are added to `words`."""
    for passage in passages:
        if passage.text:
            words.append(spaced(passage.text))
        yield passage
