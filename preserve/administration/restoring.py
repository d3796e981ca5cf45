"""Gets packages, or the whole archive, back from discs and drives alone; every act is recorded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.disposal.tombstones import after_rebuild
from preserve.administration.founding import lay_out
from preserve.archival_storage.copies import TRANSITIONS, change_copy
from preserve.archival_storage.discs.extracting import extract, parts_of, whole_or_parts
from preserve.archival_storage.discs.sources import Source
from preserve.archival_storage.media import establish_store, server_store, store_identity
from preserve.archival_storage.packages import read_version
from preserve.archival_storage.records_on_media import take_records
from preserve.clock import stamp
from preserve.data_management import checkpoints, gone, holdings, ledger
from preserve.data_management.cases import find_case
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.rebuild import rebuild
from preserve.errors import MediumProblem, NotIntact, Refused
from preserve.home import Home, open_home
from preserve.outputs import check_new
from storage_adapters.contract import CopyRef, Package
from storage_adapters.durable import discard, drop_file, write_file
from storage_adapters.errors import CopyUnknown, StorageError
from storage_adapters.marker import Marker, is_signed_by
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
    to: Path | None,
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda moved: None,
) -> Restored:
    """Write a package to the folder `to`, or back into the server store where it is lost there.

    Raises Refused where the store still has it, NotIntact where the media hold another package than was registered.
    """
    with catalogue.read() as connection:
        gone.refuse(connection, find_case(connection, name) or name)
        gone.refuse(connection, name)
        version = read_version(connection, name)
    if to is not None:
        place = to / version.name
        check_new(place, home)
        size = extract(version.name, sources, place, progress)
        _same(place, version.manifest_sha256)
        _record(catalogue, version.objid, version.name, str(place), sources, actor, now())
        return Restored(version.name, place, size)
    store = server_store(home)
    try:
        raise Refused("storage.exists-already", str(store.path(CopyRef(version.name))))
    except CopyUnknown:
        pass
    staged = store.staging(version.name)
    if staged.exists():
        discard(staged, staged.parent)
    size = extract(version.name, sources, staged, progress)
    try:
        _same(staged, version.manifest_sha256)
    except NotIntact:
        discard(staged, staged.parent)
        raise
    receipt = store.write(Package(version.name, staged, size), progress)
    with catalogue.begin() as connection:
        _back_in_store(connection, home, version.name, actor, now())
    _record(catalogue, version.objid, version.name, receipt.location, sources, actor, now())
    return Restored(version.name, Path(receipt.location), size)


def _same(place: Path, wanted: str) -> None:
    found = digest_file(place / "manifest-sha256.txt", ("sha256",))[1]["sha256"]
    if found != wanted:
        raise NotIntact("storage.manifest-altered", str(place), wanted=wanted, found=found)


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
            connection, action="package.restored", subject=objid, actor=actor, moment=moment,
            details={"name": name, "from": [source.marker().identity for source in sources], "to": place},
        )  # fmt: skip


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

    The newest ledger among the media counts; its checkpoint must be signed by the public key that lies beside it, whose
    fingerprint a person should compare with a printed label or certificate. Raises Refused where something lies at
    `path` or the media are of more than one archive, NotIntact where a ledger contradicts its checkpoint.
    """
    markers = [source.marker() for source in sources]
    archives = {marker.facts.get("archive", "") for marker in markers}
    if len(archives) != 1:
        raise Refused("storage.media-of-several-archives", ", ".join(sorted(archives)))
    newest, key = _newest_ledger(sources)
    former = hashlib.sha256(checkpoints.raw_public_key_of(key)).hexdigest()
    keys = {former: key, **_former_keys(newest, sources)}
    for source, marker in zip(sources, markers, strict=True):
        if not any(is_signed_by(marker, checkpoints.raw_public_key_of(one)) for one in keys.values()):
            raise NotIntact("storage.marker-not-signed", str(source.path))
    institution = next((marker.facts["institution"] for marker in markers if "institution" in marker.facts), "")
    lay_out(
        path, archive_id=archives.pop(), institution=institution, policy="lossless", store=None,
        digests=_digests(sources), language="zh", former=keys,
    )  # fmt: skip
    home = open_home(path)
    establish_store(home)
    for name in newest.sizes("ledger/"):
        if name.endswith((".jsonl", ".checkpoint")):
            write_file(home.store / name, newest.read(name, 1 << 31), durable=True)
    write_file(home.store / "ledger" / "ledger.pub", (home.keys / "ledger.pub").read_bytes(), durable=True)
    for source in sources:
        take_records(home, source)
    findings = []
    count = 0
    store = server_store(home)
    destroyed = gone.told_in(_entries(newest))
    for name in whole_or_parts(sources):
        if destroyed(name):
            findings.append(Finding("storage.destroyed-not-restored", name, "warning", {}))
            continue
        try:
            size = extract(name, sources, store.staging(name), progress)
        except (NotIntact, MediumProblem, StorageError) as error:
            findings.append(Finding(error.code, f"{name} {error.where}".strip(), "error", dict(error.values)))
            continue
        store.write(Package(name, store.staging(name), size), progress)
        count += 1
    drop_file(home.catalogue, home.path)  # the empty one that was laid out
    report = rebuild(home, [store], finish=after_rebuild(home))
    moment = now()
    catalogue = open_catalogue(home)
    with catalogue.begin() as connection:
        for source, marker in zip(sources, markers, strict=True):
            _enter_medium(connection, source, marker, actor, moment)
        ledger.append(
            connection, action="archive.restored", subject=home.settings.archive_id, actor=actor, moment=moment,
            details={"from": [marker.identity for marker in markers], "former_key_sha256": former, "packages": count},
        )  # fmt: skip
        checkpoints.checkpoint(connection, home.keys, home.settings.archive_id, moment)
    with catalogue.begin() as connection:
        checkpoints.export_segments(connection, home.store / "ledger")
        entries = ledger.size(connection)
    catalogue.close()
    return ArchiveRestored(home, count, entries, former, (*findings, *report.findings))


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
        if checkpoints.root_of(_leaves(source, made.size)) != made.root:
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
    for name in sorted(source.sizes("ledger/")):
        if name.endswith(".jsonl"):
            for line in source.read(name, 1 << 31).decode().splitlines():
                yield json.loads(line)


def _leaves(source: Source, size: int) -> list[bytes]:
    leaves = []
    for name in sorted(source.sizes("ledger/")):
        if name.endswith(".jsonl"):
            lines = source.read(name, 1 << 31).decode().splitlines()
            leaves += [ledger.leaf_hash(line) for line in lines]
    return leaves[:size]


def _digests(sources: Sequence[Source]) -> list[str]:
    """The algorithms of the manifests that lie in the packages."""
    found = {"sha256"}
    for source in sources:
        for path in source.sizes("packages/"):
            name = path.rpartition("/")[2]
            if path.count("/") == 2 and name.startswith("manifest-"):
                found.add(name.removeprefix("manifest-").removesuffix(".txt"))
    return ["sha256", *sorted(found - {"sha256"})]


def _enter_medium(connection: Connection, source: Source, marker: Marker, actor: str, moment: datetime) -> None:
    """A medium that the old ledger did not know yet, with the copies it was read for."""
    facts = dict(marker.facts)
    if any(row.id == marker.identity or row.details.get("image") == marker.identity
           for row in holdings.all_media(connection)):  # fmt: skip
        return
    more = {name: facts[name] for name in ("uuid", "session", "set") if name in facts}
    holdings.add_medium(
        connection, marker.identity, kind=facts.get("kind", "optical"), label=facts.get("label", marker.identity),
        location="", actor=actor, moment=moment, checked=stamp(moment), image=marker.identity, **more,
    )  # fmt: skip
    for name in sorted(source.packages()[0]):
        change_copy(connection, name, marker.identity, "written", actor=actor, moment=moment)
        change_copy(connection, name, marker.identity, "verified", actor=actor, moment=moment)
    for name in sorted(source.packages()[1]):
        one = parts_of(name, [source])[0]
        part = (one.number, one.count, facts.get("set", ""))
        change_copy(connection, name, marker.identity, "written", actor=actor, moment=moment, part=part)
        change_copy(connection, name, marker.identity, "verified", actor=actor, moment=moment)
