"""Every representation has its METS and PREMIS, and the originals are there (CSIP 2.2 §2; AIP 2.2)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata import csip
from metadata.findings import Finding
from metadata.information_package import InformationPackage


def check(package: InformationPackage) -> Iterator[Finding]:
    """The OBJID of a representation is its folder's name."""
    roles = sorted(
        {path.split("/")[1] for path in package.files if path.startswith("representations/") and path.count("/") > 1}
    )
    # A delivery may hold nothing but copies that somebody may see.
    if "original" not in roles and not (package.kind == "DIP" and roles):
        yield Finding("ip.original-missing", package.where("representations/original"))
    for base in ["", *(f"representations/{role}/" for role in roles)]:
        for name in (csip.METS, csip.PREMIS):
            if base + name not in package.files:
                yield Finding("ip.document-missing", package.where(base + name))
    for document in package.mets:
        folder = document.base.rstrip("/").rpartition("/")[2]
        if document.base and document.whole and document.objid != folder:
            yield Finding(
                "ip.representation-name",
                package.where(document.path),
                values={"objid": document.objid, "folder": folder},
            )
