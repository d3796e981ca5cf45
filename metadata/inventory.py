"""What lies in a folder, without following any link out of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from metadata.packed_bag import Below, PackedSizes, sizes_of


@dataclass(slots=True)
class Inventory:
    """Names relative to the folder, with `/`: regular files with their sizes in bytes, folders, and the rest."""

    files: MutableMapping[str, int] = field(default_factory=dict)  # packed where they are many
    folders: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)

    def below(self, prefix: str) -> Mapping[str, int]:
        """The files whose names begin with `prefix`, without it."""
        if isinstance(self.files, PackedSizes):
            return Below(self.files, prefix)
        return {name[len(prefix) :]: size for name, size in self.files.items() if name.startswith(prefix)}


def take_inventory(root: Path) -> Inventory:
    """Walk a folder, sorted. What cannot be read is noted, not raised; links are noted and never followed."""
    inventory = Inventory()
    for _ in walk(root, inventory):
        pass
    return inventory


def walk(root: Path, inventory: Inventory) -> Iterator[list[tuple[str, int]]]:
    """As `take_inventory`, into `inventory`; the files of each folder once it is read, with sizes; `root` first."""
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            with os.scandir(root / prefix) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            inventory.unreadable[prefix.rstrip("/")] = error.strerror or str(error)
            continue
        found = []
        for entry in entries:
            name = prefix + entry.name
            try:
                if entry.is_file(follow_symlinks=False):
                    found.append((sys.intern(name), entry.stat(follow_symlinks=False).st_size))
                elif entry.is_symlink():
                    inventory.links.append(name)
                elif entry.is_dir(follow_symlinks=False):
                    inventory.folders.append(name)
                    waiting.append(name + "/")
                else:
                    inventory.devices.append(name)
            except OSError as error:
                inventory.unreadable[name] = error.strerror or str(error)
        inventory.files.update(found)
        inventory.files = sizes_of(inventory.files)
        yield found
