"""Gets packages back from discs and drives; every act is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from preserve.archival_storage.copies import TRANSITIONS, change_copy
from preserve.archival_storage.discs.extracting import extract
from preserve.archival_storage.discs.sources import Source
from preserve.archival_storage.media import server_store, store_identity
from preserve.archival_storage.packages import read_version, require_registered
from preserve.archival_storage.packing.publishing import publish
from preserve.data_management import destroyed, holdings, ledger
from preserve.data_management.cases import find_case
from preserve.data_management.database import Catalogue
from preserve.data_management.proof import anchors
from preserve.errors import Conflict, NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef
from storage_adapters.durable import discard
from storage_adapters.reading import digest_file


@dataclass(frozen=True, slots=True)
class Restored:
    """A package that was taken back: where it lies now and its bytes."""

    name: str
    place: Path
    size: int


def restore_package(
    home: Home,
    catalogue: Catalogue,
    name: str,
    sources: Sequence[Source],
    *,
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda moved: None,
) -> Restored:
    """Write a package back into the server store where it is lost there; `access.requests` hands packages out.

    Raises Refused where the store still has it, NotIntact where the media hold another package than was registered.
    """
    with catalogue.read() as connection:
        objid = find_case(connection, name) or name
        destroyed.refuse(connection, objid)
        destroyed.refuse(connection, name)
        require_registered(home, connection, objid)
        version = read_version(connection, name if name.startswith(f"{objid}_v") else objid)
        destroyed.refuse(connection, version.name)
        anchor = anchors.read_anchor(connection, version.name)
    store = server_store(home)
    if store.has(CopyRef(version.name)):
        raise Conflict("storage.exists-already", version.name)
    staged = store.staging(version.name)
    if staged.exists():
        discard(staged, staged.parent)
    size = extract(version.name, sources, staged, progress)
    try:
        require_same(staged, anchor.manifest)
    except NotIntact:
        discard(staged, staged.parent)
        raise
    receipt = publish(version.name, staged, size, store, progress)
    with catalogue.begin() as connection:
        _back_in_store(connection, home, version.name, actor, now())
    _record(catalogue, version.objid, version.name, receipt.location, sources, actor, now())
    return Restored(version.name, Path(receipt.location), size)


def require_same(place: Path, wanted: str) -> None:
    """Raises NotIntact where the package at a place has another manifest than the one that was registered."""
    sha256 = digest_file(place / "manifest-sha256.txt", ("sha256",))[1]["sha256"]
    if sha256 != wanted:
        raise NotIntact("storage.manifest-altered", str(place), wanted=wanted, found=sha256)


def _back_in_store(connection: Connection, home: Home, name: str, actor: str, moment: datetime) -> None:
    medium = store_identity(home)
    row = holdings.read_copy(connection, name, medium)
    for state in ("suspect", "repaired", "verified"):
        if row is not None and state in TRANSITIONS[row.state]:
            row = change_copy(connection, name, medium, state, actor=actor, moment=moment)


def _record(
    catalogue: Catalogue, objid: str, name: str, place: str, sources: Sequence[Source], actor: str, moment: datetime
) -> None:
    with catalogue.begin() as connection:
        ledger.append(
            connection,
            action="package.restored",
            subject=objid,
            actor=actor,
            moment=moment,
            details={"name": name, "from": [source.marker().identity for source in sources], "to": place},
        )
