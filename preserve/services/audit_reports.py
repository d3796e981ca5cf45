"""What audits found: the history of a package or a medium, and the report on the safety of all copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from preserve.administration.duties import Duty
from preserve.administration.fixity_report import write_report
from preserve.administration.fixity_report.facts import Coverage
from preserve.archival_storage.packages import read_version
from preserve.archival_storage.policy import read_policy
from preserve.archival_storage.provenance import write_events
from preserve.data_management import audit_records, holdings
from preserve.data_management.audit_records import Record
from preserve.data_management.cases import find_case
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.runs import Runs
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class AuditHistory:
    """Checks, oldest first; `labels` are those of the media, by identity; `time_zone` is the bureau's.

    `premis_events`: how many events were written as PREMIS; None where that was not wished.
    """

    records: tuple[Record, ...]
    labels: dict[str, str]
    time_zone: str
    premis_events: int | None


def _history_form(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"failures": arguments["failures"], "premis": arguments["premis"] is not None}


def _whose_history(session: Session, arguments: Arguments) -> str:
    """The medium or the case that was looked at, whatever it was called."""
    subject = str(arguments["subject"])
    with session.archive.catalogue.read() as connection:
        medium = holdings.read_medium(connection, subject)
        return medium.id if medium else find_case(connection, subject) or subject


def _without_files(shown: AuditHistory) -> AuditHistory:
    """Who keeps the bytes and may not find cases learns of which package, and not of which of its files."""
    return replace(shown, records=tuple(replace(record, path="", detail="") for record in shown.records))


@query(
    "audit.history",
    duty=(Duty.REPORT, Duty.KEEP, Duty.FIND),
    subject="subject",
    look=Look("audit-history.viewed", _history_form, _whose_history),
    hidden={Duty.FIND: _without_files},
)
def history(session: Session, subject: str, *, failures: bool = False, premis: Path | None = None) -> AuditHistory:
    """Every check of a package's copies, or those that `failures`; of a medium what was not intact.

    With `premis` a package's are written into that file as PREMIS events too. Raises Refused, MediumProblem.
    """
    home = session.archive.home
    with session.archive.catalogue.read() as connection:
        labels = {row.id: row.label for row in holdings.all_media(connection)}
        medium = holdings.read_medium(connection, subject)
        name = "" if medium else read_version(connection, find_case(connection, subject) or subject).name
        written = write_events(home, connection, name, premis) if premis is not None and name else None
    if medium is not None:
        records = audit_records.failures(home.store, medium.id)
    else:
        records = audit_records.of_package(home.store, name)
    if failures:
        records = [record for record in records if record.outcome != "intact"]
    return AuditHistory(tuple(records), labels, home.settings.time_zone, written)


@dataclass(frozen=True, slots=True)
class ReportWritten:
    """The files of a report and its heads; `overdue` and `at_risk` are labels of media."""

    files: tuple[Path, ...]
    coverage: tuple[Coverage, ...]
    suspect: int
    sealed: int
    unsealed: int
    failures: int
    overdue: tuple[str, ...]
    at_risk: tuple[str, ...]


@query(
    "audit.report",
    duty=(Duty.REPORT, Duty.KEEP),
    look=Look("audit-report.viewed", about=of_archive),
    runs=Runs("audit", folder="target", anew=True),
)
def report(session: Session, target: Path, *, replace: bool = False) -> ReportWritten:
    """Write the report in both languages, as HTML and PDF/A, into a folder; over one of the same day if `replace`.

    Raises Refused, ToolMissing, MediumProblem.
    """
    archive = session.archive
    written = write_report(
        archive.home, archive.catalogue, read_policy(archive.home.profiles), target, archive.now(), replace=replace
    )
    facts = written.facts
    return ReportWritten(
        written.files,
        facts.coverage,
        facts.suspect,
        facts.sealed,
        facts.unsealed,
        len(facts.failures),
        tuple(medium.row.label for medium in facts.media if medium.overdue),
        tuple(medium.row.label for medium in facts.media if medium.at_risk),
    )
