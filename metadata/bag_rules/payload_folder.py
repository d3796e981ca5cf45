"""A bag has a folder `data` (RFC 8493 §2.1.2)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from metadata.opened import OpenedBag


def check(bag: OpenedBag) -> Iterator[Finding]:
    """The payload folder is there; a link by that name is no folder."""
    if "data" not in bag.inventory.folders:
        yield Finding("bag.payload-folder-missing", "data")
