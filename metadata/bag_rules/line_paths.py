"""A path in a manifest is of the half of the bag that the manifest lists (RFC 8493 §2.1.3, §2.2.1)."""

from __future__ import annotations

from metadata.bag import Manifest, ManifestLine
from metadata.findings import Finding, Value


def check(manifest: Manifest, line: ManifestLine) -> Finding | None:
    """Payload in payload manifests, a bag's own files in tag manifests, which never list themselves."""
    values: dict[str, Value] = {"manifest": manifest.name, "line": line.number}
    if manifest.tag:
        if line.path.startswith("data/"):
            return Finding("bag.tag-manifest-lists-payload", line.path, values=values)
        if line.path.startswith("tagmanifest-"):
            return Finding("bag.tag-manifest-lists-itself", line.path, values=values)
    elif not line.path.startswith("data/"):
        return Finding("bag.manifest-lists-tag-file", line.path, values=values)
    return None
