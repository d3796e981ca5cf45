"""Hands out a package as it is kept, with everything in it: once, for an approved request that asks for all of it.

What leaves is noted before it has its name outside, as every delivery is: what was not entered is taken back, by the
next run, by a withdrawal or by another way of delivering. Nothing half-written stays under the package's name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.dip import handing
from preserve.access.requests.model import Delivery, Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.steps import note_delivery
from preserve.administration.people import Person
from preserve.administration.restoring import Restored, require_same
from preserve.archival_storage.discs.extracting import extract
from preserve.archival_storage.discs.sources import Source
from preserve.archival_storage.packages import read_version, require_case
from preserve.clock import stamp
from preserve.data_management import destroyed, ledger, object_index
from preserve.data_management.database import Catalogue
from preserve.data_management.proof import anchors
from preserve.data_management.versions import Version
from preserve.errors import NotPermitted, PreserveError, Refused
from preserve.home import Home
from preserve.outputs import into_folder
from storage_adapters.durable import discard, publish
from storage_adapters.errors import StorageError


def hand_out(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    case: str,
    sources: Sequence[Source],
    *,
    to: Path,
    number: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None],
) -> Restored:
    """Write the newest package of a case below the folder `to`, and enter that the request was delivered.

    Raises NotPermitted where no approved request covers all of it (regulation Art. 21, 23), Refused where it was
    delivered before or something lies there, NotIntact where the media hold another package than was registered.
    """
    if not number:
        raise NotPermitted("request.approval-missing", case)
    with REQUESTS.claimed(home, number, "request.busy"):
        # To write, though nothing is written: before anything leaves the ledger must be the one that was signed.
        with catalogue.begin() as connection:
            _settle(home, connection, number)
            version, _ = _approved(home, connection, person, case, number)
            anchor = anchors.read_anchor(connection, version.name)
        with into_folder(to, home) as held:
            try:
                done = _put(
                    home, number, person, version, sources, held, to.absolute(), anchor.manifest, now(), progress
                )
                with catalogue.begin() as connection:
                    _, request = _approved(home, connection, person, case, number)
                    named = Restored(done.name, to / done.name, done.size)
                    _enter(connection, home, person, request, named, version, anchor.manifest, sources, now())
            except BaseException:
                with suppress(PreserveError, StorageError), catalogue.read() as connection:
                    _settle(home, connection, number)  # where it cannot be done now, the next run does it
                raise
        handing.forget(home, number)
    return named


def _settle(home: Home, connection: Connection, number: str) -> None:
    """What an earlier run handed out and did not enter is taken back: it is made anew. Raises Refused, NotIntact."""
    found = handing.noted(home, number)
    delivery = REQUESTS.read(connection, home, number).delivery
    if found is not None and delivery is not None and delivery.dip == found.delivery.dip:
        handing.forget(home, number)
    else:
        handing.take_back(home, number)


def _put(
    home: Home,
    number: str,
    person: Person,
    version: Version,
    sources: Sequence[Source],
    to: Path,
    named: Path,
    manifest: str,
    moment: datetime,
    progress: Callable[[int], None],
) -> Restored:
    """The package whole below `to`, noted before it has its name there. Raises Refused, NotIntact."""
    place, staged = to / version.name, to / f".{version.name}.part"
    if os.path.lexists(place):
        raise Refused("storage.exists-already", str(place))
    if staged.is_dir() and not staged.is_symlink():
        discard(staged, to)
    size = extract(version.name, sources, staged, progress)
    try:
        require_same(staged, manifest)
        made = Delivery(
            dip=version.name,
            by=person.account,
            when=stamp(moment),
            to="",
            form="package",
            files=0,
            size=size,
            evidence_sha256=manifest,
            certificate_sha256="",
        )
        handing.note(home, number, staged, made, named, "folder", None)
    except BaseException:
        discard(staged, to)
        raise
    publish(staged, place)
    return Restored(version.name, place, size)


def _approved(home: Home, connection: Connection, person: Person, case: str, number: str) -> tuple[Version, Request]:
    """The version that may leave now. What was approved, file by file, must be every original of it, whole."""
    request = REQUESTS.take(connection, home, person, number, "delivered").record
    objid = require_case(home, connection, case)
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


def _enter(
    connection: Connection,
    home: Home,
    person: Person,
    request: Request,
    done: Restored,
    version: Version,
    manifest: str,
    sources: Sequence[Source],
    moment: datetime,
) -> None:
    count = sum(1 for path in done.place.rglob("*") if path.is_file())
    delivery = Delivery(
        dip=version.name,
        by=person.account,
        when=stamp(moment),
        to=request.consumer.name,
        form="package",
        files=count,
        size=done.size,
        evidence_sha256=manifest,
        certificate_sha256="",
    )
    ledger.append(
        connection,
        action="package.restored",
        subject=version.objid,
        actor=person.account,
        moment=moment,
        details={
            "name": version.name,
            "from": [source.marker().identity for source in sources],
            "to": str(done.place),
            "request": request.number,
        },
    )
    note_delivery(connection, home, person, request, delivery, moment)
