"""What the ledger holds a package to: the digests of its manifests, written down when it was registered.

Copies may agree with each other and be wrong together; a copy is right when its manifest has the digest that stands
in the ledger, under a signed checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from preserve.data_management import ledger
from preserve.data_management.tables import versions
from preserve.errors import NotIntact

REGISTERED = "case.registered"
REPRESERVED = "case.represerved"
REDUCED = "case.reduced"
ANCHORING = (REGISTERED, REPRESERVED, REDUCED)
"""The actions that enter a package: a case's first version, one re-preserved, one that lost a part by decision."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A package and its digests (SHA-256, hex): of `manifest-sha256.txt` and of `tagmanifest-sha256.txt`."""

    name: str
    objid: str
    entry: int
    manifest: str
    tagmanifest: str


def details(root: Path) -> dict[str, str]:
    """What a registration entry says of the manifests of the package at `root`. Raises OSError."""
    from storage_adapters.reading import digest_file  # who reads the catalogue alone pays for no medium

    names = ("manifest", "tagmanifest")
    return {f"{name}_sha256": digest_file(root / f"{name}-sha256.txt", ("sha256",))[1]["sha256"] for name in names}


def anchor_in(entry: Mapping[str, Any]) -> Anchor | None:
    """The anchor that an entry of the ledger sets, where it registers a package."""
    if entry["action"] not in ANCHORING or "manifest_sha256" not in entry["details"]:
        return None
    details = entry["details"]
    return Anchor(
        details["name"], entry["subject"], entry["number"], details["manifest_sha256"], details["tagmanifest_sha256"]
    )


def read_anchor(connection: Connection, name: str) -> Anchor:
    """The anchor of a package, held against the catalogue. Raises NotIntact where they contradict or there is none."""
    objid = name.rpartition("_v")[0]
    anchors = [anchor_in(entry.data) for entry in ledger.about(connection, objid, *ANCHORING)]
    mine = [anchor for anchor in anchors if anchor is not None and anchor.name == name]
    if not mine:
        raise NotIntact("ledger.no-anchor", name)
    known = connection.execute(select(versions.c.manifest_sha256).where(versions.c.name == name)).scalar()
    if known is not None and known != mine[-1].manifest:
        raise NotIntact("ledger.contradicts-catalogue", name, wanted=mine[-1].manifest, found=known)
    return mine[-1]
