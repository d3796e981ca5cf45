"""An archived bag is whole: nothing in it is left to be fetched from elsewhere (RFC 8493 §2.2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from metadata.opened import OpenedBag


def check(bag: OpenedBag) -> Iterator[Finding]:
    """A fetch.txt, even an empty one, makes the bag depend on a network."""
    if "fetch.txt" in bag.inventory.files:
        yield Finding("bag.fetch-present", "fetch.txt")
