"""The ledger's tiles made again from the leaves, and held against those that are kept."""

from __future__ import annotations

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.data_management import checkpoints
from preserve.data_management.merkle import DIGEST, Frontier, fold
from preserve.data_management.tiles import LEVEL, WIDTH


class TileCheck:
    """Takes in leaf hashes in order, knows the root over them, and keeps the first tile that is another."""

    def __init__(self, connection: Connection, covered: int) -> None:
        """`covered` entries should stand in tiles."""
        self._tiles = checkpoints.tree(connection)
        self._covered = covered
        self._levels: list[bytearray] = [bytearray()]
        self._full = Frontier()  # over the tiles of level 0 that are full
        self._begun = Frontier()  # over as much of the one after them as a root was asked of
        self._kept: dict[int, bytes] = {}  # tiles of level 0 that were read together
        self.bad: Finding | None = None

    def go_on(self, size: int) -> None:
        """Begin after `size` leaves, with the tiles that are kept: `root` tells whether they are right.

        Raises ValueError where the ledger has not so many.
        """
        self._levels = [bytearray()]
        for level in range(max(1, -(-size.bit_length() // LEVEL))):
            place, count = divmod(size >> LEVEL * level, WIDTH)
            self._levels[level] += b"".join(self._tiles.hashes(level, place * WIDTH, count))
            self._levels.append(bytearray())
        self._begun = Frontier()
        full = size >> LEVEL
        self._full = Frontier(full, self._tiles.peaks(full << LEVEL))

    def add(self, leaves: list[bytes]) -> None:
        """Take in leaves, none of which goes beyond the end of a tile."""
        self._levels[0] += b"".join(leaves)
        if len(self._levels[0]) == WIDTH * DIGEST:
            self._close()

    def _close(self) -> None:
        # Nearly every tile is folded level by level at once; leaf by leaf only where a checkpoint lies within it.
        node, level = self._within().root() if self._begun.size else fold(bytes(self._levels[0])), 0
        self._full.add(node)
        self._begun = Frontier()
        place = self._full.size - 1
        while True:
            hashes = bytes(self._levels[level])
            self._hold(level, place, hashes)
            self._levels[level].clear()
            if level:
                node = fold(hashes)
            level += 1
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += node
            if len(self._levels[level]) < WIDTH * DIGEST:
                return
            place >>= LEVEL

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return self._full.root_before(self._within())

    def _within(self) -> Frontier:
        """The tree over the leaves of the tile that is not full."""
        return self._begun.add_all(_parts(self._levels[0][self._begun.size * DIGEST :]))

    def end(self) -> None:
        """Hold the tiles that are not full, too."""
        size = (self._full.size << LEVEL) + len(self._levels[0]) // DIGEST
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._hold(level, size >> LEVEL * (level + 1), bytes(hashes))
        if self.bad is None and (more := self._tiles.size()) > self._covered:
            self.bad = _differs(0, (more - 1) // WIDTH)

    def _hold(self, level: int, place: int, hashes: bytes) -> None:
        count = min(max((self._covered >> LEVEL * level) - place * WIDTH, 0), WIDTH)
        if self.bad is None and self._as_kept(level, place) != hashes[: count * DIGEST]:
            self.bad = _differs(level, place)

    def _as_kept(self, level: int, place: int) -> bytes:
        if level:
            return self._tiles.read(level, place)
        if place not in self._kept:
            self._kept = self._tiles.read_from(level, place)
        return self._kept.get(place, b"")


def _differs(level: int, place: int) -> Finding:
    return Finding("ledger.tile-differs", f"tile/{level}/{place}", "error", {"level": level, "place": place})


def _parts(hashes: bytes | bytearray) -> list[bytes]:
    return [bytes(hashes[start : start + DIGEST]) for start in range(0, len(hashes), DIGEST)]
