"""The names of a deposit with what is known of each, by columns: a deposit has more of them than memory should hold."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import overload

from metadata.compact import PackedTexts
from preserve.ingest.sources import Entry

_LARGEST = 1 << 63


class Inventory(Sequence[Entry]):
    """Behaves as a tuple of entries would; each is made anew whenever it is asked for.

    What tells only whether an entry may be taken in (its packed size, and where the system keeps it) is not kept.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._paths = PackedTexts()
        self._sizes, self._times, self._orders = array("q"), array("q"), array("q")
        self._odd: dict[int, Entry] = {}  # those of which more is to be said, by their places
        for entry in entries:
            self.append(entry)

    def append(self, entry: Entry) -> None:
        """One more name."""
        kept = replace(entry, compressed=None, inode=entry.inode if entry.links > 1 else (0, 0))
        size, time, order = kept.size, kept.modified_ns, kept.order
        plain = time is not None and all(-_LARGEST <= number < _LARGEST for number in (size, time, order))
        if plain and time is not None and kept == Entry(kept.path, "file", size, time, order=order):
            self._note(kept.path, size, time, order)
        else:
            self._odd[len(self)] = kept
            self._note("", 0, 0, 0)

    def _note(self, path: str, size: int, time: int, order: int) -> None:
        self._paths.append(path)
        for column, number in ((self._sizes, size), (self._times, time), (self._orders, order)):
            column.append(number)

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Entry, ...]: ...

    def __getitem__(self, place: int | slice) -> Entry | tuple[Entry, ...]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(len(self))))
        number = place + len(self) if place < 0 else place
        if not 0 <= number < len(self):
            raise IndexError(place)
        if (odd := self._odd.get(number)) is not None:
            return odd
        path = self._paths[number]
        return Entry(path, "file", self._sizes[number], self._times[number], order=self._orders[number])

    def __iter__(self) -> Iterator[Entry]:
        return map(self.__getitem__, range(len(self)))
