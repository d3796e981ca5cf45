"""A bag has at least one payload manifest, of an algorithm that can be computed (RFC 8493 §2.1.3, §2.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata.bag import ALGORITHMS
from metadata.findings import Finding
from metadata.opened import OpenedBag, known

_LIKE_A_MANIFEST = re.compile(r"(?i)(tag)?manifest-.+\.txt")


def check(bag: OpenedBag) -> Iterator[Finding]:
    """Said too: manifests whose algorithm is unknown, and files that look like manifests but are not named so."""
    names = {manifest.name for manifest in bag.manifests}
    for name in bag.inventory.files:
        if "/" not in name and name not in names and _LIKE_A_MANIFEST.fullmatch(name):
            yield Finding("bag.manifest-name", name)
    if not bag.payload_manifests:
        yield Finding("bag.payload-manifest-missing")
        return
    usable = any(known(manifest) for manifest in bag.payload_manifests)
    for manifest in bag.manifests:
        if not known(manifest):
            yield Finding(
                "bag.algorithm-unknown",
                manifest.name,
                "warning" if usable else "error",
                {"algorithm": manifest.algorithm, "known": ", ".join(ALGORITHMS)},
            )
