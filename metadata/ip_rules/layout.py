"""The folder of an information package is named as its OBJID, and so is the bag (CSIP1, CSIPSTR4; AIP 2.2 §4)."""

from __future__ import annotations

from collections.abc import Iterator

from metadata.findings import Finding
from metadata.information_package import InformationPackage


def check(package: InformationPackage) -> Iterator[Finding]:
    """Another name of the bag is a warning only: whoever restores a copy may put it where he likes."""
    for name in package.bag.inventory.files:
        if name.startswith("data/") and not name.startswith(package.prefix):
            yield Finding("ip.outside-package", name, values={"package": package.name})
    root = next((met for met in package.mets if met.path == "METS.xml"), None)
    if root is None or not root.whole:
        return
    if root.objid != package.name:
        yield Finding("ip.folder-name", package.where(""), values={"objid": root.objid, "folder": package.name})
    elif not package.bag.name.startswith(root.objid):
        yield Finding("ip.bag-name", "", "warning", {"objid": root.objid, "folder": package.bag.name})
