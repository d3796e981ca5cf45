"""Asks newer signatures what the originals are, and tells what changed. The originals are only read.

What is found goes into the ledger and over the catalogue's rows; the packages stay as they are, and the next version
of one is identified anew when it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from metadata.entities import FileObject
from metadata.identity import readable
from metadata.names import original_bytes
from preserve.archival_storage.aip_versions.previous import PreviousVersion, damage, previous_version
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packages import read_version
from preserve.archival_storage.store import Store
from preserve.clock import now
from preserve.data_management import format_counts, formats_index, ledger, object_index, package_index
from preserve.data_management.database import Catalogue
from preserve.errors import NotIntact
from preserve.home import Home
from preserve.ingest.facts import Identification
from preserve.ingest.identifiers import pronom, siegfried
from preserve.ingest.identify import identify_many
from storage_adapters.contract import CopyRef
from storage_adapters.reading import digest_file

_BATCH = 200
_ENTRY = 500  # files that one entry of the ledger names


@dataclass(frozen=True, slots=True)
class Changed:
    """Originals of one case that are held to be something else now: before and after as PUID, name, version."""

    objid: str
    old: tuple[str, str, str]
    new: tuple[str, str, str]
    basis: str
    files: tuple[str, ...]  # PREMIS identifiers


@dataclass(slots=True)
class Reidentified:
    """One case: how many originals were looked at, and what changed."""

    objid: str
    name: str
    files: int = 0
    changes: list[Changed] = field(default_factory=list)


def installed() -> str:
    """The identifiers and signature versions of this machine, in the words of the catalogue."""
    fido, signatures = pronom.signatures()
    newest, details = siegfried.signatures()
    return f"siegfried {newest} ({details}), fido {fido} ({signatures})"


def newer(recorded: str, here: str) -> bool:
    """Whether this machine has signatures that were not asked."""
    return not set(_parts(here)) <= set(_parts(recorded))


def _parts(told: str) -> list[str]:
    return [part.rstrip(")") for part in told.split("), ") if part]


def outdated(connection: Connection, here: str) -> list[tuple[str, int, int]]:
    """Signatures that named originals of newest versions and are older than these: which, cases, files."""
    sums = format_counts.by_signatures(connection)
    return [(row.signatures, row.cases, row.files) for row in sums if newer(row.signatures, here)]


def due(connection: Connection, here: str, count: int, after: str = "") -> list[str]:
    """The next cases (objids) whose originals were named by older signatures."""
    kinds = format_counts.kinds(connection)
    numbers = [number for number, kind in kinds.items() if newer(kind.signatures, here)]
    return format_counts.cases_with(connection, numbers, count, after)


def reidentify(
    home: Home, catalogue: Catalogue, objid: str, *, actor: str, progress: Callable[[int], None]
) -> Reidentified:
    """Identify the originals of a case's newest version again, from the server store, and record what they are now.

    A file whose bytes are not those that were sealed says nothing: raises NotIntact, and nothing is recorded.
    """
    with catalogue.read() as connection:
        old = previous_version(home, connection, objid)
        known = {
            row.identifier: (row.puid or "", row.format_name, row.format_version)
            for row in object_index.of_version(connection, old.objid, old.version, "original")
        }
    result = Reidentified(old.objid, old.name)
    grouped: dict[tuple[tuple[str, str, str], tuple[str, str, str], str], list[str]] = {}
    for one, found in _identified(server_store(home), old, progress):
        result.files += 1
        new = (found.puid or "", found.name or "unknown", found.version)
        before = known.get(one.identifier, (one.format.puid or "", one.format.name, one.format.version))
        if new != before:
            grouped.setdefault((before, new, found.basis), []).append(one.identifier)
    result.changes = [Changed(old.objid, *key, tuple(named)) for key, named in sorted(grouped.items())]
    _record(catalogue, old, result, actor)
    server_store(home).let_go(CopyRef(old.name))
    return result


def _identified(
    store: Store, old: PreviousVersion, progress: Callable[[int], None]
) -> Iterator[tuple[FileObject, Identification]]:
    batch: list[FileObject] = []
    for one in old.objects("original"):
        batch.append(one)
        if len(batch) >= _BATCH:
            yield from _together(store, old, batch, progress)
            batch = []
    yield from _together(store, old, batch, progress)


def _together(
    store: Store, old: PreviousVersion, batch: Sequence[FileObject], progress: Callable[[int], None]
) -> Iterator[tuple[FileObject, Identification]]:
    asked: list[tuple[Path, str, int]] = []
    bad = []
    base = f"data/{old.objid}/representations/original"
    store.bring(CopyRef(old.name), [f"{base}/{one.path}" for one in batch])
    for one in batch:
        path = old.package / "representations" / "original" / one.path
        wanted = old.wanted(f"representations/original/{one.path}")["sha256"]
        try:
            good = digest_file(path, ("sha256",), from_medium=False)[1]["sha256"] == wanted
        except OSError:
            good = False
        if not good:
            bad.append(damage(one.path, "damaged"))
        name = readable(original_bytes(one.original_name or one.path).decode("utf-8", "surrogateescape"))
        asked.append((path, name, one.size))
        progress(one.size)
    if bad:
        raise NotIntact("storage.predecessor-damaged", old.name, findings=bad)
    yield from zip(batch, identify_many(asked), strict=True)


def _record(catalogue: Catalogue, old: PreviousVersion, result: Reidentified, actor: str) -> None:
    """Ledger and catalogue in one transaction; entries name files by identifier, never by name."""
    told: list[dict[str, Any]] = []
    for change in result.changes:
        for start in range(0, len(change.files), _ENTRY):
            told.append(
                {
                    "old": dict(zip(("puid", "name", "version"), change.old, strict=True)),
                    "new": dict(zip(("puid", "name", "version"), change.new, strict=True)),
                    "basis": change.basis,
                    "files": list(change.files[start : start + _ENTRY]),
                }
            )
    here = installed()
    with catalogue.begin() as connection:
        for start in range(0, max(1, len(told)), 20):
            details = {
                "version": old.version,
                "signatures": here,
                "looked": result.files,
                "changes": told[start : start + 20],
            }
            ledger.append(
                connection,
                action=formats_index.REIDENTIFIED,
                subject=old.objid,
                actor=actor,
                details=details,
                moment=now(),
            )
            package_index.reidentify(connection, old.objid, details)


def run(
    home: Home,
    catalogue: Catalogue,
    *,
    actor: str,
    limit: int,
    progress: Callable[[int], None],
    only: tuple[str, ...] = (),
) -> Iterator[Reidentified | tuple[str, NotIntact]]:
    """Every case whose originals older signatures named, one by one; stopped or killed, the next call goes on."""
    server_store(home).require()
    here = installed()
    after, done = "", 0
    while True:
        if only:
            with catalogue.read() as connection:
                found = [read_version(connection, name).objid for name in only]
        else:
            with catalogue.read() as connection:
                found = due(connection, here, 100, after)
        if not found:
            return
        for objid in found:
            try:
                yield reidentify(home, catalogue, objid, actor=actor, progress=progress)
            except NotIntact as error:
                yield objid, error
            done += 1
            if limit and done >= limit:
                return
        if only:
            return
        after = found[-1]
