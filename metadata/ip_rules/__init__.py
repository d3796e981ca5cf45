"""The rules of an E-ARK information package with PREMIS (CSIP 2.2, AIP 2.2), one a module; `check` yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from metadata.findings import Finding
from metadata.information_package import InformationPackage
from metadata.ip_rules import identifiers, layout, objects, provenance, references, representations, size, unreferenced

RULES: tuple[Callable[[InformationPackage], Iterator[Finding]], ...] = (
    layout.check,
    representations.check,
    references.check,
    unreferenced.check,
    identifiers.check,
    objects.check,
    provenance.check,
    size.check,
)
