"""Paths and roots as RFC 9162 has them, held against a reckoning straight from its words."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.data_management.merkle import Frontier, consistency_path, inclusion_path, split

LEAVES = [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(70)]


def _root(start: int, stop: int) -> bytes:
    """MTH (RFC 9162 §2.1.1)."""
    if stop - start == 1:
        return LEAVES[start]
    middle = start + split(stop - start)
    return hashlib.sha256(b"\x01" + _root(start, middle) + _root(middle, stop)).digest()


@pytest.mark.parametrize(("size", "half"), [(2, 1), (3, 2), (4, 2), (5, 4), (64, 32), (65, 64)])
def test_the_largest_power_of_two_below(size: int, half: int) -> None:
    assert split(size) == half


@given(st.integers(1, len(LEAVES)), st.integers(0, len(LEAVES)))
def test_a_frontier_goes_on_from_its_peaks(size: int, before: int) -> None:
    before = min(size, before)
    first = Frontier().add_all(LEAVES[:before])
    assert Frontier(before, first.peaks()).add_all(LEAVES[before:size]).root() == _root(0, size)


def test_peaks_of_another_size_are_refused() -> None:
    assert Frontier().root() == hashlib.sha256(b"").digest()
    for size, peaks in ((1, b""), (0, bytes(32)), (3, bytes(32)), (-1, b"")):
        with pytest.raises(ValueError, match="bytes of peaks"):
            Frontier(size, peaks)


@given(st.data(), st.integers(1, len(LEAVES)))
def test_a_path_leads_to_the_root(data: st.DataObject, size: int) -> None:
    """The steps of RFC 9162 §2.1.3.2."""
    leaf = data.draw(st.integers(0, size - 1))
    node, last, at = LEAVES[leaf], size - 1, leaf
    for step in inclusion_path(_root, leaf, size):
        if at & 1 or at == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        at, last = at >> 1, last >> 1
    assert (node, last) == (_root(0, size), 0)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (2, 1)])
def test_nothing_is_no_beginning(first: int, second: int) -> None:
    with pytest.raises(ValueError, match=f"{first} of {second}"):
        consistency_path(_root, first, second)


def test_a_tree_begins_with_itself_without_a_path() -> None:
    assert consistency_path(_root, 7, 7) == []
