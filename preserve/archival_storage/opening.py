"""Opens media of the inventory: the only room that knows kinds. Others ask a medium's traits, or what could be opened.

A kind's own knowledge (what its inventory row must hold, how it is found where it is connected) is in its adapter,
which the registry finds by its entry point; what is here is only what no adapter can know: the home's own store, the
keys that markers are held against, and what the archive can do with a medium beyond the contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from preserve.archival_storage.media import server_store, store_identity
from preserve.archival_storage.object_store import ObjectStore
from preserve.data_management import checkpoints
from preserve.data_management.holdings import MediumRow
from preserve.data_management.proof.verify_ledger import key_files
from preserve.errors import MediumProblem
from preserve.home import Home
from preserve.messages import known, language, say
from storage_adapters import registry
from storage_adapters.contract import Address, CopyRef, Locking, Mending, StorageAdapter, Traits
from storage_adapters.directory import KIND as STORE_KIND
from storage_adapters.directory import DirectoryAdapter
from storage_adapters.drive import DriveAdapter
from storage_adapters.errors import StorageError
from storage_adapters.marker import Marker
from storage_adapters.optical.adapter import KIND as DISC_KIND
from storage_adapters.optical.adapter import OpticalAdapter

STORE, DISC = STORE_KIND, DISC_KIND
"""The kind of the home's own store, and the one that is composed into images and burned."""

_CONNECTED = ("in use", "replaced")
Reason = Literal["no-adapter", "not-connected"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A medium that can be used now, through its adapter. It was not touched yet, except to see that it is there."""

    row: MediumRow
    adapter: StorageAdapter

    @property
    def traits(self) -> Traits:
        """How its kind differs."""
        return self.adapter.traits

    @property
    def tree(self) -> DirectoryAdapter | None:
        """Its packages as plain folders, where they lie so; what is written there needs `writable`."""
        if isinstance(self.adapter, DriveAdapter):
            return DirectoryAdapter(self.adapter.root, self.adapter.identity, self.adapter.reserve)
        return self.adapter if isinstance(self.adapter, DirectoryAdapter) else None

    @property
    def drive(self) -> DriveAdapter | None:
        """The drive, where it is one: written in sessions, and with guide, ledger and records beside the packages."""
        return self.adapter if isinstance(self.adapter, DriveAdapter) else None

    @property
    def disc(self) -> Path | None:
        """The device or image, where it is a disc: read whole in one pass."""
        return self.adapter.disc if isinstance(self.adapter, OpticalAdapter) else None

    @property
    def mending(self) -> Mending | None:
        """What puts single files of a copy right, where the medium can do that."""
        return self.adapter if isinstance(self.adapter, Mending) else None

    def require(self) -> None:
        """Raises MediumAbsent or WrongMedium unless this medium is there, where its kind can tell without reading."""
        if isinstance(self.adapter, DriveAdapter | DirectoryAdapter | ObjectStore):
            self.adapter.require()

    def writable(self) -> AbstractContextManager[None]:
        """Within it the medium takes writes; a drive that was read-only before is so again afterwards."""
        return self.drive.writable() if self.drive is not None else nullcontext()

    def left(self, copy: CopyRef) -> tuple[int, str]:
        """How much of a copy is there, and until when it is locked (RFC 3339, or empty). Raises StorageError."""
        if self.tree is not None:
            return len(self.tree.remains(copy)), ""
        if isinstance(self.adapter, Locking):
            return self.adapter.left(copy)
        return sum(there == copy for there in self.adapter.copies()), ""


@dataclass(frozen=True, slots=True)
class NotAtHand:
    """A medium that cannot be used now: nobody connected it, or no adapter for its kind is installed here."""

    row: MediumRow
    reason: Reason

    def problem(self) -> MediumProblem:
        """The error for who needs it now."""
        if self.reason == "no-adapter":
            return MediumProblem("storage.no-adapter", self.row.label, kind=self.row.kind)
        return MediumProblem("repair.not-connected", self.row.label, place=self.row.place or "—")


def open_medium(
    home: Home,
    row: MediumRow,
    place: Path | None = None,
    *,
    retain_until: datetime | None = None,
    pool: Executor | None = None,
) -> Opened | NotAtHand:
    """One medium, at `place`, else where the inventory has it or where it is found connected.

    What is written to it is locked until `retain_until`, where the medium locks; `pool` are processes that may help
    to read.
    """
    where = str(place) if place is not None else _places(home, [row]).get(row.id, "")
    return _open(home, row, where, _keys(home), retain_until=retain_until, pool=pool)


def open_media(
    home: Home, rows: Sequence[MediumRow], inserted: Mapping[str, Path] | None = None, *, pool: Executor | None = None
) -> dict[str, Opened | NotAtHand]:
    """Those of these media that are in use or being replaced, by identity; `inserted` are places by label.

    What is connected is looked for once. `pool` are processes that may help to read.
    """
    usable = [row for row in rows if row.state in _CONNECTED]
    places, keys = _places(home, usable), _keys(home)
    places |= {row.id: str(inserted[row.label]) for row in usable if inserted and row.label in inserted}
    return {row.id: _open(home, row, places.get(row.id, ""), keys, pool=pool) for row in usable}


def attached(home: Home, rows: Sequence[MediumRow], *, pool: Executor | None = None) -> dict[str, Opened]:
    """Those of these media that need a person and are connected now, by identity."""
    away = [row for row in rows if registry.traits_of(row.kind).needs_person]
    return {name: medium for name, medium in open_media(home, away, pool=pool).items() if isinstance(medium, Opened)}


def places_of(rows: Sequence[MediumRow]) -> dict[str, Path]:
    """Where those of these media are mounted now that are looked for and are file systems, by identity."""
    kinds = {row.kind for row in rows if registry.is_looked_for(row.kind) and not registry.traits_of(row.kind).composed}
    mounted = {name: place for kind in sorted(kinds) for name, place in registry.find(kind)}
    return {row.id: Path(mounted[row.id]) for row in rows if row.id in mounted}


def _places(home: Home, rows: Iterable[MediumRow]) -> dict[str, str]:
    """Where each medium is: the home's store where the home has it, others where they are found or remembered."""
    places: dict[str, str] = {}
    connected: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.id == store_identity(home):
            places[row.id] = home.store_place
        elif registry.is_looked_for(row.kind):
            if row.kind not in connected:
                connected[row.kind] = dict(registry.find(row.kind))
            places[row.id] = connected[row.kind].get(row.id, "")
        else:
            places[row.id] = row.location
    return places


def _open(
    home: Home,
    row: MediumRow,
    place: str,
    keys: tuple[bytes, ...],
    *,
    retain_until: datetime | None = None,
    pool: Executor | None = None,
) -> Opened | NotAtHand:
    if not registry.is_installed(row.kind):
        return NotAtHand(row, "no-adapter")
    if not place and registry.traits_of(row.kind).needs_person:
        return NotAtHand(row, "not-connected")
    if row.id == store_identity(home) and home.away is not None:
        return Opened(row, server_store(home))
    details = {**row.details, **({"reserve": home.settings.reserve} if row.id == store_identity(home) else {})}
    adapter = registry.open_adapter(row.kind, Address(row.id, place, details, keys, retain_until, pool))
    remembered = place == row.location and not registry.is_looked_for(row.kind)
    if adapter.traits.needs_person and remembered and not _is_there(adapter):
        return NotAtHand(row, "not-connected")
    return Opened(row, adapter)


def _is_there(adapter: StorageAdapter) -> bool:
    """Whether what lies on a shelf at other times is where it was remembered."""
    try:
        return adapter.probe().present
    except StorageError:
        return False


def _keys(home: Home) -> tuple[bytes, ...]:
    # A drive that outlived a fire was marked with the key of the archive that burned.
    return tuple(checkpoints.raw_public_key(path) for path in key_files(home.keys / "ledger.pub"))


def kind_of(marker: Marker, place: Path) -> str:
    """The kind that a marker tells; of one that tells none, what its place can only be."""
    usual = STORE if place.is_dir() else DISC
    return marker.facts.get("kind", usual)


def kind_word(kind: str) -> str:
    """What people call a kind of medium, in the language in use: our word, else the adapter's own, else the kind."""
    code = f"words.medium-{kind}"
    if known(code):
        return say(code)
    traits = registry.traits_of(kind)
    return (traits.name_zh if language() == "zh" else traits.name_en) or kind
