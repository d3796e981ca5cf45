"""Gets the whole archive back from discs and drives alone: beside its place, and into it by one rename."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.disposal.tombstones import after_rebuild
from preserve.administration.founding import Plan, lay_out
from preserve.administration.people import OF_HOUSE
from preserve.administration.restored_medium import enter_medium
from preserve.administration.sites import clear, is_store_of, publish_site, site
from preserve.archival_storage.discs.extracting import extract, whole_or_parts
from preserve.archival_storage.discs.sources import Source
from preserve.archival_storage.media import establish_store, server_store
from preserve.archival_storage.media_contents import take_records
from preserve.archival_storage.medium_ledger import entry_texts
from preserve.data_management import checkpoints, destroyed, fonds, ledger, rebuild_looks, sealing
from preserve.data_management.database import open_catalogue
from preserve.data_management.rebuild import rebuild
from preserve.errors import MediumProblem, NotIntact, Refused
from preserve.home import Home, open_home
from storage_adapters.contract import CopyRef, Package
from storage_adapters.directory import MARKER
from storage_adapters.durable import discard, drop_file, write_file, write_stream
from storage_adapters.errors import CopyUnknown, MediumFull, ReadOnly, StorageError
from storage_adapters.marker import Marker, is_signed_by

_FIRST = 20
"""Among so many first entries a house entered the fonds of an archive that it founded."""


@dataclass(frozen=True, slots=True)
class ArchiveRestored:
    """A whole archive that was taken back: packages, entries of the ledger, the key that signed the old ledger."""

    home: Home
    packages: int
    entries: int
    former_key: str
    findings: tuple[Finding, ...]


def restore_archive(
    path: Path,
    sources: Sequence[Source],
    *,
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda moved: None,
) -> ArchiveRestored:
    """Make a home at `path` from media alone: packages, ledger, catalogue; a new signing key beside the old public one.

    Nothing lies at `path` before all of it is there. Killed at any moment, the same call goes on with the packages that
    it had brought back. The newest ledger among the media counts; its checkpoint must be signed by the public key that
    lies beside it, whose fingerprint a person should compare with a printed label or certificate.

    Raises Refused where something lies at `path` or the media are of more than one archive, NotIntact where a ledger
    contradicts its checkpoint, Busy while another call makes a home there.
    """
    with site(path, "restoring") as building:
        origin = _origin(sources)
        kept = building / "store" / "packages" if is_store_of(building / "store", origin.archive) else None
        clear(building, kept)
        plan = Plan(origin.archive, origin.institution, digests=_digests(sources), former=origin.keys)
        plan = dataclasses.replace(plan, fonds=_fonds(origin.newest))
        own = lay_out(building, plan)
        home = open_home(building)
        drop_file(home.store / MARKER, home.store)  # of an earlier call
        establish_store(home)
        _bring_ledger(home, origin.newest, sources)
        count, findings = _bring_packages(home, origin.newest, sources, progress)
        drop_file(home.catalogue, home.path)  # the empty one that was laid out
        lost: list[Finding] = []

        def finish(connection: Connection) -> None:
            told = _Told(own, count, actor, now())
            lost.extend(_last_entries(home, connection, sources, origin, told))
            after_rebuild(home)(connection)

        report = rebuild(home, [server_store(home)], finish=finish)
        entries = _close(home)
        publish_site(building, path)
    found = (*findings, *(_at(finding, building, path) for finding in (*report.findings, *lost)))
    return ArchiveRestored(open_home(path), count, entries, origin.former, found)


@dataclass(frozen=True, slots=True)
class _Origin:
    """The archive that the media are of: its newest ledger, and the public keys that it had, by fingerprint."""

    archive: str
    institution: str
    newest: Source
    former: str
    keys: Mapping[str, bytes]
    markers: tuple[Marker, ...]


def _origin(sources: Sequence[Source]) -> _Origin:
    markers = tuple(source.marker() for source in sources)
    archives = {marker.facts.get("archive", "") for marker in markers}
    if len(archives) != 1:
        raise Refused("storage.media-of-several-archives", ", ".join(sorted(archives)))
    newest, key = _newest_ledger(sources)
    former = hashlib.sha256(checkpoints.raw_public_key_of(key)).hexdigest()
    keys = {former: key, **_former_keys(newest, sources)}
    for source, marker in zip(sources, markers, strict=True):
        if not any(is_signed_by(marker, checkpoints.raw_public_key_of(key)) for key in keys.values()):
            raise NotIntact("storage.marker-not-signed", str(source.path))
    institution = next((marker.facts["institution"] for marker in markers if "institution" in marker.facts), "")
    return _Origin(archives.pop(), institution, newest, former, keys, markers)


def _bring_ledger(home: Home, newest: Source, sources: Sequence[Source]) -> None:
    """The ledger's files, and what people decided and audits found."""
    for name in newest.sizes("ledger/"):
        if name.endswith((".jsonl", ".checkpoint")):
            with newest.open(name) as stream:
                write_stream(home.store / name, iter(partial(stream.read, 1 << 20), b""), durable=True)
    write_file(home.store / "ledger" / "ledger.pub", (home.keys / "ledger.pub").read_bytes(), durable=True)
    for source in sources:
        take_records(home, source)


def _bring_packages(
    home: Home, newest: Source, sources: Sequence[Source], progress: Callable[[int], None]
) -> tuple[int, list[Finding]]:
    """Every package that was not destroyed. One that an earlier call brought is there, whole, and stays."""
    findings = []
    store = server_store(home)
    there = {copy.name for copy in store.copies()}
    brought = set()
    is_destroyed = destroyed.told_in(_entries(newest))
    for name in whole_or_parts(sources):
        if is_destroyed(name):
            findings.append(Finding("storage.destroyed-not-restored", name, "warning", {}))
            continue
        brought.add(name)
        if name in there:
            continue
        try:
            size = extract(name, sources, store.staging(name), progress)
        except (MediumFull, ReadOnly):
            raise  # of the disk that it goes to: the media are only read
        except (NotIntact, MediumProblem, StorageError) as error:
            findings.append(Finding(error.code, f"{name} {error.where}".strip(), "error", dict(error.values)))
            brought.remove(name)
            continue
        store.write(Package(name, store.staging(name), size), progress)
    for name in there - brought:
        discard(store.path(CopyRef(name)), home.store)
    return len(brought), findings


@dataclass(frozen=True, slots=True)
class _Told:
    """What the ledger is told of the restoring, beside where the archive came from."""

    key: str
    packages: int
    actor: str
    moment: datetime


def _last_entries(
    home: Home, connection: Connection, sources: Sequence[Source], origin: _Origin, told: _Told
) -> list[Finding]:
    """Write down the media and that the archive was restored, and take the looks; what of those is lost.

    In the transaction in which the catalogue is made: none of our own ever sees it without them.
    """
    findings: list[Finding] = []
    for source, marker in zip(sources, origin.markers, strict=True):
        enter_medium(connection, source, marker, told.actor, told.moment)
    details = {
        "from": [marker.identity for marker in origin.markers],
        "former_key_sha256": origin.former,
        "public_key_sha256": told.key,
        "packages": told.packages,
    }
    ledger.append(
        connection,
        action="archive.restored",
        subject=home.settings.archive_id,
        actor=told.actor,
        moment=told.moment,
        details=details,
    )
    sealing.sign_what_grew(home, connection)
    rebuild_looks.take_over(home, None, connection, findings)
    return findings


def _close(home: Home) -> int:
    """Put all that the ledger tells into the store; returns the number of its entries."""
    catalogue = open_catalogue(home)
    try:
        sealing.close_segment(home, catalogue)
        with catalogue.read() as connection:
            size = ledger.size(connection)
    finally:
        catalogue.close()
    sealing.seal(home)  # while it has the name under which this process knows it
    return size


def _at(finding: Finding, building: Path, path: Path) -> Finding:
    """A finding under the name that its place has by now."""
    before, after = str(building.resolve()), str(path.resolve())
    where, detail = finding.where.replace(before, after), finding.detail.replace(before, after)
    return dataclasses.replace(finding, where=where, detail=detail)


def _newest_ledger(sources: Sequence[Source]) -> tuple[Source, bytes]:
    best: tuple[int, Source, bytes] | None = None
    for source in sources:
        try:
            made = checkpoints.parse_checkpoint(source.read("ledger/checkpoint.txt").decode())
            key = source.read("ledger/ledger.pub")
        except (CopyUnknown, UnicodeDecodeError):
            continue
        if not checkpoints.signature_holds(made, checkpoints.public_key_of(key)):
            raise NotIntact("ledger.checkpoint-forged", str(source.path), size=made.size)
        leaves = islice(map(ledger.leaf_hash, entry_texts(source)), made.size)
        if checkpoints.root_of(leaves) != made.root:
            raise NotIntact("ledger.contradicts-checkpoint", str(source.path), first=1, last=made.size)
        if best is None or made.size > best[0]:
            best = made.size, source, key
    if best is None:
        raise NotIntact("storage.no-ledger-on-media", ", ".join(str(source.path) for source in sources))
    return best[1], best[2]


def _former_keys(newest: Source, sources: Sequence[Source]) -> dict[str, bytes]:
    """Public keys (PEM, by fingerprint) that the archive had before earlier restores, as its newest ledger tells them.

    They lie beside the ledgers of the media; one that the ledger does not tell is not believed.
    """
    told = {
        entry["details"].get("former_key_sha256") for entry in _entries(newest) if entry["action"] == "archive.restored"
    }
    found = {}
    for source in sources:
        for name in source.sizes("ledger/"):
            if name.endswith(".pub"):
                pem = source.read(name, 1 << 16)
                digest = hashlib.sha256(checkpoints.raw_public_key_of(pem)).hexdigest()
                if digest in told:
                    found[digest] = pem
    return found


def _entries(source: Source) -> Iterator[dict[str, Any]]:
    """The entries of the ledger on a medium."""
    return map(json.loads, entry_texts(source))


def _fonds(newest: Source) -> str:
    """The fonds of a house that the archive was of, by the entries with which a house founded it; empty for none."""
    by_house = (entry for entry in islice(_entries(newest), _FIRST) if entry["actor"].startswith(OF_HOUSE))
    return next((str(entry["subject"]) for entry in by_house if entry["action"] == fonds.ENTERED), "")


def _digests(sources: Sequence[Source]) -> list[str]:
    """The algorithms of the manifests that lie in the packages."""
    found = {"sha256"}
    for source in sources:
        for path in source.sizes("packages/"):
            name = path.rpartition("/")[2]
            if path.count("/") == 2 and name.startswith("manifest-"):
                found.add(name.removeprefix("manifest-").removesuffix(".txt"))
    return ["sha256", *sorted(found - {"sha256"})]
