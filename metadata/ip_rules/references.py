"""Every href of METS leads to a file of the package with the size and digest it says (METS 1.12; CSIP66–CSIP79)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding, Value
from metadata.information_package import InformationPackage, MetsDocument
from metadata.mets import Reference


def check(package: InformationPackage) -> Iterator[Finding]:
    """Nothing is hashed here: the manifests' digests are what the bytes are compared with."""
    for document in package.mets:
        for href, references in document.targets.items():
            path = document.path_of(href)
            for reference in references:
                yield from _check(package, document, reference, path)


def _check(
    package: InformationPackage, document: MetsDocument, reference: Reference, path: str | None
) -> Iterator[Finding]:
    where = package.where(document.path)
    if path is None:
        yield Finding("ip.href-refused", where, values={"href": reference.href})
        return
    if path not in package.files:
        yield Finding("ip.target-missing", where, values={"href": reference.href})
        return
    if reference.element == "mptr":
        return
    target = package.where(path)
    if reference.size is None:
        yield Finding("ip.size-missing", target, values={"document": document.path})
    elif reference.size != package.files[path]:
        values: dict[str, Value] = {"said": reference.size, "found": package.files[path], "document": document.path}
        yield Finding("ip.size-differs", target, values=values)
    if not reference.checksum:
        yield Finding("ip.checksum-missing", target, values={"document": document.path})
        return
    algorithm = reference.checksum_type.lower().replace("-", "")
    digest = package.bag.payload_digest(algorithm, target)
    if digest is None:
        # A file that the manifest does not list is the bag rules' to name.
        if f"manifest-{algorithm}.txt" not in package.bag.digests:
            values_ = {"document": document.path, "algorithm": reference.checksum_type}
            yield Finding("ip.checksum-not-comparable", target, values=values_)
    elif digest != reference.checksum:
        yield Finding("ip.checksum-differs", target, values={"document": document.path})
