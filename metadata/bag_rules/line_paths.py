"""A path in a manifest stays inside the bag, and is of the kind that the manifest lists (RFC 8493 §2.1.3, §5)."""

from __future__ import annotations

import re

from metadata.bag import Manifest, ManifestLine
from metadata.findings import Finding, Value

_ESCAPES = re.compile(r"^(/|~|[A-Za-z]:)|(^|/)(\.|\.\.)?(/|$)|\\|\x00")


def check(manifest: Manifest, line: ManifestLine) -> Finding | None:
    """Refuses `..`, absolute paths, `~`, drive letters, back slashes, empty parts; and the wrong half of the bag."""
    values: dict[str, Value] = {"manifest": manifest.name, "line": line.number}
    if _ESCAPES.search(line.path):
        return Finding("bag.path-escapes", line.path, values=values)
    if manifest.tag:
        if line.path.startswith("data/"):
            return Finding("bag.tag-manifest-lists-payload", line.path, values=values)
        if line.path.startswith("tagmanifest-"):
            return Finding("bag.tag-manifest-lists-itself", line.path, values=values)
    elif not line.path.startswith("data/"):
        return Finding("bag.manifest-lists-tag-file", line.path, values=values)
    return None
