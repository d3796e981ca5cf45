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
    names = {one.name for one in bag.manifests}
    for name in bag.inventory.files:
        if "/" not in name and name not in names and _LIKE_A_MANIFEST.fullmatch(name):
            yield Finding("bag.manifest-name", name)
    if not bag.payload_manifests:
        yield Finding("bag.payload-manifest-missing")
        return
    usable = any(known(one) for one in bag.payload_manifests)
    for one in bag.manifests:
        if not known(one):
            yield Finding(
                "bag.algorithm-unknown",
                one.name,
                "warning" if usable else "error",
                {"algorithm": one.algorithm, "known": ", ".join(ALGORITHMS)},
            )
