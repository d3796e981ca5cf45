"""Every href of METS leads to a file of the package with the size and digest it says (METS 1.12; CSIP66–CSIP79)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from metadata.information_package import InformationPackage


def check(package: InformationPackage) -> Iterator[Finding]:
    """Nothing is hashed here: the manifests' digests are what the bytes are compared with.

    Each reference was compared when it was read (`information_package.refer`).
    """
    for document in package.mets:
        yield from document.wrong
