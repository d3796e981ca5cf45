"""What the catalogue says of a case and what is in it, as digests that the ledger names when a version is registered.

The tables hold what was read out of a sealed package. Whoever decides about a case asks `require`, which holds the rows
to the digests; where there are none (packages registered by earlier releases) or other ones (a later release reads more
out of a package), the rows are read out of the sealed package again and compared. It does not know where packages lie.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

from sqlalchemy import Column, Connection, Table, select

from metadata import bag
from metadata.errors import BagUnreadable
from metadata.findings import Finding
from preserve.data_management import ledger, package_index
from preserve.data_management.database import create_catalogue
from preserve.data_management.destroyed import is_gone, of_case
from preserve.data_management.proof import anchors
from preserve.data_management.tables import cases as case_table
from preserve.data_management.tables import events, files, versions
from preserve.errors import NotIntact
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file

INDEXED = "case.indexed"
"""Entry of a rebuild: what the rows of a version are, for versions whose registration does not say it or says less."""

Rooted = Callable[[str], Path]

# What an identifier says of a format may be revised later (`case.reidentified`), so it is not among what was sealed.
_OF_FILES = (
    files.c.identifier,
    files.c.representation,
    files.c.path,
    files.c.original_name,
    files.c.size,
    files.c.sha256,
    files.c.properties,
    files.c.source,
)
_OF_EVENTS = (
    events.c.identifier,
    events.c.kind,
    events.c.happened,
    events.c.outcome,
    events.c.detail,
    events.c.outcome_detail,
)


def digests(connection: Connection, objid: str, version: int) -> dict[str, str]:
    """The digests (SHA-256, hex) of a case's row, and of the rows of one version with its files and events."""
    return {"case_sha256": _case(connection, objid), "contents_sha256": _contents(connection, objid, version)}


def _case(connection: Connection, objid: str) -> str:
    row = connection.execute(select(case_table).where(case_table.c.objid == objid)).first()
    said = None if row is None else {**row._mapping, "long_term": bool(row.long_term)}
    return hashlib.sha256(_line(said)).hexdigest()


def _contents(connection: Connection, objid: str, version: int) -> str:
    digest = hashlib.sha256()
    here = select(versions).where(versions.c.objid == objid, versions.c.version == version)
    for known in connection.execute(here):
        digest.update(_line(list(known)))
    for table, columns in ((files, _OF_FILES), (events, _OF_EVENTS)):
        for line in _rows(connection, table, columns, objid, version):
            digest.update(line)
    return digest.hexdigest()


def _rows(
    connection: Connection, table: Table, columns: tuple[Column[object], ...], objid: str, version: int
) -> Iterator[bytes]:
    query = select(*columns).where(table.c.objid == objid, table.c.version == version).order_by(table.c.identifier)
    for row in connection.execution_options(yield_per=2000).execute(query):
        yield _line(list(row))


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _line(said: object) -> bytes:
    return _ENCODER.encode(said).encode() + b"\n"


def said(connection: Connection, objid: str) -> dict[str, dict[str, str]]:
    """By package name, oldest first: the digests that the ledger names, the newest of each. Empty where it has none."""
    by_name: dict[str, dict[str, str]] = {}
    for entry in ledger.about(connection, objid, *anchors.ANCHORING, INDEXED):
        details = entry.details
        by_name.setdefault(details["name"], {}).update(
            {name: details[name] for name in ("case_sha256", "contents_sha256") if name in details}
        )
    return by_name


def require(connection: Connection, objid: str, root_of: Rooted) -> None:
    """Raises NotIntact where the rows of a case are not what its sealed packages say; not for one that goes or went.

    `root_of` gives the folder of a package by its name, for versions of which the ledger has no digests; it raises
    StorageError where it is not at hand.
    """
    if of_case(connection, objid, whole=True):
        return
    known = said(connection, objid)
    query = select(versions.c.name).where(versions.c.objid == objid).order_by(versions.c.version)
    listed = list(connection.execute(query).scalars())
    if not known or listed != [name for name in sorted(known, key=_number) if not is_gone(connection, name)]:
        raise NotIntact("ledger.contradicts-index", objid, table="versions")
    newest = listed[-1]
    for name in listed:
        wanted = {**known[name]}
        now = digests(connection, objid, _number(name))
        if name != newest:
            now.pop("case_sha256")
            wanted.pop("case_sha256", None)
        if now != wanted:
            _read_again(connection, objid, name, root_of, case_too=name == newest)


def compare(connection: Connection, root_of: Rooted, progress: Callable[[int], None]) -> Iterator[Finding]:
    """Every case of which the rows are not what was registered; `progress` is told 1 for each case."""
    known = set(connection.execute(select(case_table.c.objid)).scalars())
    for table in (versions, files, events):  # and rows of cases that are none
        known |= set(connection.execute(select(table.c.objid).distinct()).scalars())
    for action in anchors.ANCHORING:
        known |= set(ledger.subjects_of(connection, action))
    for objid in sorted(known):
        try:
            require(connection, objid, root_of)
        except NotIntact as error:
            yield Finding(error.code, error.where, "error", dict(error.values))
        except StorageError as error:
            yield Finding("catalogue.package-unreadable", objid, "error", detail=str(error))
        progress(1)


def anchor(connection: Connection, objid: str, root_of: Rooted, *, actor: str, moment: datetime) -> None:
    """Write into the ledger what the rows of a case are, where it does not say so: after they were read out of its
    sealed packages, in the same transaction. Raises NotIntact where a package is not the sealed one.
    """
    for name in said(connection, objid):
        if is_gone(connection, name):
            continue
        now = digests(connection, objid, _number(name))
        if said(connection, objid)[name] != now:
            _require_sealed(connection, name, root_of(name))
            ledger.append(
                connection, action=INDEXED, subject=objid, actor=actor, details={"name": name, **now}, moment=moment
            )


def _number(name: str) -> int:
    return int(name.rpartition("_v")[2])


def _read_again(connection: Connection, objid: str, name: str, root_of: Rooted, *, case_too: bool) -> None:
    """Read a version out of its sealed package and compare. Raises NotIntact, StorageError."""
    root = root_of(name)
    _require_sealed(connection, name, root)
    with tempfile.TemporaryDirectory() as folder:
        scratch = create_catalogue(Path(folder) / "read-again.sqlite")
        try:
            with scratch.begin() as again:
                package_index.index_package(again, root, indexed=False)
                sealed = digests(again, objid, _number(name))
        finally:
            scratch.close()
    now = digests(connection, objid, _number(name))
    if sealed["contents_sha256"] != now["contents_sha256"]:
        raise NotIntact("ledger.contradicts-index", name, table="files")
    if case_too and sealed["case_sha256"] != now["case_sha256"]:
        raise NotIntact("ledger.contradicts-index", name, table="cases")


def _require_sealed(connection: Connection, name: str, root: Path) -> None:
    """The files that the index is read from must be those that were sealed. Raises NotIntact."""
    anchor = anchors.read_anchor(connection, name)
    try:
        if anchors.details(root) != {"manifest_sha256": anchor.manifest, "tagmanifest_sha256": anchor.tagmanifest}:
            raise NotIntact("storage.manifest-altered", str(root), wanted=anchor.manifest, found="?")
        lines = chain(bag.read_lines(root / "manifest-sha256.txt"), bag.read_lines(root / "tagmanifest-sha256.txt"))
        for line in lines:
            if line.path.endswith((*package_index.READ_FROM, "bag-info.txt")):
                seen = digest_file(root / line.path, ("sha256",), from_medium=False)[1]["sha256"]
                if seen != line.digest:
                    raise NotIntact("storage.manifest-altered", str(root / line.path), wanted=line.digest, found=seen)
    except (OSError, BagUnreadable, StorageError) as error:
        raise NotIntact("catalogue.package-unreadable", str(root), detail=str(error)) from error
