"""Which items go together so that discs are full: first fit in falling order of size, in near-linear time.

First fit decreasing needs at most 11/9 of the fewest discs possible, plus 6/9 (Dósa 2007); with packages of mixed
size it comes within a few per cent. Disc by disc it means: take the largest item that still fits, again and again;
an index of what is left (union-find over the sorted sizes) answers that in almost constant time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


def pack(sizes: Sequence[int], capacity: int) -> list[list[int]]:
    """Positions of `sizes` by disc, the fullest choice first. Raises ValueError where one is larger than a disc."""
    order = sorted(range(len(sizes)), key=lambda position: sizes[position])
    rising = [sizes[position] for position in order]
    if rising and rising[-1] > capacity:
        raise ValueError(f"an item of {rising[-1]} bytes does not fit {capacity}")
    # below[i] leads to the largest item not yet taken at or before i (shifted by one; 0 is none).
    below = list(range(len(order) + 1))

    def find(place: int) -> int:
        root = place
        while below[root] != root:
            root = below[root]
        while below[place] != root:
            below[place], place = root, below[place]
        return root

    discs: list[list[int]] = []
    left = len(order)
    while left:
        room = capacity
        disc: list[int] = []
        high = len(order)
        while place := find(high):
            size = rising[place - 1]
            if size > room:
                high = bisect_right(rising, room, 0, place)
                continue
            disc.append(order[place - 1])
            below[place] = place - 1
            room -= size
            left -= 1
            high = place
        discs.append(disc)
    return discs


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of a package, or `length` bytes of it from `offset`; whole where `length` is the file's size."""

    path: str
    offset: int
    length: int
    size: int

    @property
    def whole(self) -> bool:
        """Whether it is all of the file."""
        return self.length == self.size


def split(files: Sequence[tuple[str, int]], capacity: int, cost: int, block: int = 2048) -> list[list[Piece]]:
    """Divide a package over volumes: by files in their order, and a file larger than a volume by ranges.

    `capacity` and sizes are bytes, `cost` what each file takes beside its bytes. Ranges begin at multiples of `block`.
    """
    volumes: list[list[Piece]] = [[]]
    room = capacity

    def next_volume() -> int:
        if volumes[-1]:
            volumes.append([])
        return capacity

    for path, size in files:
        needed = on_disc(size, block) + cost
        if needed <= room:
            volumes[-1].append(Piece(path, 0, size, size))
            room -= needed
            continue
        if needed <= capacity:
            room = next_volume()
            volumes[-1].append(Piece(path, 0, size, size))
            room -= needed
            continue
        offset = 0
        while offset < size:
            if room < cost + block:
                room = next_volume()
            length = min(size - offset, (room - cost) // block * block)
            volumes[-1].append(Piece(path, offset, length, size))
            room -= on_disc(length, block) + cost
            offset += length
    return volumes


def on_disc(size: int, block: int = 2048) -> int:
    """Bytes that so many bytes take in whole blocks."""
    return -(-size // block) * block
