"""The inventory of a deposit gives back each name as it came in, and takes little memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from preserve.ingest.sources import Entry
from preserve.ingest.sources.inventory import Inventory, index_of, paths_of

ENTRIES = [
    Entry("笔录.txt", "file", 12, 1_700_000_000_123_456_789),
    Entry("a/b\udcd6.txt", "file", 0, -5, order=7),
    Entry("", "file", 1, None),
    Entry("link", "symlink", 3, 0, target="笔录.txt"),
    Entry("two.bin", "file", 1 << 50, 0, links=2, inode=(3, 4)),
    Entry("sealed.bin", "file", 9, 0, encrypted=True, read_as=("gb18030",)),
    Entry("huge.bin", "file", 1 << 80, 1 << 70),
    Entry("笔录.txt", "file", 12, 0),
]


def test_each_comes_back_as_it_was() -> None:
    inventory = Inventory(ENTRIES)
    assert list(inventory) == ENTRIES and [inventory[n] for n in range(-8, 8)] == ENTRIES * 2
    assert inventory[2:5] == tuple(ENTRIES[2:5])
    assert list(paths_of(inventory)) == list(paths_of(ENTRIES)) == [entry.path for entry in ENTRIES]
    for place in (8, -9):
        with pytest.raises(IndexError):
            inventory[place]


def test_what_was_for_looking_over_only_is_not_kept() -> None:
    packed = replace(ENTRIES[0], compressed=5, inode=(1, 2))
    assert list(Inventory([packed])) == [ENTRIES[0]]


def test_a_name_takes_less_than_a_hundred_bytes() -> None:
    def size(count: int) -> int:
        tracemalloc.start()
        try:
            entries = (Entry(f"{n // 500:04}/文书{n:06}.txt", "file", n, n, inode=(n, n)) for n in range(count))
            assert len(Inventory(entries)) == count
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    assert size(16_000) - size(8_000) < 8_000 * 100


def test_an_entry_is_found_by_its_path() -> None:
    entries = Inventory([Entry("甲.txt", "file", 1, 5), Entry("b", "symlink", 0, None), Entry("c/d", "file", 2, 5)])
    assert [entries.place(path) for path in ("甲.txt", "b", "c/d", "c", "")] == [0, 1, 2, None, None]
    entries.append(Entry("c", "file", 3, 5))
    assert entries.place("c") == 3 and entries.path(1) == "b"
    assert index_of(entries) is entries and index_of(tuple(entries)).place("b") == 1
