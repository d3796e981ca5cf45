"""In a METS file no xs:ID stands twice and every xs:IDREF leads to one (XML Schema 1.0 §3.3.8)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from metadata.information_package import InformationPackage


def check(package: InformationPackage) -> Iterator[Finding]:
    """A schema validator that reads a stream compares neither, so that it is done here."""
    for document in package.mets:
        where = package.where(document.path)
        for identifier in dict.fromkeys(document.identifiers.repeated):
            yield Finding("ip.identifier-twice", where, values={"identifier": identifier})
        if document.whole:
            for element, attribute, identifier in document.identifiers.dangling():
                values = {"element": element, "attribute": attribute, "identifier": identifier}
                yield Finding("ip.identifier-dangling", where, values=values)
