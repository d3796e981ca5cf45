"""Holds the rows of media and copies against the ledger, before anybody acts on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.data_management.comparing import contradictions, some_at_once
from preserve.data_management.holdings.entries import (
    COPY_CHANGED,
    MEDIUM_ADDED,
    MEDIUM_CHANGED,
    copy_after,
    medium_after,
)
from preserve.data_management.holdings.rows import (
    CopyRow,
    MediumRow,
    copies_of,
    copies_of_many,
    copies_on,
    read_listed_medium,
)
from preserve.data_management.tables import copies, media
from preserve.errors import NotIntact


def require_listed(connection: Connection, identity: str) -> None:
    """Raises NotIntact where the row of a medium is not what the ledger says of it."""
    said: MediumRow | None = None
    for entry in ledger.about(connection, identity, MEDIUM_ADDED, MEDIUM_CHANGED):
        said = medium_after(said, entry)
    if read_listed_medium(connection, identity) != said:
        raise NotIntact("ledger.contradicts-index", identity, table="media")


def require_held(connection: Connection, objid: str) -> None:
    """Raises NotIntact where the rows of a case's copies, or of a medium that has one, are not what the ledger says."""
    require_copies(connection, objid)
    for identity in sorted({row.medium for row in copies_of(connection, objid)}):
        require_listed(connection, identity)


def require_on(connection: Connection, identity: str) -> None:
    """Raises NotIntact where the rows of a medium, or of any case that has or had a copy on it, contradict the ledger.

    Reads every entry about copies: for what is asked before a medium goes, not with each copy.
    """
    require_listed(connection, identity)
    objids = {entry.subject for entry in ledger.naming(connection, identity, COPY_CHANGED)}
    for objid in sorted(objids | {row.objid for row in copies_on(connection, identity)}):
        require_copies(connection, objid)


def require_copies(connection: Connection, objid: str) -> None:
    """Raises NotIntact where the rows of a case's copies are not what the ledger says of them.

    When a copy was last read back is no entry: the records of the audit say it, whose digests the ledger has.
    """
    said: dict[tuple[str, str], CopyRow] = {}
    for entry in ledger.about(connection, objid, COPY_CHANGED):
        _follow(said, entry)
    listed = {(row.name, row.medium): row for row in copies_of(connection, objid)} if objid else {}
    if not _all_agree(listed, said):
        raise NotIntact("ledger.contradicts-index", objid, table="copies")


def _agree(row: CopyRow, said: CopyRow) -> bool:
    confirmed = row.state == "verified" and said.state in ("written", "due", "repaired")
    return replace(row, verified=None, state="") == replace(said, verified=None, state="") and (
        row.state == said.state or confirmed
    )


def compare(connection: Connection) -> Iterator[Finding]:
    """Every medium, and every case's copies, of which the rows contradict the ledger."""
    known = {entry.subject for entry in ledger.of_action(connection, MEDIUM_ADDED)}
    known |= set(connection.execute(select(media.c.id)).scalars())
    yield from contradictions(lambda identity: require_listed(connection, identity), known)
    cases = set(ledger.subjects_of(connection, COPY_CHANGED))
    cases |= set(connection.execute(select(copies.c.objid).distinct()).scalars())
    for some in some_at_once(sorted(cases, key=str)):
        # Whoever can edit the file can put a blob where there should be text: such a case is asked for by itself.
        right = _plainly_right(connection, [objid for objid in some if isinstance(objid, str)])
        yield from contradictions(lambda objid: require_copies(connection, objid), set(some) - right)


def _plainly_right(connection: Connection, objids: Sequence[str]) -> set[str]:
    """Cases whose copies are what the ledger says of them; none where an entry is not the one that was hashed."""
    said: dict[str, dict[tuple[str, str], CopyRow]] = {}
    try:
        for entry in ledger.about_any(connection, objids, (COPY_CHANGED,)):
            _follow(said.setdefault(entry.subject, {}), entry)
    except NotIntact:
        return set()
    listed: dict[str, dict[tuple[str, str], CopyRow]] = {}
    for row in copies_of_many(connection, objids):
        listed.setdefault(row.objid, {})[row.name, row.medium] = row
    return {objid for objid in objids if _all_agree(listed.get(objid, {}), said.get(objid, {}))}


def _follow(said: dict[tuple[str, str], CopyRow], entry: ledger.Entry) -> None:
    key = (entry.details["name"], entry.details["medium"])
    said[key] = copy_after(said.get(key), entry)


def _all_agree(listed: dict[tuple[str, str], CopyRow], said: dict[tuple[str, str], CopyRow]) -> bool:
    return listed.keys() == said.keys() and all(_agree(row, said[key]) for key, row in listed.items())
