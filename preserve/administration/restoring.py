"""Gets packages back from discs and drives; every act is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from preserve.archival_storage.copies import TRANSITIONS, change_copy
from preserve.archival_storage.discs.extracting import extract
from preserve.archival_storage.discs.sources import Source
from preserve.archival_storage.media import server_store, store_identity
from preserve.archival_storage.packages import read_version, require_registered
from preserve.archival_storage.packing import attempts
from preserve.archival_storage.packing.publishing import prove_published, publish
from preserve.data_management import cases, destroyed, holdings, leases, ledger
from preserve.data_management.cases import find_case
from preserve.data_management.database import Catalogue
from preserve.data_management.proof import anchors
from preserve.data_management.versions import Version
from preserve.errors import Conflict, NotIntact
from preserve.home import Home
from preserve.work import claim
from storage_adapters.contract import CopyRef
from storage_adapters.durable import discard, drop_file, write_file
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file

RESTORED = "package.restored"


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

    Raises Refused where the store still has it or another run works on the case, NotIntact where the media hold another
    package than was registered. Called again after a kill it goes on, and tells it once.
    """
    act = _Act(home, catalogue, actor, now, progress)
    with catalogue.read() as connection:
        objid = find_case(connection, name) or name
        destroyed.refuse(connection, objid)
        destroyed.refuse(connection, name)
        require_registered(home, connection, objid)
        version = read_version(connection, name if name.startswith(f"{objid}_v") else objid)
        destroyed.refuse(connection, version.name)
        named = cases.names_of(connection, [version.objid]).get(version.objid)
    with claim(home.work, named.case_number if named else version.objid, "storage.case-in-hand"):
        if server_store(home).has(CopyRef(version.name)):
            return _found(act, version, sources)
        return _bring(act, version, sources)


@dataclass(frozen=True, slots=True)
class _Act:
    """One restoring: where, by whom, and who hears of it."""

    home: Home
    catalogue: Catalogue
    actor: str
    now: Callable[[], datetime]
    progress: Callable[[int], None]

    def mark(self, name: str) -> Path:
        """Says that a package may be published and not told yet: what the ledger had before it was."""
        return self.home.work / f"restoring-{name}"


def _bring(act: _Act, version: Version, sources: Sequence[Source]) -> Restored:
    """Build it in a folder of this attempt, publish it, and tell it."""
    home, catalogue, name = act.home, act.catalogue, version.name
    with catalogue.read() as connection:
        destroyed.refuse(connection, version.objid)
        destroyed.refuse(connection, name)
        anchor = anchors.read_anchor(connection, name)
        told = ledger.size(connection)
    store = server_store(home)
    staged = attempts.anew(store.incoming, name, catalogue.while_held)
    try:
        size = extract(name, sources, staged, act.progress)
        require_same(staged, anchor.manifest)
    except NotIntact:
        discard(staged, staged.parent)
        raise
    except StorageError:
        attempts.require_held(catalogue.while_held)  # who took over has removed the folder: the medium is well
        raise
    write_file(act.mark(name), str(told).encode(), durable=True)
    receipt = publish(name, staged, size, store, act.progress, catalogue.while_held)
    _record(act, version, receipt.location, sources)
    return Restored(name, Path(receipt.location), size)


def _found(act: _Act, version: Version, sources: Sequence[Source]) -> Restored:
    """The store has it: an earlier attempt published it, and was cut off; or it was never lost. Raises Refused."""
    mark, name, store = act.mark(version.name), version.name, server_store(act.home)
    if not mark.exists():
        if leases.is_later_attempt():  # all was done by the attempt before this one, but saying so
            return Restored(name, Path(store.place(CopyRef(name))), version.size)
        raise Conflict("storage.exists-already", name)
    place, before = store.place(CopyRef(name)), int(mark.read_bytes())
    with act.catalogue.read() as connection:
        anchor = anchors.read_anchor(connection, name)
        since = takewhile(lambda entry: entry.number > before, ledger.newest(connection, version.objid, RESTORED))
        is_told = any((entry.details["name"], entry.details["to"]) == (name, place) for entry in since)
    require_same(store.path(CopyRef(name)), anchor.manifest)
    _, size = prove_published(store, CopyRef(name), version.objid, act.catalogue.while_held)
    if is_told:
        drop_file(mark, mark.parent)
    else:
        _record(act, version, place, sources)
    return Restored(name, Path(place), size)


def require_same(place: Path, wanted: str) -> None:
    """Raises NotIntact where the package at a place has another manifest than the one that was registered."""
    sha256 = digest_file(place / "manifest-sha256.txt", ("sha256",))[1]["sha256"]
    if sha256 != wanted:
        raise NotIntact("storage.manifest-altered", str(place), wanted=wanted, found=sha256)


def _record(act: _Act, version: Version, place: str, sources: Sequence[Source]) -> None:
    moment, medium, name = act.now(), store_identity(act.home), version.name
    with act.catalogue.begin() as connection:
        row = holdings.read_copy(connection, name, medium)
        for state in ("suspect", "repaired", "verified"):
            if row is not None and state in TRANSITIONS[row.state]:
                row = change_copy(connection, name, medium, state, actor=act.actor, moment=moment)
        ledger.append(
            connection,
            action=RESTORED,
            subject=version.objid,
            actor=act.actor,
            moment=moment,
            details={"name": name, "from": [source.marker().identity for source in sources], "to": place},
        )
    drop_file(act.mark(name), act.home.work)
