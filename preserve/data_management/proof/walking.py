"""The ledger read once, whole or from a place on: each entry held against its hash, its place and its segment.

A text whose hash stands under a signed root is the text that was signed, in its canonical form: only where the roots
do not agree are entries read for what is wrong with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice, zip_longest
from pathlib import Path
from struct import unpack

import rfc8785
from sqlalchemy import Connection
from sqlalchemy import text as sql

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger, segment_cover
from preserve.data_management.engines.dialect import on
from preserve.data_management.merkle import DIGEST

TOGETHER = 256
"""Entries that are read at once."""

_PLACE = b',"number":%d,"subject":"'
_NUMBER = b',"number":'  # the last one in a text is the entry's own: what follows are two strings, with quotes escaped
# The bytes of the text, as they lie there.
_QUERY = "SELECT number, {bytes}, leaf FROM ledger WHERE number > :after ORDER BY number"
_BEFORE_ALL = -(1 << 63)  # numbers below 1 are none, and are noticed


Mark = tuple[int, set[bytes]]
"""A number of entries, and the roots that were signed over them."""


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of one tile, or what there is of the last one, as they lie there after the first `start`.

    `lines` are those of the segments, fewer where these end. `begun` are the leaf hashes before the entries that stand
    in their tile. Roots are asked for over the first so many leaves of the tile as `sizes` says: one for each of the
    marks that lie here, and one over all of them where it is full. `moved` is how many bytes were read so far.
    """

    start: int
    numbers: Sequence[int]
    texts: Sequence[bytes]
    kept: Sequence[bytes]
    lines: Sequence[bytes]
    begun: bytes
    sizes: Sequence[int]
    marks: Sequence[Mark]
    moved: int

    def first_bad(self, hashes: bytes) -> Finding | None:
        """The first entry that is, by the leaf hashes of the tile, which were reckoned from its texts."""
        first, count = self.start + 1, len(self.texts)
        leaves = unpack(f"{DIGEST}s" * count, hashes[len(self.begun) :])
        # All at once, for nearly always all is well; which one is bad is asked where something is.
        if (
            self.numbers == tuple(range(first, first + count))
            and leaves == self.kept
            and self.lines == self.texts[: len(self.lines)]
            and _stand_there(first, self.texts)
        ):
            return None
        rows = zip(self.numbers, self.texts, self.kept, leaves, strict=True)
        for expected, ((number, text, kept, leaf), line) in enumerate(zip_longest(rows, self.lines), first):
            right = number == expected and leaf == kept and _stand_there(expected, [text])
            if not right or (line is not None and line != text):
                return _bad(_problem(number, expected, text, kept) or "ledger.entry-contradicts-segment", expected)
        return None


class Walk:
    """Goes through the entries after the first `start`."""

    def __init__(self, connection: Connection, lines: Iterator[bytes], start: int = 0) -> None:
        """`lines` are those of the segments, from the entry after `start` on."""
        after = start or _BEFORE_ALL
        query = _QUERY.format(bytes=on(connection, "CAST(entry AS BLOB)", "convert_to(entry, 'UTF8')"))
        self._rows = connection.execute(sql(query), {"after": after}, execution_options={"yield_per": TOGETHER})
        self._lines = lines
        self.count = start

    def parts(self, begun: bytes = b"", marks: Iterable[Mark] = ()) -> Iterator[Part]:
        """All entries, tile by tile; `begun` are the leaves before the first one that stand in its tile."""
        left, moved = iter(marks), 0
        size, roots = next(left, (0, set()))
        while True:
            start, tile = self.count, self.count - self.count % TOGETHER
            rows = self._rows.fetchmany(tile + TOGETHER - start)
            self.count += len(rows)
            here = []
            while roots and size <= self.count:
                here.append((size, roots))
                size, roots = next(left, (0, set()))
            sizes = [mark - tile for mark, _ in here] + [TOGETHER] * (self.count == tile + TOGETHER)
            numbers, texts, kept = zip(*rows, strict=True) if rows else ((), (), ())
            moved += sum(map(len, texts))
            if rows or here:
                yield Part(
                    start, numbers, texts, kept, tuple(islice(self._lines, len(rows))), begun, sizes, here, moved
                )
            if not rows:
                return
            begun = b""

    def close(self) -> None:
        """Read no more."""
        self._rows.close()


def _stand_there(first: int, texts: Sequence[bytes]) -> bool:
    """Whether each text has the number of its place, counted from `first`."""
    alike = texts[: 10 ** len(str(first)) - first]  # as far as numbers have as many digits
    width = len(_PLACE % first)
    found = b"".join([text[(at := text.rfind(_NUMBER)) : at + width] for text in alike])
    if found != _PLACE * len(alike) % tuple(range(first, first + len(alike))):
        return False
    return len(alike) == len(texts) or _stand_there(first + len(alike), texts[len(alike) :])


def first_bad(connection: Connection, start: int, stop: int) -> Finding | None:
    """The first of these entries whose text is no entry's, however it is hashed."""
    for count, entry in enumerate(ledger.entries(connection, start, stop), start):
        if code := _problem(entry.number, count, entry.text.encode(), entry.leaf):
            return _bad(code, count)
    return None


def _bad(code: str, number: int) -> Finding:
    return Finding(code, str(number), "error", {"number": number})


def _problem(number: int, expected: int, text: bytes, leaf: bytes) -> str:
    if number != expected:
        return "ledger.entry-missing"
    if sha256(b"\0" + text).digest() != leaf:
        return "ledger.entry-changed"
    try:
        data = json.loads(text)
        if data["number"] != expected:
            return "ledger.entry-misplaced"
        return "" if rfc8785.dumps(data) == text else "ledger.entry-changed"
    except (ValueError, KeyError, TypeError, RecursionError):
        return "ledger.entry-changed"


def bytes_in_segments(connection: Connection, folder: Path, start: int) -> int | None:
    """About how many bytes there are to read after entry `start`, as segments tell; None where there are none yet."""
    kept = checkpoints.segments(folder)
    if not kept:
        return None
    size = segment_cover.bytes_in(folder)
    return size * max(ledger.size(connection) - start, 0) // max(last for _, last, _ in kept)
