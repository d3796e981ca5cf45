"""A bag holds folders and regular files: no links, devices or pipes, nothing unreadable (RFC 8493 §5.2)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from metadata.inventory import Inventory
from metadata.opened import OpenedBag


def check(bag: OpenedBag) -> Iterator[Finding]:
    """Each of them by its name."""
    yield from in_inventory(bag.inventory)


def in_inventory(inventory: Inventory) -> Iterator[Finding]:
    """The same of a package without a bag around it."""
    for name in inventory.links:
        yield Finding("bag.link", name)
    for name in inventory.devices:
        yield Finding("bag.device", name)
    for name, reason in inventory.unreadable.items():
        yield Finding("bag.file-unreadable", name, values={"reason": reason})
