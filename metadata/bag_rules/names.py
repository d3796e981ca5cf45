"""No two names are one after normalisation or on a system that folds case, and all are UTF-8 (RFC 8493 §6.1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import chain

from metadata.compact import FEW, Listed, Places
from metadata.findings import Finding, Severity
from metadata.opened import OpenedBag
from metadata.packed_bag import PackedSizes

_ESCAPED = re.compile("[\ud800-\udfff]")


def check(bag: OpenedBag) -> Iterator[Finding]:
    """Files and folders alike; below folders that collide only what collides itself is named.

    In a package of an archive they are errors; elsewhere a bag with such names is discouraged, and valid.
    """
    severity: Severity = "error" if bag.packaged else "warning"
    names = _Names(bag)
    many = Places(_Keys(names), len(names)) if len(names) > FEW else None
    few: dict[str, int] = {}
    for place, name in enumerate(names):
        if not name.isascii() and _ESCAPED.search(name):
            yield Finding("bag.name-not-utf8", name, severity)
            continue
        key = _key(name)
        first = few.setdefault(key, place) if many is None else many.add(place, key)
        if first != place:
            yield Finding("bag.names-collide", name, severity, {"other": names[first]})


def _key(name: str) -> str:
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


class _Names(Listed[str]):
    """The folders of a bag, then its files."""

    def __init__(self, bag: OpenedBag) -> None:
        self._folders, files = bag.inventory.folders, bag.inventory.files
        self._files: Sequence[str] = files.names if isinstance(files, PackedSizes) else list(files)

    def __len__(self) -> int:
        return len(self._folders) + len(self._files)

    def at(self, place: int) -> str:
        """One name."""
        behind = place - len(self._folders)
        return self._folders[place] if behind < 0 else self._files[behind]

    def __iter__(self) -> Iterator[str]:
        return chain(self._folders, self._files)


class _Keys(Listed[str]):
    """What is one of names that collide; made whenever it is asked for."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def __len__(self) -> int:
        return len(self._names)

    def at(self, place: int) -> str:
        """One key."""
        return _key(self._names[place])
