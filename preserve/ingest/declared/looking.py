"""Looks whether texts have anything like a digest in them; worker processes do so for a large deposit."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from preserve.errors import Refused
from preserve.ingest.sources import Entry
from preserve.ingest.sources.folder import open_beneath
from preserve.work import map_batches

_LIKE_A_DIGEST = re.compile(rb"(?:[0-9A-Fa-f]\0?(?:\x20\0?)?){32}")  # also in UTF-16, and in pairs
_DIGITS = bytes(ord("0") if chr(byte) in string.hexdigits else ord(".") for byte in range(256))
_OF_A_RUN = bytes(ord("0") if chr(byte) in f"{string.hexdigits}\0 " else ord(".") for byte in range(256))
_TOGETHER = 500  # texts that a process looks into in one call


@dataclass(frozen=True, slots=True)
class Texts:
    """Some texts below a folder."""

    root: str
    paths: tuple[str, ...]
    sizes: tuple[int, ...]


def without_digests(root: Path, entries: Sequence[Entry], places: Sequence[int], pool: Executor) -> Iterator[int]:
    """The places of those texts below `root` that have nothing like a digest; the processes look side by side.

    Whoever reads a text that is left looks at it once more.
    """
    some = [places[begin : begin + _TOGETHER] for begin in range(0, len(places), _TOGETHER)]
    asked = (_texts(root, [entries[place] for place in at_once]) for at_once in some)
    for at_once, found in zip(some, map_batches(pool, digests_are_in, asked), strict=True):
        yield from (place for place, there in zip(at_once, found, strict=True) if not there)


def _texts(root: Path, listed: Sequence[Entry]) -> Texts:
    return Texts(str(root), tuple(entry.path for entry in listed), tuple(entry.size for entry in listed))


def digests_are_in(texts: Texts) -> list[bool]:
    """Whether anything in each text is like a digest; also where it cannot be read, so that who asks meets the same."""
    root = Path(texts.root)
    return [_is_in(root, path, size) for path, size in zip(texts.paths, texts.sizes, strict=True)]


def _is_in(root: Path, path: str, size: int) -> bool:
    try:
        with open_beneath(root, path) as stream:
            return like_a_digest(stream.read(size))
    except (Refused, OSError):
        return True


def like_a_digest(data: bytes) -> bool:
    """Whether anything in a text is like a digest.

    Nearly no text is, and the pattern would need a hundred times as long to say no as what is asked before it. What it
    matches is 32 bytes or more of nothing but hexadecimal digits, blanks and zeros: of every 16th byte of the text two
    neighbours are such. Without blanks and zeros it has 32 digits in a row.
    """
    if b"00" not in data[::16].translate(_OF_A_RUN):
        return False
    return b"0" * 32 in data.translate(_DIGITS, b"\0 ") and bool(_LIKE_A_DIGEST.search(data))
