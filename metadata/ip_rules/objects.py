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
    where = package.where(document.path)
    if document.base:
        inside = document.base + "data/"
        for path in package.files:
            if path.startswith(inside) and path[len(document.base) :] not in document.files:
                yield Finding("ip.file-without-object", package.where(path), values={"document": document.path})
    for name, (size, digest) in document.files.items():
        path = document.base + name
        if path not in package.files or not name.startswith("data/"):
            yield Finding("ip.object-without-file", where, values={"path": name})
            continue
        if size != package.files[path]:
            values = {"said": size, "found": package.files[path]}
            yield Finding("ip.object-size-differs", package.where(path), values=values)
        expected = package.bag.payload_digest("sha256", package.where(path))
        if expected is not None and digest.lower() != expected:
            yield Finding("ip.object-digest-differs", package.where(path))
