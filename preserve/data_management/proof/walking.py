"""The ledger read once, whole or from a place on: each entry held against its hash, its place and its segment.

A text whose hash stands under a signed root is the text that was signed, in its canonical form: only where the roots
do not agree are entries read for what is wrong with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import rfc8785
from sqlalchemy import Connection
from sqlalchemy import text as sql

from metadata.findings import Finding
from preserve.data_management import checkpoints, ledger, segment_cover
from preserve.data_management.engines.dialect import on

TOGETHER = 256
"""Entries that are read at once."""

_PLACE = b',"number":%d,"subject":"'
_NUMBER = b',"number":'  # the last one in a text is the entry's own: what follows are two strings, with quotes escaped
# The bytes of the text, as they lie there.
_QUERY = "SELECT number, {bytes}, leaf FROM ledger WHERE number > :after ORDER BY number"
_BEFORE_ALL = -(1 << 63)  # numbers below 1 are none, and are noticed


class Walk:
    """Goes through the entries after the first `start`; keeps the first that is bad."""

    def __init__(self, connection: Connection, lines: Iterator[bytes], start: int = 0) -> None:
        """`lines` are those of the segments, from the entry after `start` on."""
        after = start or _BEFORE_ALL
        query = _QUERY.format(bytes=on(connection, "CAST(entry AS BLOB)", "convert_to(entry, 'UTF8')"))
        self._rows = connection.execute(sql(query), {"after": after}, execution_options={"yield_per": TOGETHER})
        self._lines = lines
        self.count = start
        self.moved = 0
        self.bad: Finding | None = None

    def read(self) -> list[bytes]:
        """The leaf hashes of the entries up to the end of a tile, reckoned from their texts; none at the end."""
        rows = self._rows.fetchmany(TOGETHER - self.count % TOGETHER)
        lines = list(islice(self._lines, len(rows)))
        numbers, texts, kept = zip(*rows, strict=True) if rows else ((), (), ())
        leaves = [sha256(b"\0" + text).digest() for text in texts]
        # All at once, for nearly always all is well; which one is bad is asked where something is.
        if self.bad is None and not (
            numbers == tuple(range(self.count + 1, self.count + 1 + len(rows)))
            and tuple(leaves) == kept
            and lines == list(texts[: len(lines)])
            and _stand_there(self.count + 1, texts)
        ):
            self.bad = self._first_bad(rows, lines)
        self.count += len(rows)
        self.moved += sum(map(len, texts))
        return leaves

    def _first_bad(self, rows: Sequence[Any], lines: list[bytes]) -> Finding | None:
        for count, ((number, text, leaf), line) in enumerate(zip_longest(rows, lines), self.count + 1):
            if (
                number != count
                or sha256(b"\0" + text).digest() != leaf
                or not _stand_there(count, [text])
                or (line is not None and line != text)
            ):
                return _bad(_problem(number, count, text, leaf) or "ledger.entry-contradicts-segment", count)
        return None

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
