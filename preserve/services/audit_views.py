"""Audits as they are listed: the newest runs, what was not intact, and the drills of the last year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from preserve.administration.duties import Duty
from preserve.archival_storage import drill
from preserve.clock import parse
from preserve.data_management import audit_records, audits, holdings
from preserve.data_management.audit_records import Record
from preserve.data_management.audits import AuditRow
from preserve.services.operation import Look, of_archive, query
from preserve.services.session import Session

MOST = 200
"""So many findings and runs are listed, the newest."""

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class DrillListed:
    """One restore drill: in which month, of which package, from which medium, whether it came back whole."""

    month: str
    name: str
    medium: str
    whole: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AuditsListed:
    """Runs, the newest first; what was not intact within a year, the newest first, at most `MOST` of `failures`.

    `labels` are those of the media, by identity.
    """

    runs: tuple[AuditRow, ...]
    records: tuple[Record, ...]
    failures: int
    drills: tuple[DrillListed, ...]
    labels: Mapping[str, str]


def _without_files(shown: AuditsListed) -> AuditsListed:
    """Who keeps the bytes and may not find cases learns of which package, and not of which of its files."""
    return replace(shown, records=tuple(replace(record, path="", detail="") for record in shown.records))


@query(
    "audit.list",
    duty=(Duty.KEEP, Duty.REPORT),
    look=Look("audit-history.viewed", about=of_archive),
    hidden={Duty.FIND: _without_files},
)
def list_audits(session: Session) -> AuditsListed:
    """The newest runs, what was not intact in the last year, and the year's drills."""
    archive = session.archive
    moment = archive.now()
    with archive.catalogue.read() as connection:
        labels = {row.id: row.label for row in holdings.all_media(connection)}
        runs = audits.runs(connection, limit=MOST)
        drilled = drill.results(connection, 12, moment)
    records = audit_records.failures(archive.home.store, since=moment - _YEAR)
    drills = [
        DrillListed(
            month,
            str(result.get("name", "")),
            str(result.get("medium", "")),
            bool(result.get("whole")),
            str(result.get("reason", "")),
        )
        for month, result in drilled
    ]
    return AuditsListed(tuple(runs), tuple(records[::-1][:MOST]), len(records), tuple(drills), labels)


def days_since(session: Session, moment: str) -> int | None:
    """How many whole days ago that was (RFC 3339), by the archive's clock; None where it never was."""
    return max(0, (session.archive.now() - parse(moment)).days) if moment else None
