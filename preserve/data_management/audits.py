"""Runs of the audit: begun, ended, and made again from the ledger; a run that ended without a word is seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.tables import audits

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
    ledger.append(connection, action=BEGUN, subject=run, actor=actor, details={}, moment=moment)
    connection.execute(audits.insert(), {"id": run, "started": stamp(moment), "state": "running"})


def end(
    connection: Connection, run: str, state: str, *, reason: str = "", counts: Mapping[str, int], records: str,
    sha256: str, actor: str, moment: datetime,
) -> None:  # fmt: skip
    """Write down how a run ended, and the digest of its records, which anchors them in the ledger."""
    details = {"state": state, "reason": reason, "counts": dict(counts), "records": records, "sha256": sha256}
    ledger.append(connection, action=ENDED, subject=run, actor=actor, details=details, moment=moment)
    _apply_end(connection, run, details, stamp(moment))


def _apply_end(connection: Connection, run: str, details: Mapping[str, object], when: str) -> None:
    values = {**details, "counts": json.dumps(details["counts"], sort_keys=True), "ended": when}
    connection.execute(update(audits).where(audits.c.id == run).values(**values))


def runs(connection: Connection, state: str = "", limit: int = 10_000) -> list[AuditRow]:
    """Runs, newest first; all or those in one state."""
    query = select(audits).order_by(audits.c.id.desc()).limit(limit)
    if state:
        query = query.where(audits.c.state == state)
    return [AuditRow(**{**row._mapping, "counts": json.loads(row.counts)}) for row in connection.execute(query)]


def replay(connection: Connection) -> None:
    """Make the rows again from the ledger alone."""
    connection.execute(delete(audits))
    for entry in ledger.entries(connection):
        data = json.loads(entry.text)
        if data["action"] == BEGUN:
            connection.execute(audits.insert(), {"id": data["subject"], "started": data["time"], "state": "running"})
        elif data["action"] == ENDED:
            _apply_end(connection, data["subject"], data["details"], data["time"])
