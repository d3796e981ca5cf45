"""PREMIS describes each file of a representation's data folder once, with its size and digest (PREMIS 3.0 §1.5)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from metadata.information_package import InformationPackage, PremisDocument


def check(package: InformationPackage) -> Iterator[Finding]:
    """One to one: no file without object, no object without file."""
    for document in package.premis:
        where = package.where(document.path)
        for name in dict.fromkeys(document.repeated):
            yield Finding("ip.object-twice", where, values={"name": name})
        if document.whole:
            yield from _files(package, document)


def _files(package: InformationPackage, document: PremisDocument) -> Iterator[Finding]:
    if document.base:
        inside = document.base + "data/"
        for path in package.files:
            if path.startswith(inside) and path not in document.described:
                yield Finding("ip.file-without-object", package.where(path), values={"document": document.path})
    yield from document.wrong  # each was compared when it was read (`information_package.describe`)
