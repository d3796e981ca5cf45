"""A tag manifest lists every payload manifest, and what it lists is there (RFC 8493 §2.2.1)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding, Severity
from metadata.opened import OpenedBag


def check(bag: OpenedBag) -> Iterator[Finding]:
    """Other tag files should be listed too, and there should be a tag manifest at all: warnings.

    A package of an archive was never without: where they are gone, its manifests may be anybody's.
    """
    if not bag.tag_manifests:
        yield Finding("bag.tag-manifest-missing", "", "error" if bag.packaged else "warning")
        return
    payload_manifests = {manifest.name for manifest in bag.payload_manifests}
    tag_files = [
        name for name in bag.inventory.files if not name.startswith("data/") and not name.startswith("tagmanifest-")
    ]
    for manifest in bag.tag_manifests:
        if manifest.name in bag.broken:
            continue
        listed = bag.digests[manifest.name]
        for name in tag_files:
            if name in listed:
                continue
            if name in payload_manifests:
                severity: Severity = "warning" if bag.old else "error"
                yield Finding("bag.manifest-not-listed", name, severity, {"manifest": manifest.name})
            else:
                yield Finding("bag.tag-file-not-listed", name, "warning", {"manifest": manifest.name})
        for name in listed:
            if name not in bag.inventory.files:
                yield Finding("bag.tag-file-missing", name, values={"manifest": manifest.name})
