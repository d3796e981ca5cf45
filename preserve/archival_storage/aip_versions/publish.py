"""Seals a new version, reads it back, publishes it, and enters it in catalogue and ledger.

What is sealed is written into the ledger before the rename, so that a run that comes after a kill enters nothing but
the very package that was sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from preserve import __version__
from preserve.archival_storage.aip_versions.change import Change, Succeeded
from preserve.archival_storage.aip_versions.copy_unchanged import saved
from preserve.archival_storage.aip_versions.previous import PreviousVersion
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packing import publishing
from preserve.archival_storage.packing.listing import Described
from preserve.archival_storage.packing.sealing import seal as seal_package
from preserve.archival_storage.store import Store
from preserve.clock import now
from preserve.data_management import case_digests, ledger, sealing
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue
from preserve.data_management.package_index import enter_package
from preserve.data_management.package_reading import read_package
from preserve.data_management.proof import anchors
from preserve.errors import NotIntact
from storage_adapters.contract import CopyRef

SEALED = "version.sealed"
_CHANGES = frozenset({"Bagging-Date", "Payload-Oxum", "Bag-Size", "Bag-Software-Agent", "AIP-Version"})


def seal(
    package: Path,
    old: PreviousVersion,
    version: int,
    algorithms: tuple[str, ...],
    payload: Iterable[Described],
    moment: str,
) -> tuple[int, int]:
    """Make the folder a bag that says which version it is; return payload files and bytes."""

    def info(count: int, size: int) -> Iterator[tuple[str, str]]:
        new = {
            "Bagging-Date": moment[:10],
            "Payload-Oxum": f"{size}.{count}",
            "Bag-Size": f"{size} bytes",
            "Bag-Software-Agent": f"preserve {__version__}",
            "AIP-Version": str(version),
        }
        for label, value in old.info():
            yield label, new[label] if label in _CHANGES else value

    return seal_package(package, algorithms, payload, info)


def publish(
    catalogue: Catalogue, adapter: Store, package: Path, old: PreviousVersion, counts: tuple[int, int], actor: str
) -> None:
    """Write the manifest's digest of a package that was read back into the ledger, and rename it."""
    count, size = counts
    name = f"{old.objid}_v{old.version + 1:04}"
    details = {"name": name, "files": count, "bytes": size, **anchors.details(package)}
    with catalogue.begin() as connection:
        ledger.append(connection, action=SEALED, subject=old.objid, actor=actor, details=details, moment=now())
    publishing.publish(name, package, size, adapter, held=catalogue.while_held)


def is_published(connection: Connection, adapter: Store, objid: str, name: str) -> bool:
    """Whether an earlier run got as far as the rename. Raises NotIntact where something else lies there."""
    if not adapter.has(CopyRef(name)):
        return False
    found = anchors.details(adapter.path(CopyRef(name)))
    told = [entry.details for entry in ledger.about(connection, objid, SEALED)]
    mine = [one for one in told if one["name"] == name]
    # Each that was sealed had been read back; an attempt that was stopped then may have published late.
    if not any(all(one[key] == value for key, value in found.items()) for one in mine):
        raise NotIntact("storage.published-unknown", name)
    return True


def enter(
    archive: Archive,
    old: PreviousVersion,
    version: int,
    change: Change,
    *,
    actor: str,
    counts: tuple[int, int] | None,
    also: Callable[[Connection], None] = lambda connection: None,
) -> Succeeded:
    """One transaction enters the published version; `also` writes what belongs with it.

    Without `counts` an earlier run published it, and it is read again first. Raises NotIntact.
    """
    home, adapter = archive.home, server_store(archive.home)
    name = f"{old.objid}_v{version:04}"
    count, size = counts or publishing.prove_published(adapter, CopyRef(name), old.objid, archive.catalogue.while_held)
    location = adapter.path(CopyRef(name))
    shared = 0 if adapter.is_away else saved(old, location)
    moment = now()
    details: dict[str, Any] = {
        "dropped": len(change.drop),
        **change.details,
        "name": name,
        "version": version,
        "supersedes": old.name,
        "files": count,
        "bytes": size,
        "shared": shared,
        **anchors.details(location),
    }
    tokens = not archive.catalogue.is_on_a_server
    with read_package(location, tokens=tokens) as read, archive.catalogue.begin() as connection:
        enter_package(connection, read)
        for state in ("written", "verified"):
            change_copy(connection, name, adapter.identity, state, actor=actor, moment=moment)
        details |= case_digests.of_version(connection, old.objid, version)
        ledger.append(connection, action=change.action, subject=old.objid, actor=actor, details=details, moment=moment)
        also(connection)
    sealing.close_segment(home, archive.catalogue)
    adapter.let_go(CopyRef(old.name))
    return Succeeded(old.objid, name, version, location, count, size, shared)
