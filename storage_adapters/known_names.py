"""A set of names that only grows: a package may have a million files, and a Python set takes 250 bytes for each."""

from __future__ import annotations

from collections import defaultdict
from zlib import crc32

_HEAPS = 1 << 14
_END = b"\0"  # in no name of a file


class KnownNames:
    """Each name takes its own bytes and one more. They lie in many small heaps; a name is looked for in one of them."""

    def __init__(self) -> None:
        self._heaps: defaultdict[int, bytearray] = defaultdict(lambda: bytearray(_END))

    def add(self, name: str) -> None:
        """One more name, or one that is there; what no file can be called is left out."""
        said = name.encode("utf-8", "surrogatepass")
        if _END not in said:
            self._heaps[crc32(said) % _HEAPS] += said + _END

    def __contains__(self, name: str) -> bool:
        said = name.encode("utf-8", "surrogatepass")
        heap = self._heaps.get(crc32(said) % _HEAPS)
        return heap is not None and _END + said + _END in heap
