"""Holds every table of the catalogue that people decide by against the ledger, row by row; and when that was last done.

What lies only here is left out: the journal of work under way, and the words to search by, which `catalogue rebuild`
makes again from the packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.retention import rules_in_force
from preserve.archival_storage.media import server_store
from preserve.clock import now
from preserve.data_management import (
    accounts,
    audits,
    case_index,
    checkpoints,
    destroyed,
    filings,
    fonds,
    given_tokens,
    holdings,
    kept_sums,
    ledger,
    logins,
    pool,
    proceedings,
    readings,
    second_factors,
    security_keys,
)
from preserve.data_management.database import damage
from preserve.data_management.proof.inclusion import Proofs
from preserve.data_management.proof.verify_ledger import BEGINNING, Start
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef

VERIFIED = "ledger.verified"
PROVED = "ledger.proved"
"""Entries were proved up to a place, and no more was done: after an earlier proof, or until somebody stopped it."""


def compare(home: Home, connection: Connection, progress: Callable[[int], None] = lambda done: None) -> list[Finding]:
    """Every row that contradicts the ledger, is missing, or has no entry; `progress` is told 1 for each case."""
    findings: list[Finding] = []
    try:
        for one in _compare(home, connection, progress):
            findings.append(one)
    except NotIntact as error:  # an entry whose text is not the one that was hashed: proving names it
        findings.append(Finding(error.code, error.where, "error", dict(error.values), error.detail))
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # a value that no column of ours holds
        findings.append(Finding("ledger.contradicts-index", home.catalogue_name, "error", {"table": "?"}, str(error)))
    return findings


def _compare(home: Home, connection: Connection, progress: Callable[[int], None]) -> Iterator[Finding]:
    for detail in damage(connection):
        yield Finding("catalogue.damaged", home.catalogue_name, "error", detail=detail)
    yield from accounts.compare(connection)
    yield from logins.compare(connection)
    yield from given_tokens.compare(connection, now())
    yield from second_factors.compare(connection)
    yield from security_keys.compare(connection)
    yield from proceedings.compare(connection)
    yield from destroyed.compare(connection)
    yield from fonds.compare(connection)
    yield from filings.compare(connection)
    yield from holdings.compare(connection)
    yield from audits.compare(connection)
    yield from readings.compare(connection)
    yield from pool.compare(connection, home)
    yield from case_index.compare(connection, lambda name: server_store(home).path(CopyRef(name)), progress)
    yield from kept_sums.compare(connection)
    yield from rules_in_force.compare(home, connection)


def note(connection: Connection, home: Home, findings: int, proved: Start, *, actor: str, moment: datetime) -> None:
    """Write down that ledger and index were verified, how many findings there were, and up to where it was proved."""
    _note(connection, home, VERIFIED, {"findings": findings, **_place(proved)}, actor, moment)


def note_part(connection: Connection, home: Home, since: int, proved: Start, *, actor: str, moment: datetime) -> None:
    """Write down that the entries after `since` were proved up to a place, without anything found."""
    _note(connection, home, PROVED, {"since": since, **_place(proved)}, actor, moment)


def _place(proved: Start) -> dict[str, object]:
    return {"proved": proved.size, "root": proved.root.hex()} if proved.size else {}


def _note(
    connection: Connection, home: Home, action: str, details: Mapping[str, object], actor: str, moment: datetime
) -> None:
    entries = {"entries": ledger.size(connection), **details}
    subject = home.settings.archive_id
    ledger.append(connection, action=action, subject=subject, actor=actor, details=entries, moment=moment)


def last_proved(connection: Connection) -> tuple[Start, str]:
    """Up to where the entries were proved without anything found, and when; the beginning where it is not known.

    Where a whole verification found something since, nothing before it counts, until another one finds nothing.

    The ledger says it: an entry under the newest checkpoint, to which it is proved here. Whoever has not the key can
    neither add one nor move it forward, only take the catalogue back to before it, which contradicts the store's head.
    """
    best, when, told = BEGINNING, "", None
    for entry in ledger.newest_of(connection, VERIFIED, PROVED):
        if entry.details.get("findings"):
            break
        size, root = entry.details.get("proved", 0), entry.details.get("root", "")
        if isinstance(size, int) and size > best.size:
            best, when, told = Start(size, bytes.fromhex(root)), entry.time, entry
        if size and (entry.action == VERIFIED or entry.details.get("since")):
            break  # it went on from all before it; only a whole proof that was stopped may have ended before
    if (signed := checkpoints.newest(connection)) is None:
        return BEGINNING, ""
    if told is not None:
        Proofs(connection, signed).path(told)
    return best, when


def last_verified(connection: Connection) -> ledger.Entry | None:
    """The entry of the last time, or None."""
    return next(ledger.newest_of(connection, VERIFIED), None)
