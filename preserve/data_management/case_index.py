"""What the catalogue says of a case and what is in it, as digests that the ledger names when a version is registered.

The tables hold what was read out of a sealed package. Whoever decides about a case asks `require`, which holds the rows
to the digests; where there are none (packages registered by earlier releases) or other ones (a later release reads more
out of a package), the rows are read out of the sealed package again and compared. It does not know where packages lie.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

from sqlalchemy import Connection, select

from metadata import bag
from metadata.errors import BagUnreadable
from metadata.findings import Finding
from preserve.data_management import destroyed, ledger, package_index
from preserve.data_management.case_digests import of_cases, of_version
from preserve.data_management.comparing import some_at_once
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


def said(connection: Connection, objid: str) -> dict[str, dict[str, str]]:
    """By package name, oldest first: the digests that the ledger names, the newest of each. Empty where it has none."""
    by_name: dict[str, dict[str, str]] = {}
    for entry in ledger.about(connection, objid, *anchors.ANCHORING, INDEXED):
        _take(by_name, entry)
    return by_name


def _take(by_name: dict[str, dict[str, str]], entry: ledger.Entry) -> None:
    details = entry.details
    by_name.setdefault(details["name"], {}).update(
        {name: details[name] for name in ("case_sha256", "contents_sha256") if name in details}
    )


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
        now = of_version(connection, objid, _number(name))
        if name != newest:
            now.pop("case_sha256")
            wanted.pop("case_sha256", None)
        if now != wanted:
            _read_again(connection, objid, name, root_of, case_too=name == newest)


def compare(connection: Connection, root_of: Rooted, progress: Callable[[int], None]) -> Iterator[Finding]:
    """Every case of which the rows are not what was registered; `progress` is told 1 for each case.

    Some hundred cases are compared at once. What does not agree there, and what goes or went, is asked for one by one.
    """
    known = set(connection.execute(select(case_table.c.objid)).scalars())
    for table in (versions, files, events):  # and rows of cases that are none
        known |= set(connection.execute(select(table.c.objid).distinct()).scalars())
    for action in anchors.ANCHORING:
        known |= set(ledger.subjects_of(connection, action))
    going = destroyed.concerned(connection)
    for objids in some_at_once(sorted(known)):
        right = _plainly_right(connection, objids) - going
        for objid in objids:
            if objid not in right:
                try:
                    require(connection, objid, root_of)
                except NotIntact as error:
                    yield Finding(error.code, error.where, "error", dict(error.values))
                except StorageError as error:
                    yield Finding("catalogue.package-unreadable", objid, "error", detail=str(error))
            progress(1)


def _plainly_right(connection: Connection, objids: Sequence[str]) -> set[str]:
    """Cases whose versions are those of the ledger, all there, each with the digests that it names.

    None where an entry is not the one that was hashed: whoever asks for each case by itself is told which.
    """
    wanted: dict[str, dict[str, dict[str, str]]] = {}
    try:
        for entry in ledger.about_any(connection, objids, (*anchors.ANCHORING, INDEXED)):
            _take(wanted.setdefault(entry.subject, {}), entry)
    except NotIntact:
        return set()
    right = set()
    for objid, now in of_cases(connection, objids).items():
        names = list(now)
        said = wanted.get(objid, {})
        for name in names[:-1]:
            said.get(name, {}).pop("case_sha256", None)
        if names == sorted(said, key=_number) and now == said:
            right.add(objid)
    return right


def anchor(connection: Connection, objid: str, root_of: Rooted, *, actor: str, moment: datetime) -> None:
    """Write into the ledger what the rows of a case are, where it does not say so: after they were read out of its
    sealed packages, in the same transaction. Raises NotIntact where a package is not the sealed one.
    """
    for name in said(connection, objid):
        if is_gone(connection, name):
            continue
        now = of_version(connection, objid, _number(name))
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
                sealed = of_version(again, objid, _number(name))
        finally:
            scratch.close()
    now = of_version(connection, objid, _number(name))
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
