"""Hands out a package as it is kept, with everything in it: once, for an approved request that asks for all of it.

What leaves is noted before it has its name outside, as every delivery is: what was not entered is taken back, by the
next run, by a withdrawal or by another way of delivering. Nothing half-written stays under the package's name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from preserve.access import attempts
from preserve.access.dip import handing
from preserve.access.requests.model import Delivery, Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.steps import note_delivery
from preserve.administration.actor import Actor
from preserve.administration.restoring import Restored, require_same
from preserve.archival_storage.discs.extracting import extract
from preserve.archival_storage.discs.sources import Source
from preserve.archival_storage.packages import read_version, require_case
from preserve.clock import stamp
from preserve.data_management import destroyed, ledger, object_index
from preserve.data_management.proof import anchors
from preserve.data_management.versions import Version
from preserve.errors import Conflict, NotPermitted, PreserveError
from preserve.outputs import into_folder
from preserve.progress import Progress
from storage_adapters.durable import publish
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class _Leaving:
    """The package that leaves: for which request, which version with which manifest, and from which media."""

    number: str
    version: Version
    manifest: str
    sources: Sequence[Source]


def hand_out(
    actor: Actor, case: str, sources: Sequence[Source], *, to: Path, number: str, progress: Progress
) -> Restored:
    """Write the newest package of a case below the folder `to`, and enter that the request was delivered.

    Raises NotPermitted where no approved request covers all of it (regulation Art. 21, 23), Refused where it was
    delivered before or something lies there, NotIntact where the media hold another package than was registered.
    """
    home = actor.home
    if not number:
        raise NotPermitted("request.approval-missing", case)
    with REQUESTS.claimed(home, number, "request.busy"):
        # To write, though nothing is written: before anything leaves the ledger must be the one that was signed.
        with actor.catalogue.begin() as connection:
            _settle(actor, connection, number)
            version, _ = _approved(connection, actor, case, number)
            leaving = _Leaving(number, version, anchors.read_anchor(connection, version.name).manifest, sources)
        with into_folder(to, home) as held:
            try:
                restored = _put(actor, leaving, held, to.absolute(), progress)
                named = Restored(restored.name, to / restored.name, restored.size)
                with actor.catalogue.begin() as connection:
                    _, request = _approved(connection, actor, case, number)
                    _enter(connection, actor, request, leaving, named)
            except BaseException:
                # Where it cannot be done now, the next run does it; who took over may have made its own of it.
                with suppress(PreserveError, StorageError), actor.catalogue.read() as connection:
                    _settle(actor, connection, number)
                raise
        handing.forget(home, number)
    return named


def _settle(actor: Actor, connection: Connection, number: str) -> None:
    """What an earlier run handed out and did not enter is taken back: it is made anew. Raises Refused, NotIntact."""
    home, held = actor.home, actor.catalogue.while_held
    noted = handing.noted(home, number)
    delivery = REQUESTS.read(connection, home, number).delivery
    if noted is not None and delivery is not None and delivery.dip == noted.delivery.dip:
        with held():
            handing.forget(home, number)
    else:
        handing.take_back(home, number, held)


def _put(actor: Actor, leaving: _Leaving, to: Path, named: Path, progress: Progress) -> Restored:
    """The package whole below `to`, noted before it has its name there. Raises Refused, NotIntact, Busy."""
    name, held = leaving.version.name, actor.catalogue.while_held
    place, former = to / name, attempts.left(to, name)
    if os.path.lexists(place):
        raise Conflict("storage.exists-already", str(place))
    with held():
        attempts.remove(former, to)
    staged = attempts.own(to, name)
    try:
        size = extract(name, leaving.sources, staged, progress)
        require_same(staged, leaving.manifest)
        delivery = _delivery(actor, leaving, to="", files=0, size=size)
        with held():
            handing.note(actor.home, leaving.number, staged, delivery, named, "folder", None)
            publish(staged, place)
    except BaseException:
        attempts.remove([staged], to)
        raise
    return Restored(name, place, size)


def _delivery(actor: Actor, leaving: _Leaving, *, to: str, files: int, size: int) -> Delivery:
    return Delivery(
        dip=leaving.version.name,
        by=actor.account,
        when=stamp(actor.now()),
        to=to,
        form="package",
        files=files,
        size=size,
        evidence_sha256=leaving.manifest,
        certificate_sha256="",
    )


def _approved(connection: Connection, actor: Actor, case: str, number: str) -> tuple[Version, Request]:
    """The version that may leave now. What was approved, file by file, must be every original of it, whole."""
    request = REQUESTS.take(connection, actor.home, actor.person, number, "delivered").record
    objid = require_case(actor.home, connection, case)
    destroyed.refuse(connection, objid)
    version = read_version(connection, objid)
    originals = {one.identifier for one in object_index.of_version(connection, objid, version.version, "original")}
    seen = request.examination
    given = seen.selection if seen is not None else ()
    whole = {
        one.identifier
        for one in given
        if one.objid == objid and one.representation == "original" and one.begin is None and not one.redacted
    }
    if seen is None or seen.left_out or seen.redaction or request.cases != (objid,) or whole != originals:
        raise NotPermitted("request.approval-does-not-cover", case, number=number)
    return version, request


def _enter(connection: Connection, actor: Actor, request: Request, leaving: _Leaving, restored: Restored) -> None:
    count = sum(1 for path in restored.place.rglob("*") if path.is_file())
    ledger.append(
        connection,
        action="package.restored",
        subject=leaving.version.objid,
        actor=actor.account,
        moment=actor.now(),
        details={
            "name": leaving.version.name,
            "from": [source.marker().identity for source in leaving.sources],
            "to": str(restored.place),
            "request": request.number,
        },
    )
    delivery = _delivery(actor, leaving, to=request.consumer.name, files=count, size=restored.size)
    note_delivery(connection, actor, request, delivery)
