"""Holds every table of the catalogue that people decide by against the ledger, row by row; and when that was last done.

What lies only here is left out: the journal of work under way, and the words to search by, which `catalogue rebuild`
makes again from the packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.retention import rules_in_force
from preserve.archival_storage.media import server_store
from preserve.clock import now
from preserve.data_management import accounts, audits, case_index, destroyed, holdings, ledger, logins, proceedings
from preserve.data_management.database import damage
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef

VERIFIED = "ledger.verified"


def compare(home: Home, connection: Connection, progress: Callable[[int], None] = lambda done: None) -> list[Finding]:
    """Every row that contradicts the ledger, is missing, or has no entry; `progress` is told 1 for each case."""
    findings: list[Finding] = []
    try:
        for one in _compare(home, connection, progress):
            findings.append(one)
    except NotIntact as error:  # an entry whose text is not the one that was hashed: proving names it
        findings.append(Finding(error.code, error.where, "error", dict(error.values), error.detail))
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # a value that no column of ours holds
        findings.append(Finding("ledger.contradicts-index", str(home.catalogue), "error", {"table": "?"}, str(error)))
    return findings


def _compare(home: Home, connection: Connection, progress: Callable[[int], None]) -> Iterator[Finding]:
    for detail in damage(connection):
        yield Finding("catalogue.damaged", str(home.catalogue), "error", detail=detail)
    yield from accounts.compare(connection)
    yield from logins.compare(connection, now())
    yield from proceedings.compare(connection)
    yield from destroyed.compare(connection)
    yield from holdings.compare(connection)
    yield from audits.compare(connection)
    yield from case_index.compare(connection, lambda name: server_store(home).path(CopyRef(name)), progress)
    yield from rules_in_force.compare(home, connection)


def note(connection: Connection, home: Home, findings: int, *, actor: str, moment: datetime) -> None:
    """Write down that ledger and index were verified, and how many findings there were."""
    details = {"entries": ledger.size(connection), "findings": findings}
    ledger.append(
        connection, action=VERIFIED, subject=home.settings.archive_id, actor=actor, details=details, moment=moment
    )


def last_verified(connection: Connection) -> ledger.Entry | None:
    """The entry of the last time, or None."""
    found = ledger.of_action(connection, VERIFIED)
    return found[-1] if found else None
