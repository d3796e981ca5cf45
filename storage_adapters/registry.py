"""Finds the adapters that are installed, ours and third parties', by their entry points."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from storage_adapters.contract import (
    Address,
    Established,
    Establishing,
    Findable,
    NewMedium,
    StorageAdapter,
    StorageKind,
    Traits,
)
from storage_adapters.errors import MediumAbsent

GROUP = "preserve.storage_adapters"
OURS = {
    "directory": "storage_adapters.directory:DirectoryAdapter",
    "drive": "storage_adapters.drive:DriveAdapter",
    "optical": "storage_adapters.optical.adapter:OpticalAdapter",
    "s3": "storage_adapters.s3:S3Adapter",
}
"""Our own entry points of that group. They are known without looking through every package that is installed, which
costs a file of each of them; and no other package takes the name of one of ours."""


@cache
def _points() -> dict[str, EntryPoint]:
    """Everybody's, for whoever asks for all or for one that is not ours."""
    return {point.name: point for point in entry_points(group=GROUP)} | _own()


@cache
def _own() -> dict[str, EntryPoint]:
    return {name: EntryPoint(name, value, GROUP) for name, value in OURS.items()}


def _point(kind: str) -> EntryPoint | None:
    return _own().get(kind) or _points().get(kind)


def kinds() -> tuple[str, ...]:
    """The kinds of medium that can be used here."""
    return tuple(sorted(_points()))


def is_known(kind: str) -> bool:
    """Whether there is an adapter of that name, be it that it cannot be loaded."""
    return _point(kind) is not None


@cache
def adapter_class(kind: str) -> Any:
    """The adapter for a kind of medium. Raises MediumAbsent where none is installed, or it cannot be loaded."""
    point = _point(kind)
    if point is None:
        raise MediumAbsent(kind, reason="no adapter is installed")
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise MediumAbsent(kind, reason=str(error)) from error


def is_installed(kind: str) -> bool:
    """Whether an adapter for this kind can be used here."""
    try:
        adapter_class(kind)
    except MediumAbsent:
        return False
    return True


def open_adapter(kind: str, address: Address) -> StorageAdapter:
    """The adapter of one medium; it is not touched until used. Raises MediumAbsent where no adapter is installed."""
    chosen: StorageKind = adapter_class(kind)
    return chosen.at(address)


@cache
def traits_of(kind: str) -> Traits:
    """How a kind differs. Of one that no adapter is installed for nothing is promised: a person must see to it."""
    if not is_installed(kind):
        return Traits(kind, False, False, True, False, 255, 240)
    return open_adapter(kind, Address("")).traits


def established() -> tuple[str, ...]:
    """The kinds of which a person can enter a medium."""
    return tuple(kind for kind in kinds() if is_installed(kind) and isinstance(adapter_class(kind), Establishing))


def establish(kind: str, new: NewMedium) -> Established:
    """Make a place a medium of this kind. Raises MediumAbsent where the kind cannot; the medium's errors."""
    chosen = adapter_class(kind)
    if not isinstance(chosen, Establishing):
        raise MediumAbsent(kind, reason="media of this kind are not entered one by one")
    return chosen.establish(new)


def is_looked_for(kind: str) -> bool:
    """Whether media of this kind are found where they are connected, and not by a place that is remembered."""
    return is_installed(kind) and isinstance(adapter_class(kind), Findable)


def find(kind: str) -> Iterator[tuple[str, str]]:
    """The media of a kind that are connected now: identity and place; none for a kind that is not looked for."""
    chosen = adapter_class(kind) if is_installed(kind) else None
    if isinstance(chosen, Findable):
        yield from chosen.find()
