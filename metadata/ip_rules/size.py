"""The root METS stays below 32 KB, above which a validator in wide use fails; the long lists stand elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.csip import METS
from metadata.findings import Finding
from metadata.information_package import InformationPackage

LARGEST = 32 * 1024


def check(package: InformationPackage) -> Iterator[Finding]:
    """A warning: the package itself is as it should be."""
    size = package.files.get(METS, 0)
    if size >= LARGEST:
        yield Finding("ip.root-mets-large", package.where(METS), "warning", {"size": size, "limit": LARGEST})
