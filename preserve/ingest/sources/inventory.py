"""The names of a deposit with what is known of each, by columns: a deposit has more of them than memory should hold."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import overload

from metadata.compact import Listed, PackedTexts, Places
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
        self._places: Places | None = None
        for entry in entries:
            self.append(entry)

    def append(self, entry: Entry) -> None:
        """One more name."""
        size, time, order = entry.size, entry.modified_ns, entry.order
        plain = entry.kind == "file" and entry.links == 1 and not (entry.encrypted or entry.target or entry.read_as)
        if plain and time is not None and min(size, time, order) >= -_LARGEST and max(size, time, order) < _LARGEST:
            self._note(entry.path, size, time, order)
        else:
            inode = entry.inode if entry.links > 1 else (0, 0)
            self._odd[len(self)] = replace(entry, compressed=None, inode=inode)
            self._note("", 0, 0, 0)

    def _note(self, path: str, size: int, time: int, order: int) -> None:
        self._places = None
        self._paths.append(path)
        self._sizes.append(size)
        self._times.append(time)
        self._orders.append(order)

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
        odd = self._odd
        columns = zip(self._paths, self._sizes, self._times, self._orders, strict=True)
        for number, (path, size, time, order) in enumerate(columns):
            other = odd.get(number)
            yield Entry(path, "file", size, time, order=order) if other is None else other

    def paths(self) -> Iterator[str]:
        """The paths alone, at half the cost of the entries and less."""
        odd = self._odd
        for number, path in enumerate(self._paths):
            other = odd.get(number)
            yield path if other is None else other.path

    def place(self, path: str) -> int | None:
        """Where the entry of a path stands; None where there is none. The index is made when it is first asked for."""
        if self._places is None:
            paths = _Paths(self)
            self._places = Places(paths, len(paths))
            for place, there in enumerate(self.paths()):
                self._places.add(place, there)
        return self._places.find(path)

    def path(self, place: int) -> str:
        """The path at a place."""
        return self._odd[place].path if place in self._odd else self._paths[place]


class _Paths(Listed[str]):
    """The paths of an inventory."""

    def __init__(self, entries: Inventory) -> None:
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    def at(self, place: int) -> str:
        """One path."""
        return self._entries.path(place)


def index_of(entries: Sequence[Entry]) -> Inventory:
    """The entries as an inventory, which finds them by their paths."""
    return entries if isinstance(entries, Inventory) else Inventory(entries)


def paths_of(entries: Iterable[Entry]) -> Iterable[str]:
    """The paths of entries, in their order."""
    return entries.paths() if isinstance(entries, Inventory) else (entry.path for entry in entries)
