"""Finds the adapters that are installed, ours and third parties', by their entry points."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from storage_adapters.errors import MediumAbsent

GROUP = "preserve.storage_adapters"


def kinds() -> tuple[str, ...]:
    """The kinds of medium that can be used here."""
    return tuple(sorted(point.name for point in entry_points(group=GROUP)))


def adapter_class(kind: str) -> Any:
    """The adapter for a kind of medium. Raises MediumAbsent where none is installed."""
    for point in entry_points(group=GROUP):
        if point.name == kind:
            return point.load()
    raise MediumAbsent(kind)
