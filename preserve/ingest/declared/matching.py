"""Which file of a deposit a name in a list means, seen from where the list lies."""

from __future__ import annotations

import posixpath
import re
from array import array
from collections.abc import Callable, Iterable, Iterator

from metadata.bag_names import case_key, name_key
from metadata.compact import Listed, PackedTexts, Places, places_of

_ABSOLUTE = re.compile(r"^(?:[A-Za-z]:)?/+")
_VARIABLE = re.compile(r"^%[A-Za-z]+%/?")  # Archivematica's %transferDirectory%


class _Keys(Listed[str]):
    """A key of each path, made whenever it is asked for."""

    def __init__(self, paths: PackedTexts, key: Callable[[str], str]) -> None:
        self._paths, self._key = paths, key

    def __len__(self) -> int:
        return len(self._paths)

    def at(self, place: int) -> str:
        """One key."""
        return self._key(self._paths[place])


def _last(path: str) -> str:
    return case_key(path).rpartition("/")[2]


class Files:
    """The files of a deposit by their names, whatever form, case or slashes somebody wrote them with.

    A large deposit has more of them than memory should hold: each takes some 50 bytes beside its path.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = there = PackedTexts(paths)
        self._exact = places_of(_Keys(there, name_key))
        self._alike = Places(_Keys(there, case_key), len(there))
        self._several = set[int]()  # first places of keys that more than one path has
        self._by_last = Places(_Keys(there, _last), len(there))
        self._next = array("I", bytes(4 * len(there)))  # by place: the next one, plus one, that ends alike
        ends: dict[int, int] = {}  # by the first place that ends so: the last one
        for place, path in enumerate(there):
            if (first := self._alike.add(place, case_key(path))) != place:
                self._several.add(first)
            if (first := self._by_last.add(place, _last(path))) != place:
                self._next[ends.get(first, first)] = place + 1
                ends[first] = place

    def meant(self, name: str, beside: str) -> str | None:
        """The file of that name in a list in the folder `beside`; None where there is none, or more than one.

        Seen from the list's folder, from the top, from the folder above and its `objects` (Archivematica); then by the
        end of a path that began elsewhere, or by a bare name that only one file has.
        """
        plain = _VARIABLE.sub("", name.strip().replace("\\", "/"))
        began = _ABSOLUTE.match(plain)
        if began is None:
            above = posixpath.dirname(beside)
            for folder in dict.fromkeys((beside, "", above, posixpath.join(above, "objects"))):
                path = posixpath.normpath(posixpath.join(folder, plain))
                if found := self._at(path):
                    return found
        parts = _ABSOLUTE.sub("", plain).split("/")
        least = 1 if began or len(parts) == 1 else 2
        return self._ending(parts, least)

    def _at(self, path: str) -> str | None:
        if (place := self._exact.find(name_key(path))) is not None:
            return self._paths[place]
        place = self._alike.find(case_key(path))
        return None if place is None or place in self._several else self._paths[place]

    def _ending_with(self, last: str) -> Iterator[str]:
        place = self._by_last.find(last)
        while place is not None:
            yield self._paths[place]
            place = self._next[place] - 1 if self._next[place] else None

    def _ending(self, parts: list[str], least: int) -> str | None:
        """The single file whose path ends with the most of these parts, and with so many at least."""
        wanted = [case_key(part) for part in parts]
        candidates = self._ending_with(wanted[-1])
        best: list[str] = []
        most = least - 1
        for path in candidates:
            own = case_key(path).split("/")
            same = 0
            while same < min(len(own), len(wanted)) and own[-1 - same] == wanted[-1 - same]:
                same += 1
            if same > most:
                best, most = [path], same
            elif same == most and best:
                best.append(path)
        return best[0] if len(best) == 1 else None

    def described_by(self, sidecar: str) -> str | None:
        """The file that a list of its own belongs to: `a.mp4.md5` to `a.mp4`, `a.md5` to the only other `a.*`."""
        stem = sidecar.rpartition(".")[0]
        if found := self._at(stem):
            return found
        folder, _, last = stem.rpartition("/")
        beside = [
            path
            for path in self._paths
            if path != sidecar and path.rpartition("/")[0] == folder and path.rpartition("/")[2].startswith(last + ".")
        ]
        return beside[0] if len(beside) == 1 else None
