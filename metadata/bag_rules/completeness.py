"""Every payload manifest lists every payload file, and every listed file is there (RFC 8493 §2.1.3, §3)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from metadata.opened import OpenedBag


def check(bag: OpenedBag) -> Iterator[Finding]:
    """Before version 1.0 a file had to stand in one manifest only; from 1.0 on in each."""
    lists = [
        (manifest.name, bag.digests[manifest.name])
        for manifest in bag.payload_manifests
        if manifest.name not in bag.broken
    ]
    strict = bag.version in ("", "1.0")
    for name in bag.inventory.files:
        if not name.startswith("data/"):
            continue
        absent = [manifest for manifest, digests in lists if name not in digests]
        if absent and (strict or len(absent) == len(lists)):
            yield Finding("bag.file-not-listed", name, values={"manifest": ", ".join(absent)})
    told: set[str] = set()
    for manifest, digests in lists:
        for name in digests:
            if name not in bag.inventory.files and name not in told:
                told.add(name)
                yield Finding("bag.file-missing", name, values={"manifest": manifest})
