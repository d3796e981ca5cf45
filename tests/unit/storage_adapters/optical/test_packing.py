"""Items onto discs: each once, never too much, first fit; a package over volumes without a byte lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage_adapters.optical.packing import Piece, on_disc, pack, split


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(1, 1000), max_size=120), st.integers(1000, 3000))
def test_packing_takes_each_item_once_and_never_too_much(sizes: list[int], capacity: int) -> None:
    discs = pack(sizes, capacity)
    assert sorted(position for disc in discs for position in disc) == list(range(len(sizes)))
    assert all(0 < sum(sizes[position] for position in disc) <= capacity for disc in discs)
    # First fit: no item of a later disc would have fitted an earlier one.
    for number, disc in enumerate(discs):
        room = capacity - sum(sizes[position] for position in disc)
        assert all(sizes[position] > room for later in discs[number + 1 :] for position in later)


def test_an_item_larger_than_a_disc_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        pack([5, 11], 10)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=40), st.integers(30_000, 100_000))
def test_splitting_covers_every_byte_once(sizes: list[int], capacity: int) -> None:
    volumes = split([(f"f{number}", size) for number, size in enumerate(sizes)], capacity, 500)
    assert all(sum(on_disc(one.length) + 500 for one in volume) <= capacity for volume in volumes)
    pieces: dict[str, list[Piece]] = {}
    for volume in volumes:
        for one in volume:
            pieces.setdefault(one.path, []).append(one)
    for number, size in enumerate(sizes):
        got = pieces[f"f{number}"]
        assert sum(one.length for one in got) == size
        assert [one.offset for one in got] == [sum(p.length for p in got[:i]) for i in range(len(got))]
        # A file that fits a disc is never divided.
        assert len(got) == 1 or on_disc(size) + 500 > capacity
