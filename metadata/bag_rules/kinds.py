"""A bag holds folders and regular files: no links, devices or pipes, nothing unreadable (RFC 8493 §5.2)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from metadata.opened import OpenedBag


def check(bag: OpenedBag) -> Iterator[Finding]:
    """Each of them by its name."""
    for name in bag.inventory.links:
        yield Finding("bag.link", name)
    for name in bag.inventory.devices:
        yield Finding("bag.device", name)
    for name, reason in bag.inventory.unreadable.items():
        yield Finding("bag.file-unreadable", name, values={"reason": reason})
