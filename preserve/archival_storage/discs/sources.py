"""Where packages are taken from: folders (mounted drives and discs) and discs or images read as they are."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from storage_adapters.errors import CopyUnknown, MediumAbsent
from storage_adapters.marker import Marker, parse_marker
from storage_adapters.optical.reading import DiscFile, DiscStream, list_files
from storage_adapters.reading import walk_files


@dataclass(frozen=True, slots=True)
class Source:
    """One medium to take from: its path, and for a disc or image where each file lies."""

    path: Path
    files: dict[str, DiscFile] = field(default_factory=dict)

    @property
    def is_folder(self) -> bool:
        """Whether it is mounted."""
        return not self.files

    def sizes(self, below: str = "") -> dict[str, int]:
        """Size of every file below a folder of the medium, by its path on the medium."""
        if self.files:
            return {path: file.size for path, file in self.files.items() if path.startswith(below)}
        top = self.path / below
        if not top.is_dir() or top.is_symlink():
            return {}
        return {below + name: os.lstat(top / name).st_size for name in walk_files(top)}

    def open(self, path: str) -> BinaryIO:
        """One file, to be read once. Raises CopyUnknown."""
        if self.files:
            if path not in self.files:
                raise CopyUnknown(f"{self.path}: {path}")
            return cast(BinaryIO, io.BufferedReader(DiscStream(self.path, self.files[path]), 1 << 20))
        try:
            handle = os.open(self.path / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise CopyUnknown(f"{self.path}: {path}") from error
        return os.fdopen(handle, "rb")

    def read(self, path: str, most: int = 64 << 20) -> bytes:
        """All of a small file. Raises CopyUnknown."""
        with self.open(path) as stream:
            return stream.read(most)

    def marker(self) -> Marker:
        """What the medium says it is. Raises WrongMedium, CopyUnknown."""
        return parse_marker(self.read("medium.json", 1 << 20), str(self.path))

    def packages(self) -> tuple[set[str], set[str]]:
        """Names of the packages that lie here whole, and of those that lie here in part."""
        names_in: tuple[set[str], set[str]] = (set(), set())
        for number, folder in enumerate(("packages", "parts")):
            if self.files:
                names = {path.split("/")[1] for path in self.files if path.startswith(folder + "/")}
            elif (self.path / folder).is_dir():
                names = {entry.name for entry in os.scandir(self.path / folder) if entry.is_dir(follow_symlinks=False)}
            else:
                names = set()
            names_in[number].update(names)
        return names_in


def open_source(path: Path) -> Source:
    """A mounted medium's folder, a disc's device, or an image. Raises MediumAbsent, MediumFailing."""
    if path.is_dir():
        return Source(path)
    if not path.exists():
        raise MediumAbsent(str(path))
    return Source(path, {file.path: file for file in list_files(path)})
