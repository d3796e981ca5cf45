"""Subtree hashes of a log, kept as tiles of up to 256: a root or a proof reads a few rows whatever the log's age.

The form is that of transparency logs (C2SP tlog-tiles): a tile of level 0 holds leaf hashes, one of level 1 the roots
of 256 leaves each, and so on. Tiles are an index over the leaves: what is missing is reckoned from the leaves, and what
is wrong is noticed by whoever compares with a signed root, and by `ledger verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from sqlalchemy import Connection, LargeBinary, and_, bindparam, cast, func, select

from preserve.data_management.merkle import DIGEST, Frontier, fold, split
from preserve.data_management.tables import tiles

LEVEL = 8
"""A tile holds the hashes under one node of this height: 256 of them."""

WIDTH = 1 << LEVEL
_FULL = WIDTH * DIGEST
_HASHES = cast(tiles.c.hashes, LargeBinary)  # whatever somebody put there, these are its bytes
# Made once: each look asks all of them but `_SOME`, and who proves the ledger asks that.
_KEY = and_(tiles.c.log == bindparam("of"), tiles.c.level == bindparam("at"), tiles.c.place == bindparam("number"))
_ONE = select(_HASHES).where(_KEY)
_SOME = select(tiles.c.place, _HASHES).where(
    tiles.c.log == bindparam("of"),
    tiles.c.level == bindparam("at"),
    tiles.c.place.between(bindparam("first"), bindparam("last")),
)
_REPLACE = tiles.update().where(_KEY).values(hashes=bindparam("hashes"))
_LAST = (
    select(tiles.c.place, func.length(_HASHES))
    .where(tiles.c.log == bindparam("of"), tiles.c.level == 0)
    .order_by(tiles.c.place.desc())
    .limit(1)
)
_COUNTS = select(tiles.c.level, func.count()).where(tiles.c.log == bindparam("of")).group_by(tiles.c.level)
_TOGETHER = 64  # full tiles that are written at once: half a megabyte
_NODES = 1 << 13  # subtree hashes that are remembered; ten thousand proofs share most of theirs
_TILES = 128  # rows that are remembered: a megabyte

Leaves = Callable[[int, int], Iterable[bytes]]
"""The leaf hashes from a place up to but not including another, counted from 0; fewer where the log ends."""


class Tiles:
    """The tree over one log's leaves."""

    def __init__(self, connection: Connection, log: str, leaves: Leaves, *, kept: bool = True) -> None:
        """`leaves` reads the log itself. Where the tiles are not to be believed, `kept` is false: all is reckoned."""
        self._connection, self._log, self._leaves = connection, log, leaves
        self._row = lru_cache(_TILES)(self.read if kept else lambda level, place: b"")
        self._node = lru_cache(_NODES)(self._hash_node)
        self._below = lru_cache(_NODES)(self._hash_below)

    def size(self) -> int:
        """Over how many leaves there are tiles."""
        row = self._connection.execute(_LAST, {"of": self._log}).first()
        return int(row[0]) * WIDTH + int(row[1]) // DIGEST if row else 0

    def counts(self) -> dict[int, int]:
        """How many tiles there are of each level."""
        rows = self._connection.execute(_COUNTS, {"of": self._log})
        return {int(level): int(count) for level, count in rows}

    def root(self, start: int, stop: int) -> bytes:
        """The tree hash over leaves `start` to `stop` as `merkle.Root`; `start` is where such a subtree can begin.

        Raises ValueError where the log has not so many.
        """
        count = stop - start
        if count < 1 or count & (count - 1) == 0:
            return self._node(count.bit_length() - 1, start // count) if count > 0 else Frontier().root()
        middle = start + split(count)
        return fold(self.root(start, middle) + self.root(middle, stop))

    def peaks(self, size: int) -> bytes:
        """The roots of the complete subtrees over the first `size` leaves, as `Frontier` goes on from them."""
        heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
        return b"".join(self._node(height, (size >> height) - 1) for height in heights)

    def extend(self, size: int) -> None:
        """Have tiles over exactly `size` leaves, from those that are there; all anew where they do not fit together."""
        before = self.size()
        edges = self._edges(before)
        if before > size or edges is None:
            self._connection.execute(tiles.delete().where(tiles.c.log == self._log))
            before, edges = 0, []
        rows: list[tuple[int, int, bytes]] = []
        reached = before
        for leaf in self._leaves(before, size):
            rows += _grow(edges, leaf, reached)
            reached += 1
            if len(rows) >= _TOGETHER:
                self._write(rows)
                rows = []
        if reached != size:
            raise ValueError(f"the log has {reached} entries, not {size}")
        if before != size:
            begun = ((level, size >> LEVEL * (level + 1), bytes(edge)) for level, edge in enumerate(edges) if edge)
            self._write([*rows, *begun])
        for memory in (self._row, self._node, self._below):
            memory.cache_clear()

    def all(self) -> Iterator[tuple[int, int, bytes]]:
        """Every tile: level, place, hashes; level by level, in order."""
        query = select(tiles.c.level, tiles.c.place, _HASHES).where(tiles.c.log == self._log)
        rows = self._connection.execute(query.order_by(*tiles.primary_key), execution_options={"yield_per": _TOGETHER})
        for level, place, hashes in rows:
            yield int(level), int(place), bytes(hashes)

    def _edges(self, size: int) -> list[bytearray] | None:
        """The last tile of each level over `size` leaves, empty where the last one is full; None where one is amiss."""
        edges = []
        level = 0
        while size >> LEVEL * level:
            place, count = divmod(size >> LEVEL * level, WIDTH)
            edges.append(bytearray(self.read(level, place) if count else b""))
            if len(edges[-1]) != count * DIGEST:
                return None
            level += 1
        return edges

    def _write(self, rows: Iterable[tuple[int, int, bytes]]) -> None:
        for level, place, hashes in rows:
            values = {"of": self._log, "at": level, "number": place, "hashes": hashes}
            if not self._connection.execute(_REPLACE, values).rowcount:
                row = {"log": self._log, "level": level, "place": place, "hashes": hashes}
                self._connection.execute(tiles.insert(), row)

    def read(self, level: int, place: int) -> bytes:
        """A tile as it is kept, empty where there is none."""
        values = {"of": self._log, "at": level, "number": place}
        return bytes(self._connection.execute(_ONE, values).scalar() or b"")

    def read_from(self, level: int, place: int) -> dict[int, bytes]:
        """Some tiles of one level as they are kept, by their place, from this one on: whoever reads all asks less."""
        values = {"of": self._log, "at": level, "first": place, "last": place + _TOGETHER - 1}
        return {int(at): bytes(hashes) for at, hashes in self._connection.execute(_SOME, values)}

    def _hash_node(self, height: int, number: int) -> bytes:
        """The root of the complete subtree of this height, counted from 0."""
        level, rest = divmod(height, LEVEL)
        return fold(b"".join(self.hashes(level, number << rest, 1 << rest)))

    def hashes(self, level: int, start: int, count: int) -> list[bytes]:
        """Hashes of one level that lie in one tile, from `start` on. Raises ValueError beyond the log's end."""
        first = start % WIDTH * DIGEST
        hashes = _parts(self._row(level, start // WIDTH)[first : first + count * DIGEST])
        if len(hashes) == count:
            return hashes
        if level:
            return [self._below(level, start + index) for index in range(count)]
        hashes = list(self._leaves(start, start + count))
        if len(hashes) != count:
            raise ValueError(f"the log ends within {start + 1} to {start + count}")
        return hashes

    def _hash_below(self, level: int, index: int) -> bytes:
        """A hash that should stand in a tile, from the level below."""
        return fold(b"".join(self.hashes(level - 1, index * WIDTH, WIDTH)))


def _grow(edges: list[bytearray], leaf: bytes, index: int) -> Iterator[tuple[int, int, bytes]]:
    """Take in the leaf at `index`; every tile that is full with it."""
    node, level = leaf, 0
    while True:
        if level == len(edges):
            edges.append(bytearray())
        edges[level] += node
        if len(edges[level]) < _FULL:
            return
        full = bytes(edges[level])
        edges[level].clear()
        index //= WIDTH
        yield level, index, full
        node, level = fold(full), level + 1


def _parts(hashes: bytes) -> list[bytes]:
    return [hashes[start : start + DIGEST] for start in range(0, len(hashes), DIGEST)]
