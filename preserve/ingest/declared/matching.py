"""Which file of a deposit a name in a list means, seen from where the list lies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from metadata.bag_names import case_key, name_key

_ABSOLUTE = re.compile(r"^(?:[A-Za-z]:)?/+")
_VARIABLE = re.compile(r"^%[A-Za-z]+%/?")  # Archivematica's %transferDirectory%


class Files:
    """The files of a deposit by their names, whatever form, case or slashes somebody wrote them with."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._exact: dict[str, str] = {}
        self._alike: dict[str, list[str]] = {}
        self._by_last: dict[str, list[str]] = {}
        for path in paths:
            self._exact.setdefault(name_key(path), path)
            self._alike.setdefault(case_key(path), []).append(path)
            self._by_last.setdefault(case_key(path).rpartition("/")[2], []).append(path)

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
        exact = self._exact.get(name_key(path))
        if exact is not None:
            return exact
        alike = self._alike.get(case_key(path), [])
        return alike[0] if len(alike) == 1 else None

    def _ending(self, parts: list[str], least: int) -> str | None:
        """The single file whose path ends with the most of these parts, and with so many at least."""
        wanted = [case_key(part) for part in parts]
        candidates = self._by_last.get(wanted[-1], [])
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
            for path in self._exact.values()
            if path != sidecar and path.rpartition("/")[0] == folder and path.rpartition("/")[2].startswith(last + ".")
        ]
        return beside[0] if len(beside) == 1 else None
