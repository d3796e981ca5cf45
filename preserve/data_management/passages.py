"""Pieces of text of a case as the catalogue keeps them beside the index, which holds no text."""

from __future__ import annotations

import json
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from preserve.data_management.tokens import BETWEEN, spaced

_A_PIECE = 1 << 20  # characters
_WINDOW = 1 << 16  # bytes
_DECODER = json.JSONDecoder()
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
    """The passages of a row, of which few are in memory at once: a large case has a million."""
    unpacker, characters = zlib.decompressobj(), getincrementaldecoder("utf-8")("surrogatepass")
    text, at, window = "", 0, _WINDOW  # at the bracket or comma before the next passage
    while True:
        try:
            row, end = _DECODER.raw_decode(text, at + 1)
        except ValueError:
            if unpacker.eof:
                break
            more = unpacker.decompress(packed, window)
            packed = unpacker.unconsumed_tail
            if not more and not packed and not unpacker.eof:
                break
            text, at = text[at:] + characters.decode(more, final=unpacker.eof), 0
            window *= 2  # so that one long passage is not begun anew too often
        else:
            yield Passage(*row)
            at, window = end, _WINDOW
    if text[at:] not in ("]", "[]"):
        raise ValueError("the row ends too early")


class Tokens:
    """The tokens of many texts, joined and packed, in pieces of a megabyte: those of a million files take a hundred.

    Of texts that follow each other and are alike only the first counts: whoever looks for a word finds it as well.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._few: list[str] = []
        self._size = 0
        self._last = ""

    def append(self, tokens: str) -> None:
        """Those of one more text."""
        if tokens == self._last:
            return
        self._last = tokens
        self._few.append(tokens)
        self._size += len(tokens)
        if self._size >= _A_PIECE:
            self._close()

    def pieces(self) -> list[bytes]:
        """All of them as UTF-8, zlib; `BETWEEN` stands between two pieces, too."""
        self._close()
        return self._pieces

    def _close(self) -> None:
        if self._few:
            self._pieces.append(zlib.compress(BETWEEN.join(self._few).encode(), 1))
            self._few.clear()
            self._size = 0


def spacing(passages: Iterable[Passage], words: Tokens) -> Iterator[Passage]:
    """The same passages; the tokens of each that has a text, as the index takes them, are added to `words`."""
    for passage in passages:
        if passage.text:
            words.append(spaced(passage.text))
        yield passage
