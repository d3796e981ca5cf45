"""Paths in the Merkle tree over the ledger that others can check with nothing but RFC 9162 at hand.

`root(start, stop)` gives the tree hash over the leaves from `start` up to but not including `stop`, counted from 0.
"""

from __future__ import annotations

from collections.abc import Callable

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
