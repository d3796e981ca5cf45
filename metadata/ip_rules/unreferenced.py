"""Every file of the package is referred to by a METS file of it; only the root METS is not (CSIP58)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.csip import METS
from metadata.findings import Finding
from metadata.information_package import InformationPackage


def check(package: InformationPackage) -> Iterator[Finding]:
    """Where a METS file could not be read nothing is said of the files below it: that would be noise."""
    broken = [document.base for document in package.mets if not document.whole]
    for path in package.files:
        if path != METS and path not in package.referred and not any(path.startswith(base) for base in broken):
            yield Finding("ip.unreferenced", package.where(path))
