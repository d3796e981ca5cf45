"""Many texts in little memory: their bytes one after the other, and an index that says where a text stands."""

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar, overload

Thing = TypeVar("Thing")

FEW = 50_000
"""So many texts are kept as Python has them: some megabytes, and several times as fast."""

_FEWEST = 16  # places of an index; always a power of two, and at most half of them taken


class Listed(Sequence[Thing]):
    """A sequence that makes what stands at a place whenever it is asked for; only `at` and the length are to be said.

    Places are taken from the front: none is below zero.
    """

    @abstractmethod
    def at(self, place: int) -> Thing:
        """What stands at one place."""

    @overload
    def __getitem__(self, place: int) -> Thing: ...

    @overload
    def __getitem__(self, place: slice) -> list[Thing]: ...

    def __getitem__(self, place: int | slice) -> Thing | list[Thing]:
        if isinstance(place, slice):
            return [self.at(number) for number in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        return self.at(place)


class PackedTexts(Sequence[str]):
    """A sequence of texts that only grows: some 8 bytes beside those of each text, where a `str` takes 50 to 80 more.

    Half surrogate pairs, which stand for undecodable bytes in names of files, are kept.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._bytes = bytearray()
        self._ends = array("Q")
        for text in texts:
            self.append(text)

    def append(self, text: str) -> None:
        """One more text."""
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def pop(self) -> str:
        """Take the last text away. Raises IndexError where there is none."""
        text = self[-1]
        self._ends.pop()
        del self._bytes[self._ends[-1] if self._ends else 0 :]
        return text

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self._ends)))]
        ends = self._ends
        if place < 0:
            place += len(ends)
            if place < 0:
                raise IndexError(place)
        return self._bytes[ends[place - 1] if place else 0 : ends[place]].decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        begin = 0
        for end in self._ends:
            yield self._bytes[begin:end].decode("utf-8", "surrogatepass")
            begin = end


class PackedDigests(Listed[str]):
    """Digests of one length, in lower-case hex, that only grow: half a byte a digit."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._width = 0

    def append(self, digest: str) -> None:
        """One more. Raises ValueError where it is no hexadecimal of the length of the first."""
        packed = bytes.fromhex(digest)
        self._width = self._width or len(packed)
        if len(packed) != self._width or packed.hex() != digest:
            raise ValueError(digest)
        self._bytes += packed

    def __len__(self) -> int:
        return len(self._bytes) // self._width if self._width else 0

    def at(self, place: int) -> str:
        """One digest."""
        return self._bytes[place * self._width : (place + 1) * self._width].hex()


class Places:
    """Where a text stands in a sequence that only grows; 8 to 16 bytes for each, where a `dict` takes 100.

    The sequence is asked for the texts whose hashes agree, so nothing is taken on a hash alone.
    """

    def __init__(self, texts: Sequence[str], expected: int = 0) -> None:
        """`expected`: so many texts will come; then the index need not grow, which reads all that are there."""
        self._texts = texts
        self._count = 0
        size = max(_FEWEST, 1 << (2 * expected - 1).bit_length()) if expected else _FEWEST
        self._slots = array("I", bytes(4 * size))  # 0: free; else the place and one

    def add(self, place: int, text: str | None = None) -> int:
        """Enter the text at a place; returns the place of an equal text that was entered before, else this one.

        `text` is the text there, from whoever has it at hand.
        """
        if 2 * (self._count + 1) > len(self._slots):
            self._grow()
        slot, there = self._look(self._texts[place] if text is None else text)
        if there is not None:
            return there
        self._slots[slot] = place + 1
        self._count += 1
        return place

    def find(self, text: str) -> int | None:
        """The place of a text; None where it was not entered."""
        return self._look(text)[1]

    def _look(self, text: str) -> tuple[int, int | None]:
        slots, texts = self._slots, self._texts
        last = len(slots) - 1
        slot = hash(text) & last
        while place := slots[slot]:
            if texts[place - 1] == text:
                return slot, place - 1
            slot = (slot + 1) & last
        return slot, None

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("I", bytes(4 * 2 * len(old)))
        last = len(self._slots) - 1
        for place in old:
            if place:
                slot = hash(self._texts[place - 1]) & last
                while self._slots[slot]:
                    slot = (slot + 1) & last
                self._slots[slot] = place


def places_of(texts: Sequence[str]) -> Places:
    """The index of all texts of a sequence; of equal ones the first."""
    places = Places(texts, len(texts))
    for number, text in enumerate(texts):
        places.add(number, text)
    return places


class TextSet:
    """A set of texts that only grows: of more than a few each takes its own bytes and some 20 more, not 150."""

    def __init__(self) -> None:
        self._few: set[str] = set()
        self._many: PackedTexts | None = None
        self._places: Places | None = None

    def add(self, text: str) -> bool:
        """One more text; whether it is new."""
        if self._places is None or self._many is None:
            count = len(self._few)
            self._few.add(text)
            if len(self._few) > FEW:
                self._many = PackedTexts(self._few)
                self._places = places_of(self._many)
                self._few = set()
            return len(self._few) != count if self._places is None else True
        place = len(self._many)
        self._many.append(text)
        if self._places.add(place, text) == place:
            return True
        self._many.pop()
        return False

    def __contains__(self, text: str) -> bool:
        return text in self._few if self._places is None else self._places.find(text) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._few if self._many is None else self._many)

    def __len__(self) -> int:
        return len(self._few if self._many is None else self._many)
