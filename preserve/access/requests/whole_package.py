"""Hands out a package as it is kept, with everything in it: once, for an approved request that asks for all of it.

Killed after the package is whole and before that is written down, the next run finds it, proves it again and enters
it; killed earlier, it begins anew. Nothing half-written stays under the package's name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from metadata.verify import verify_package
from preserve.access.requests.deeds import note_delivery
from preserve.access.requests.model import Delivery, Request
from preserve.access.requests.procedure import REQUESTS
from preserve.administration.people import Person
from preserve.administration.restoring import Restored, require_same
from preserve.archival_storage.discs.extracting import extract
from preserve.archival_storage.discs.sources import Source
from preserve.archival_storage.packages import Version, read_version, require_case
from preserve.clock import stamp
from preserve.data_management import anchors, gone, ledger
from preserve.data_management.database import Catalogue
from preserve.data_management.tables import files
from preserve.errors import NotIntact, NotPermitted, Refused
from preserve.home import Home
from preserve.outputs import into_folder
from storage_adapters.durable import discard, publish


def hand_out(
    home: Home, catalogue: Catalogue, person: Person, case: str, sources: Sequence[Source], *, to: Path, number: str,
    now: Callable[[], datetime], progress: Callable[[int], None],
) -> Restored:  # fmt: skip
    """Write the newest package of a case below the folder `to`, and enter that the request was delivered.

    Raises NotPermitted where no approved request covers all of it (regulation Art. 21, 23), Refused where it was
    delivered before or something lies there, NotIntact where the media hold another package than was registered.
    """
    if not number:
        raise NotPermitted("request.approval-missing", case)
    with REQUESTS.claimed(home, number, "request.busy"):
        with catalogue.read() as connection:
            version, _ = _approved(home, connection, person, case, number)
            anchor = anchors.read_anchor(connection, version.name)
        with into_folder(to, home) as held:
            done = _put(version, sources, held, anchor.manifest, progress)
            with catalogue.begin() as connection:
                try:
                    _, request = _approved(home, connection, person, case, number)
                except (Refused, NotPermitted):  # it was withdrawn meanwhile: nothing of it may stay there
                    discard(done.place, held)
                    raise
                named = Restored(done.name, to / done.name, done.size)
                _enter(connection, home, person, request, named, version, anchor.manifest, sources, now())
    return named


def _put(
    version: Version, sources: Sequence[Source], to: Path, manifest: str, progress: Callable[[int], None]
) -> Restored:
    """The package whole below `to`: written now, or by an earlier run. Raises Refused, NotIntact."""
    place, staged = to / version.name, to / f".{version.name}.part"
    if place.exists():
        _adopt(place, manifest)
        return Restored(version.name, place, _size(place))
    if staged.exists():
        discard(staged, to)
    size = extract(version.name, sources, staged, progress)
    try:
        require_same(staged, manifest)
    except NotIntact:
        discard(staged, to)
        raise
    publish(staged, place)
    return Restored(version.name, place, size)


def _approved(
    home: Home, connection: Connection, person: Person, case: str, number: str
) -> tuple[Version, Request]:  # fmt: skip
    """The version that may leave now. What was approved, file by file, must be every original of it, whole."""
    request = REQUESTS.take(connection, home, person, number, "delivered").record
    objid = require_case(home, connection, case)
    gone.refuse(connection, objid)
    version = read_version(connection, objid)
    here = (files.c.objid == objid, files.c.version == version.version, files.c.representation == "original")
    originals = set(connection.execute(select(files.c.identifier).where(*here)).scalars())
    seen = request.examination
    given = seen.selection if seen is not None else ()
    whole = {
        one.identifier for one in given
        if one.objid == objid and one.representation == "original" and one.begin is None and not one.redacted
    }  # fmt: skip
    if seen is None or seen.left_out or seen.redaction or request.cases != (objid,) or whole != originals:
        raise NotPermitted("request.approval-does-not-cover", case, number=number)
    return version, request


def _adopt(place: Path, manifest: str) -> None:
    """What lies there is what an earlier run handed out whole. Raises Refused for anything else."""
    try:
        require_same(place, manifest)
        whole = verify_package(place, from_medium=True).intact
    except NotIntact:
        whole = False
    if not whole:
        raise Refused("storage.exists-already", str(place))


def _size(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


def _enter(
    connection: Connection, home: Home, person: Person, request: Request, done: Restored, version: Version,
    manifest: str, sources: Sequence[Source], moment: datetime,
) -> None:  # fmt: skip
    count = sum(1 for path in done.place.rglob("*") if path.is_file())
    delivery = Delivery(
        dip=version.name, by=person.account, when=stamp(moment), to=request.consumer.name, form="package", files=count,
        size=done.size, evidence_sha256=manifest, certificate_sha256="",
    )  # fmt: skip
    ledger.append(
        connection, action="package.restored", subject=version.objid, actor=person.account, moment=moment,
        details={"name": version.name, "from": [source.marker().identity for source in sources],
                 "to": str(done.place), "request": request.number},
    )  # fmt: skip
    note_delivery(connection, home, person, request, delivery, moment)
