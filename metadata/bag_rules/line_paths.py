"""A path in a manifest is of the half of the bag that the manifest lists (RFC 8493 §2.1.3, §2.2.1)."""

from __future__ import annotations

from metadata.bag import Manifest, ManifestLine
from metadata.findings import Finding, Value


def check(manifest: Manifest, line: ManifestLine) -> Finding | None:
    """Payload in payload manifests, a bag's own files in tag manifests, which never list themselves."""
    code = ""
    if manifest.tag:
        if line.path.startswith("data/"):
            code = "bag.tag-manifest-lists-payload"
        elif line.path.startswith("tagmanifest-"):
            code = "bag.tag-manifest-lists-itself"
    elif not line.path.startswith("data/"):
        code = "bag.manifest-lists-tag-file"
    values: dict[str, Value] = {"manifest": manifest.name, "line": line.number} if code else {}
    return Finding(code, line.path, values=values) if code else None
