"""What programs and systems leave behind in folders: told from the files of a case by name and, where that is not
enough, by the first bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase, translate

from pydantic import BaseModel, ConfigDict, Field

from metadata.findings import Finding
from metadata.identity import readable
from preserve.ingest.sources import Entry, Source

_HEAD = 16  # bytes that tell one kind of file from another
_NAMED = 100  # left-out files that the finding names


class LeftBehind(BaseModel):
    """Files of a name (`*` and `?` as in a shell, whatever the letters' case) that a program leaves behind.

    `endings`: only with one of these; `begins`: only where the first bytes are one of these; `not_begins`: not where
    they are (hexadecimal); `largest`: no more bytes than that. A real file must not be taken for one of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    endings: tuple[str, ...] = ()
    begins: tuple[str, ...] = Field((), max_length=100)
    not_begins: tuple[str, ...] = Field((), max_length=100)
    largest: int | None = None

    def fits(self, name: str, size: int) -> bool:
        """By name and size; `name` in small letters, without folders."""
        return (
            fnmatchcase(name, self.name.casefold())
            and (not self.endings or name.rpartition(".")[2] in self.endings)
            and (self.largest is None or size <= self.largest)
        )

    @property
    def asks_for_bytes(self) -> bool:
        """Whether the name alone does not tell."""
        return bool(self.begins or self.not_begins)

    def begins_so(self, head: bytes) -> bool:
        """By the first bytes."""
        return (not self.begins or head.startswith(_bytes(self.begins))) and not (
            self.not_begins and head.startswith(_bytes(self.not_begins))
        )


def _bytes(written: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(one) for one in written)


class Sweeper:
    """Knows by the profile what is left behind: single names, whole folders, and names under conditions."""

    def __init__(self, names: Iterable[str], folders: Iterable[str], files: Sequence[LeftBehind]) -> None:
        self._names = {name.casefold() for name in names}
        self._folders = [name.casefold() for name in folders]
        self._files = files
        # One look tells that a name is like none of them, as nearly every one is.
        self._like_a_file = re.compile("|".join(translate(kind.name.casefold()) for kind in files) or r"(?!)")

    def sweep(self, source: Source, entries: Sequence[Entry]) -> frozenset[str]:
        """The paths of what is no file of the case. Raises Refused where the deposit cannot be read."""
        found: set[str] = set()
        unsure: dict[str, list[LeftBehind]] = {}
        last, last_is_left = "", False
        for entry in entries:
            folder, _, name = readable(entry.path).casefold().rpartition("/")
            if folder != last:
                last, last_is_left = folder, folder != "" and any(map(self._is_left, folder.split("/")))
            likely = self._files if self._like_a_file.match(name) else ()
            fitting = [kind for kind in likely if kind.fits(name, entry.size)]
            if name in self._names or last_is_left or any(not kind.asks_for_bytes for kind in fitting):
                found.add(entry.path)
            elif fitting and entry.kind == "file" and not entry.encrypted:
                unsure[entry.path] = fitting
        if unsure:  # an archive is read once more only where a name is in doubt
            for entry, stream in source.stream(lambda entry: entry.path in unsure):
                head = stream.read(_HEAD)
                if any(kind.begins_so(head) for kind in unsure[entry.path]):
                    found.add(entry.path)
        return frozenset(found)

    def _is_left(self, folder: str) -> bool:
        return any(folder == name or ("*" in name and fnmatchcase(folder, name)) for name in self._folders)


def told(litter: Sequence[Entry]) -> Finding:
    """The finding that names what was left out."""
    names = ", ".join(readable(entry.path) for entry in litter[:_NAMED])
    return Finding("sip.litter", "", "note", {"count": len(litter), "names": names})
