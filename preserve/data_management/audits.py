"""Runs of the audit: begun, ended, and made again from the ledger; a run that ended without a word is seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.data_management.comparing import contradictions
from preserve.data_management.ledger import Entry
from preserve.data_management.tables import audits
from preserve.errors import NotIntact

BEGUN = "audit.begun"
ENDED = "audit.ended"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One run; times are RFC 3339 text in UTC, `counts` copies by outcome and bytes read."""

    id: str
    started: str
    ended: str | None
    state: str
    reason: str
    counts: Mapping[str, int]
    records: str
    sha256: str


def begin(connection: Connection, run: str, *, actor: str, moment: datetime) -> None:
    """Write down that a run begins."""
    _apply(connection, ledger.add(connection, action=BEGUN, subject=run, actor=actor, details={}, moment=moment))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: done, stopped or failed, and why; copies by outcome; the file of its records, and its digest."""

    state: str
    reason: str
    counts: Mapping[str, int]
    records: str
    sha256: str


def end(connection: Connection, run: str, outcome: Outcome, *, actor: str, moment: datetime) -> None:
    """Write down how a run ended, and the digest of its records, which anchors them in the ledger."""
    details = {**asdict(outcome), "counts": dict(outcome.counts)}  # asdict would count the pairs of a Counter
    _apply(connection, ledger.add(connection, action=ENDED, subject=run, actor=actor, details=details, moment=moment))


def _after(before: AuditRow | None, entry: Entry) -> AuditRow:
    """What a run has become with one more entry."""
    if before is None:
        before = AuditRow(entry.subject, entry.time, None, "running", "", {}, "", "")
    return replace(before, ended=entry.time, **entry.details) if entry.action == ENDED else before


def _apply(connection: Connection, entry: Entry) -> None:
    before = _read(connection, entry.subject)
    row = _after(before, entry)
    values = {**asdict(row), "counts": json.dumps(dict(row.counts), sort_keys=True)}
    if before is None:
        connection.execute(audits.insert(), values)
    else:
        connection.execute(update(audits).where(audits.c.id == row.id).values(**values))


def _read(connection: Connection, run: str) -> AuditRow | None:
    row = connection.execute(select(audits).where(audits.c.id == run)).first()
    return _row(row) if row else None


def _row(row: Any) -> AuditRow:
    try:
        return AuditRow(**{**row._mapping, "counts": json.loads(row.counts)})
    except (ValueError, TypeError) as error:
        raise NotIntact("ledger.contradicts-index", str(row.id), table="audits") from error


def runs(connection: Connection, state: str = "", limit: int = 10_000) -> list[AuditRow]:
    """Runs, newest first; all or those in one state."""
    query = select(audits).order_by(audits.c.id.desc()).limit(limit)
    if state:
        query = query.where(audits.c.state == state)
    return [_row(row) for row in connection.execute(query)]


def require(connection: Connection, run: str) -> None:
    """Raises NotIntact where the row of a run is not what the ledger says."""
    said: AuditRow | None = None
    for entry in ledger.about(connection, run, BEGUN, ENDED):
        said = _after(said, entry)
    if said != _read(connection, run):
        raise NotIntact("ledger.contradicts-index", run, table="audits")


def replay(connection: Connection) -> None:
    """Make the rows again from the ledger alone."""
    connection.execute(delete(audits))
    for entry in ledger.of_action(connection, BEGUN, ENDED):
        _apply(connection, entry)


def compare(connection: Connection) -> Iterator[Finding]:
    """Every run of which the row contradicts the ledger."""
    known = set(ledger.subjects_of(connection, BEGUN)) | set(connection.execute(select(audits.c.id)).scalars())
    yield from contradictions(lambda run: require(connection, run), known)
