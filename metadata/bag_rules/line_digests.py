"""A digest is hexadecimal and as long as its algorithm makes it (RFC 8493 §2.1.3, §2.4)."""

from __future__ import annotations

import re

from metadata.bag import ALGORITHMS, Manifest, ManifestLine
from metadata.findings import Finding

_HEX = re.compile("[0-9A-Fa-f]*")


def check(manifest: Manifest, line: ManifestLine) -> Finding | None:
    """Digests of unknown algorithms are only looked at for their characters."""
    length = ALGORITHMS.get(manifest.algorithm, len(line.digest))
    if len(line.digest) != length or not _HEX.fullmatch(line.digest):
        return Finding("bag.digest-malformed", line.path, values={"manifest": manifest.name, "line": line.number})
    return None
