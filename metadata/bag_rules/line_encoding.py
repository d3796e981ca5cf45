"""In manifests `%` stands only where it encodes LF, CR or itself (RFC 8493 §2.1.3)."""

from __future__ import annotations

import re

from metadata.bag import Manifest, ManifestLine
from metadata.findings import Finding

_BARE = re.compile(r"%(?!0[AaDd]|25)")


def check(manifest: Manifest, line: ManifestLine) -> Finding | None:
    """A warning only: older writers left `%` as it was, and the path can still be read."""
    if "%" in line.raw and _BARE.search(line.raw):
        return Finding("bag.percent-encoding", line.path, "warning", {"manifest": manifest.name, "line": line.number})
    return None
