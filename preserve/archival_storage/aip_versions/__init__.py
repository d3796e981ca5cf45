"""The next version of a package out of the one before: the same case, the same identifier, told what it supersedes.

The old version stays as it is, byte for byte. What is carried over is compared with the old manifests, which are held
against the ledger, while it is copied or shared: a damaged file is never passed on.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path

from ulid import ULID

from preserve.archival_storage.aip_versions import copy_unchanged, describing, publish
from preserve.archival_storage.aip_versions.change import Change, Renewal, Shown, Succeeded
from preserve.archival_storage.aip_versions.previous import PreviousVersion, previous_version
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packing import attempts, publishing
from preserve.clock import now, stamp
from preserve.data_management import cases
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue
from preserve.data_management.proof import anchors
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.messages import speaking
from preserve.work import claim, require_space
from storage_adapters.contract import CopyRef
from storage_adapters.medium_errors import on_medium
from storage_adapters.sharing import Way

__all__ = ["Change", "PreviousVersion", "Renewal", "Shown", "Succeeded", "previous_version", "succeed"]


def succeed(
    home: Home, catalogue: Catalogue, name: str, change: Change, *, actor: str, progress: Callable[[int], None]
) -> Succeeded:
    """Make the next version of the package `name`, without what the change drops and with what it tells.

    Killed at any moment, the same call goes on. Raises Refused where another run works on the case or `name` is not its
    newest version; NotIntact where the old package is not what the ledger holds it to be; the medium's errors.
    """
    if change.action not in anchors.ANCHORING:
        raise PreserveError("storage.no-anchoring-action", change.action)
    adapter = server_store(home)
    adapter.require()
    with catalogue.read() as connection:
        old = previous_version(home, connection, name)
        number = cases.read(connection, old.objid).case_number
    with claim(home.work, number):
        with catalogue.read() as connection:
            old = previous_version(home, connection, name)  # nobody else changes it from here on
            version = old.version + 1
            new_name = f"{old.objid}_v{version:04}"
            published = publish.is_published(connection, adapter, old.objid, new_name)
        if published:
            return publish.enter(Archive(home, catalogue), old, version, change, actor=actor, counts=None)
        adapter.bring(CopyRef(old.name), progress=progress)
        here, held = str(ULID()).lower(), catalogue.while_held
        staging = attempts.begin(adapter, home.work, new_name, here, held, resumed=False).package
        way = copy_unchanged.way_of(home, old, staging)
        require_space(home.store, copy_unchanged.own_bytes(old, way), home.settings.reserve)
        with on_medium(staging):
            counts = _make(Archive(home, catalogue), old, staging, change, way, actor, progress)
        return publish.enter(Archive(home, catalogue), old, version, change, actor=actor, counts=counts)


def _make(
    archive: Archive,
    old: PreviousVersion,
    staging: Path,
    change: Change,
    way: Way,
    actor: str,
    progress: Callable[[int], None],
) -> tuple[int, int]:
    home, catalogue = archive.home, archive.catalogue
    adapter, version = server_store(home), old.version + 1
    algorithms = tuple(home.settings.digests)
    root = staging / "data" / old.objid
    dropped = describing.dropped_objects(old, change.drop)
    paths = [path for path in copy_unchanged.stays(old) if path not in change.without]
    for role in old.roles():
        paths += [copy_unchanged.data_path(role, o.path) for o in old.objects(role) if o.identifier not in dropped]
    carried = copy_unchanged.carry(old, root, paths, algorithms, progress, way=way)
    moment = stamp(now())
    with speaking(home.settings.language):
        described = describing.describe(
            describing.Writing(old, version, root, algorithms, change, dropped, carried, actor, moment)
        )

    counts = publish.seal(staging, old, version, algorithms, chain(carried.values(), described), moment)
    with publishing.required_structure(staging, counts[0], old.objid):
        publishing.read_back(staging, algorithms, adapter, old.objid, progress)
    publish.publish(catalogue, adapter, staging, old, counts, actor)
    return counts
