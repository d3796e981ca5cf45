"""A log's tiles made again from the leaves, and held against those that are kept."""

from __future__ import annotations

from metadata.findings import Finding
from preserve.data_management.merkle import DIGEST, Frontier, fold, roots
from preserve.data_management.tiles import LEVEL, WIDTH, Tiles


class TileCheck:
    """Takes in tiles of leaf hashes in order, knows the root over them, and keeps the first tile that is another."""

    def __init__(self, tiles: Tiles, covered: int, code: str = "ledger.tile-differs") -> None:
        """`covered` entries should stand in the tiles; `code` is that of a finding."""
        self._tiles, self._code = tiles, code
        self._covered = covered
        self._levels: list[bytearray] = [bytearray()]
        self._full = Frontier()  # over the tiles of level 0 that are full
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
        full = size >> LEVEL
        self._full = Frontier(full, self._tiles.peaks(full << LEVEL))

    def begun(self) -> bytes:
        """The leaves of the tile that is not full."""
        return bytes(self._levels[0])

    def over(self, node: bytes) -> bytes:
        """The root over all leaves taken in and some more, of which this is the root: at most those of one tile."""
        return self._full.root_with(node)

    def size(self) -> int:
        """How many leaves there are so far."""
        return (self._full.size << LEVEL) + len(self._levels[0]) // DIGEST

    def add(self, leaf: bytes) -> None:
        """Take in one leaf."""
        self._levels[0] += leaf
        if len(self._levels[0]) == WIDTH * DIGEST:
            hashes = bytes(self._levels[0])
            self._close(hashes, fold(hashes))

    def take(self, hashes: bytes, node: bytes) -> None:
        """Take in a tile from its first leaf on, or what there is of the last; `node` is the root over a full one."""
        if len(hashes) == WIDTH * DIGEST:
            self._close(hashes, node)
        else:
            self._levels[0] = bytearray(hashes)

    def _close(self, hashes: bytes, node: bytes) -> None:
        self._full.add(node)
        self._levels[0].clear()
        place = self._full.size - 1
        self._hold(0, place, hashes)
        for level in range(1, len(self._levels) + 1):
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += node
            if len(self._levels[level]) < WIDTH * DIGEST:
                return
            place >>= LEVEL
            hashes = bytes(self._levels[level])
            self._levels[level].clear()
            self._hold(level, place, hashes)
            node = fold(hashes)

    def root(self) -> bytes:
        """The root over all leaves so far."""
        begun = self.begun()
        return self._full.root_with(roots(begun, [len(begun) // DIGEST])[0])

    def end(self) -> None:
        """Hold the tiles that are not full, too."""
        size = self.size()
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._hold(level, size >> LEVEL * (level + 1), bytes(hashes))
        if self.bad is None and (more := self._tiles.size()) > self._covered:
            self.bad = self._differs(0, (more - 1) // WIDTH)
        for level, count in self._tiles.counts().items():
            wanted = -(-(self._covered >> LEVEL * level) // WIDTH)
            if self.bad is None and count > wanted:
                self.bad = self._differs(level, wanted)

    def _hold(self, level: int, place: int, hashes: bytes) -> None:
        count = min(max((self._covered >> LEVEL * level) - place * WIDTH, 0), WIDTH)
        if self.bad is None and self._as_kept(level, place) != hashes[: count * DIGEST]:
            self.bad = self._differs(level, place)

    def _as_kept(self, level: int, place: int) -> bytes:
        if level:
            return self._tiles.read(level, place)
        if place not in self._kept:
            self._kept = self._tiles.read_from(level, place)
        return self._kept.get(place, b"")

    def _differs(self, level: int, place: int) -> Finding:
        return Finding(self._code, f"tile/{level}/{place}", "error", {"level": level, "place": place})
