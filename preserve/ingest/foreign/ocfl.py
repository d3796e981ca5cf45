"""OCFL objects (1.0 and 1.1): the newest version as its inventory says; what is in it may be a package itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from preserve.errors import Refused
from preserve.ingest.declared import Wanted
from preserve.ingest.declared.forms import SIZES
from preserve.ingest.foreign.records import ForeignPackage
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import Inventory, paths_of

_OBJECT = re.compile(r"0=ocfl_object_1\.\d")
_INVENTORY = "inventory.json"
_LARGEST = 256 << 20
_OUT = re.compile(r"^/|(?:^|/)\.{0,2}(?:/|$)|\x00")  # absolute, with `..`, `.` or nothing between slashes


@dataclass(frozen=True, slots=True)
class StateView:
    """The state of a version as a folder. `places` are the paths in the object by the logical ones: several names may
    be one file."""

    object: Source
    places: Mapping[str, str] = field(repr=False)

    @property
    def kind(self) -> str:
        """As the object lies there."""
        return self.object.kind

    @property
    def folder(self) -> Path | None:
        """None: what a file is called here is not where it lies."""
        return None

    def entries(self) -> Iterator[Entry]:
        """The logical files, in the order of the object."""
        names = self._names()
        for entry in self.object.entries():
            for name in names.get(entry.path, ()):
                yield replace(entry, path=name, read_as=())

    def stream(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[Entry, BinaryIO]]:
        """The wanted files; one with several names is read once for each."""
        names = self._names()
        for turn in range(max(map(len, names.values()), default=0)):
            asked = {place: found[turn] for place, found in names.items() if len(found) > turn}
            chosen = lambda entry, asked=asked: entry.path in asked and wanted(replace(entry, path=asked[entry.path]))  # noqa: E731
            for entry, stream in self.object.stream(chosen):
                yield replace(entry, path=asked[entry.path], read_as=()), stream

    def read(self, path: str, limit: int) -> bytes:
        """One small file."""
        if path not in self.places:
            raise Refused("sip.unreadable", path, reason="not in the version")
        return self.object.read(self.places[path], limit)

    def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for name, place in self.places.items():
            names.setdefault(place, []).append(name)
        return names


class OcflObject:
    """Content is that of the package in the newest version, or all files of it where that is none."""

    kind = "ocfl"

    def recognises(self, entries: Sequence[Entry], top: str) -> bool:
        """The declaration of an object beside its inventory."""
        names = {path.removeprefix(top) for path in paths_of(entries) if path.startswith(top)}
        return _INVENTORY in names and any(map(_OBJECT.fullmatch, names))

    def read(self, source: Source, entries: Sequence[Entry], top: str) -> ForeignPackage:
        """The package. Raises Refused where the inventory cannot be read or leads out of the object."""
        from preserve.ingest.foreign.registry import recognise

        there = {path for path in paths_of(entries) if path.startswith(top)}
        places, digests, missing = _state(source, top, there)
        view = StateView(source, places)
        files = Inventory(view.entries())
        found = recognise(view, files, "", bag="bagit.txt" in places)
        if found is not None and isinstance(found[0], OcflObject):  # an object in itself would have no end
            raise Refused("foreign.unreadable", top + _INVENTORY, reason="an object in an object")
        inner = ForeignPackage(self.kind, "", list(places))
        if found is not None:
            inner = found[0].read(view, files, found[1])
        if inner.source is not None or inner.cases:
            raise Refused("foreign.unreadable", top + _INVENTORY, reason="several packages in an object")
        wanted = {name: (*inner.wanted.get(name, ()), digest) for name, digest in digests.items()}
        aside = {*inner.content, *inner.left}
        raw = {places[name]: said for name, said in wanted.items() if name not in aside}
        return replace(
            inner,
            kind=f"{self.kind} {inner.kind}" if found is not None else self.kind,
            wanted={**raw, **{name: said for name, said in wanted.items() if name in aside}},
            missing=(*inner.missing, *missing),
            lists=tuple(there),
            source=view,
            elsewhere=tuple({places[name] for name in aside}),
        )


def _state(
    source: Source, top: str, there: set[str]
) -> tuple[dict[str, str], dict[str, Wanted], list[tuple[str, str]]]:
    """Where each logical file of the newest version lies, its digest, and what the inventory lists and is not there."""
    path = top + _INVENTORY
    try:
        inventory: dict[str, Any] = json.loads(source.read(path, _LARGEST))
        algorithm = str(inventory["digestAlgorithm"])
        state = inventory["versions"][inventory["head"]]["state"].items()
        manifest = {str(digest).lower(): list(map(str, found)) for digest, found in inventory["manifest"].items()}
        named = [(str(digest).lower(), str(name)) for digest, names in state for name in names]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Refused("foreign.unreadable", path, reason=f"{type(error).__name__} {error}"[:200]) from error
    if any(_OUT.search(name) for _, name in named):
        raise Refused("foreign.unreadable", path, reason="a path that leads out")
    places: dict[str, str] = {}
    digests: dict[str, Wanted] = {}
    missing: list[tuple[str, str]] = []
    for digest, name in named:
        place = next((top + one for one in manifest.get(digest, ()) if top + one in there), None)
        if place is None:
            missing.append((name, _INVENTORY))
            continue
        places[name] = place
        if SIZES.get(algorithm) == len(digest):
            digests[name] = Wanted(algorithm, digest, _INVENTORY)
    return places, digests, missing
