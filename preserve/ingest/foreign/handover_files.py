"""Which files of a hand-over folder a line of its catalogue means: by its archival number's folder, or by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from metadata.bag_names import name_key
from preserve.ingest.foreign.handover_lines import Line
from preserve.ingest.foreign.handover_profile import plain_number
from preserve.ingest.foreign.hrefs import Paths


@dataclass(slots=True)
class Record:
    """One record (件) of the package: its line, its files, the metadata beside them; what its line names in vain.

    `folders` are those that bear its number: one where the package is as it should be. `shared`: a file that its line
    means is another record's already.
    """

    line: Line
    files: list[str] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    folders: tuple[str, ...] = ()
    shared: bool = False


class Places:
    """The files below the folders of records, by the ways in which a line may mean them."""

    def __init__(self, paths: Iterable[str], top: str) -> None:
        self.paths = list(paths)
        self._meant = Paths(self.paths, top)
        self._by_folder: dict[str, set[str]] = defaultdict(set)
        self._below: dict[str, list[str]] = defaultdict(list)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            folders = path.removeprefix(top).split("/")[:-1]
            for depth, name in enumerate(folders, 1):
                folder = top + "/".join(folders[:depth]) + "/"
                self._by_folder[plain_number(name)].add(folder)
                self._below[folder].append(path)
            last = path.rpartition("/")[2]
            self._by_name[name_key(last)].append(path)
            self._by_stem[plain_number(last.rpartition(".")[0] or last)].append(path)

    def folders_of(self, number: str) -> tuple[str, ...]:
        """The folders that bear a number, the outermost of those that lie within each other."""
        found = sorted(self._by_folder.get(plain_number(number), ())) if number else []
        return tuple(one for one in found if not any(one != other and one.startswith(other) for other in found))

    def below(self, folder: str) -> list[str]:
        """The files in a folder, at any depth."""
        return self._below.get(folder, [])

    def named(self, name: str, beside: str, number: str) -> list[str]:
        """The files of a name: where it leads as a path, else all of that name; with `number` in a folder's name first.

        None for nothing, several where it cannot be told which.
        """
        if (path := self._meant.meant(name, beside)) is not None:
            return [path]
        found = self._by_name.get(name_key(name.replace("\\", "/").rpartition("/")[2]), [])
        if len(found) > 1 and (near := [path for path in found if self._is_of(path, number)]):
            return near
        return found

    def stems(self, number: str) -> list[str]:
        """The files that bear a number as their name."""
        return self._by_stem.get(plain_number(number), []) if number else []

    def _is_of(self, path: str, number: str) -> bool:
        return bool(number) and plain_number(number) in map(plain_number, path.split("/")[:-1])
