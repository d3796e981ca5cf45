"""Paths in the Merkle tree over the ledger that others can check with nothing but RFC 9162 at hand.

`root(start, stop)` gives the tree hash over the leaves from `start` up to but not including `stop`, counted from 0.
It is also the program that the process of `proof.beside` runs, so it knows nothing of the archive: started as a
script, it answers what is asked of it on standard input.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

TYPE_CHECKING = False  # `typing` is a third of the start of the process beside
if TYPE_CHECKING:
    from typing import BinaryIO

DIGEST = 32
_PAIRS = struct.Struct(f"{2 * DIGEST}s")
_LEAF = hashlib.sha256(b"\x00")
_NODE = hashlib.sha256(b"\x01")  # copied for each: that costs less than beginning anew with a byte before each
_ASKED = struct.Struct("<HHI")  # how many texts and sizes, and bytes of hashes
Root = Callable[[int, int], bytes]


def split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_path(root: Root, leaf: int, size: int) -> list[bytes]:
    """The audit path of leaf `leaf` in the tree over `size` leaves (RFC 9162 §2.1.3.1)."""
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + split(stop - start)
        if leaf < middle:
            path.append(root(middle, stop))
            stop = middle
        else:
            path.append(root(start, middle))
            start = middle
    return path[::-1]


def consistency_path(root: Root, first: int, second: int) -> list[bytes]:
    """The proof that the tree over `second` leaves begins with the one over `first` (RFC 9162 §2.1.4.1)."""
    if not 0 < first <= second:
        raise ValueError(f"{first} of {second}")
    path: list[bytes] = []
    start, stop, whole = 0, second, True
    while first < stop:
        middle = start + split(stop - start)
        if first <= middle:
            path.append(root(middle, stop))
            stop = middle
        else:
            path.append(root(start, middle))
            start, whole = middle, False
    if not whole:
        path.append(root(start, stop))
    return path[::-1]


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf at `index` to the root over `size` leaves (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last = leaf, size - 1
    for step in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            node = _parent(step, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = _parent(node, step)
        index, last = index >> 1, last >> 1
    return last == 0 and node == root


def begins_with(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the tree over `second` leaves begins with that over `first` (RFC 9162 §2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = [first_root, *path] if first & (first - 1) == 0 else [*path]
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = steps[0] if steps else b""
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = _parent(step, older), _parent(step, newer)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            newer = _parent(newer, step)
        at, last = at >> 1, last >> 1
    return last == 0 and older == first_root and newer == second_root


def leaf_hashes(texts: Iterable[bytes]) -> list[bytes]:
    """The hash of each entry as a leaf: SHA-256 of 0x00 and its bytes."""
    begun, leaves = _LEAF.copy, []
    for text in texts:
        leaf = begun()
        leaf.update(text)
        leaves.append(leaf.digest())
    return leaves


def fold(hashes: bytes) -> bytes:
    """The hash over a complete subtree of these nodes, one after the other: their number is a power of two."""
    while len(hashes) > DIGEST:
        hashes = _above(hashes)
    return hashes


def roots(hashes: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The tree hash over the first so many of these nodes, for each of the sizes; of none it is empty."""
    levels = [hashes]
    while sizes and len(levels[-1]) > DIGEST:
        levels.append(_above(levels[-1]))
    return [_root(levels, size) for size in sizes]


def _above(hashes: bytes) -> bytes:
    """The nodes one level higher. The last one is left out where no other stands beside it."""
    begun, above = _NODE.copy, []
    for (pair,) in _PAIRS.iter_unpack(hashes[: len(hashes) // _PAIRS.size * _PAIRS.size]):
        node = begun()
        node.update(pair)
        above.append(node.digest())
    return b"".join(above)


def _root(levels: Sequence[bytes], size: int) -> bytes:
    """From the roots of the complete subtrees, the smallest of which is the last."""
    node = b""
    for height in range(size.bit_length()):
        if size >> height & 1:
            at = ((size >> height) - 1) * DIGEST
            peak = levels[height][at : at + DIGEST]
            node = _parent(peak, node) if node else peak
    return node


def tile(texts: Iterable[bytes], begun: bytes, sizes: Sequence[int]) -> tuple[bytes, list[bytes]]:
    """The leaf hashes of a tile, of which these texts follow upon those that are `begun`; and `roots` of them."""
    hashes = begun + b"".join(leaf_hashes(texts))
    return hashes, roots(hashes, sizes)


def question(texts: Sequence[bytes], begun: bytes, sizes: Sequence[int]) -> bytes:
    """What `serve` is asked for a `tile` of at most 65,535 texts."""
    lengths = struct.pack(f"<{len(texts)}Q{len(sizes)}H", *map(len, texts), *sizes)
    return b"".join((_ASKED.pack(len(texts), len(sizes), len(begun)), lengths, begun, *texts))


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer questions with the hashes and the roots, one after the other, until the input ends."""
    while len(head := source.read(_ASKED.size)) == _ASKED.size:
        count, asked, begun = _ASKED.unpack(head)
        form = struct.Struct(f"<{count}Q{asked}H")
        numbers = form.unpack(source.read(form.size))
        before = source.read(begun)
        hashes, found = tile([source.read(length) for length in numbers[:count]], before, numbers[count:])
        sink.write(hashes + b"".join(found))
        sink.flush()


class Frontier:
    """The tree hash over the leaves so far (RFC 9162 §2.1.1), kept as the roots of its complete subtrees, the peaks.

    There are as many as the size has bits that are set: a tree over a million leaves goes on from twenty hashes.
    """

    def __init__(self, size: int = 0, peaks: bytes = b"") -> None:
        """Go on from `size` leaves with these peaks, the largest first. Raises ValueError for any other number."""
        if size < 0 or len(peaks) != DIGEST * size.bit_count():
            raise ValueError(f"{len(peaks)} bytes of peaks over {size} leaves")
        self.size = size
        self._peaks = [peaks[start : start + DIGEST] for start in range(0, len(peaks), DIGEST)]

    @classmethod
    def under(cls, root: bytes, size: int, peaks: bytes, leaves: Iterable[bytes]) -> Frontier:
        """The tree over `size` leaves that has this root: from its peaks where they hash to it, else from all leaves.

        `leaves` are read only then: the peaks are damaged, or an earlier release left none. Raises ValueError where the
        leaves are others than were signed.
        """
        with suppress(ValueError):
            frontier = cls(size, peaks)
            if size and frontier.root() == root:
                return frontier
        frontier = cls().add_all(leaves)
        if frontier.size != size or frontier.root() != root:
            raise ValueError(f"another root over {size} leaves than was signed")
        return frontier

    def add(self, leaf: bytes) -> None:
        """Take in the next leaf hash."""
        node, rest = leaf, self.size
        while rest & 1:
            node = _parent(self._peaks.pop(), node)
            rest >>= 1
        self._peaks.append(node)
        self.size += 1

    def add_all(self, leaves: Iterable[bytes]) -> Frontier:
        """Take in more leaf hashes; returns itself."""
        for leaf in leaves:
            self.add(leaf)
        return self

    def root(self) -> bytes:
        """The hash over all leaves so far."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        node = self._peaks[-1]
        for left in reversed(self._peaks[:-1]):
            node = _parent(left, node)
        return node

    def root_with(self, node: bytes) -> bytes:
        """The hash over these leaves and what comes after them: `node` is the root over that, empty where it is none.

        What comes after them are as many as one leaf here stands for, or fewer.
        """
        if not node:
            return self.root()
        for left in reversed(self._peaks):
            node = _parent(left, node)
        return node

    def peaks(self) -> bytes:
        """The peaks, the largest first: what `Frontier` goes on from."""
        return b"".join(self._peaks)


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
