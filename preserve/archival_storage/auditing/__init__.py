"""The nightly audit: reads back what is due, gives verdicts, records them; tells apart what it could not check.

A run draws the sample of off-line media, checks the ledger and its own records, then reads on-line copies, the longest
unread first, and every drive or disc that is due and at hand. It ends when nothing is due or the budget is used up, and
the next one goes on from there. Every result is written down before the next copy is read, so that a run that is killed
loses nothing it found: the next run closes it, as failed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from metadata.findings import Finding
from preserve.archival_storage import schedule
from preserve.archival_storage.auditing.reading import read_all
from preserve.archival_storage.auditing.report import AuditReport, Overdue
from preserve.archival_storage.auditing.run import Run
from preserve.archival_storage.opening import attached
from preserve.archival_storage.pace import Budget, OutOfBudget, Pace
from preserve.archival_storage.policy import StorageProfile
from preserve.clock import stamp
from preserve.data_management import audit_records, holdings
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue
from preserve.data_management.ledger_keys import has_sealer
from preserve.data_management.proof import verify_ledger
from preserve.errors import Conflict, PreserveError, Stopped
from preserve.home import Home
from preserve.work import executor, hold
from storage_adapters.errors import StorageError

__all__ = ["AuditReport", "Overdue", "run_audit"]


def run_audit(
    archive: Archive,
    profile: StorageProfile,
    budget: Budget,
    *,
    inserted: Sequence[tuple[str, Path]] = (),
    everything: bool = False,
    actor: str,
    progress: Callable[[int], None] = lambda moved: None,
) -> AuditReport:
    """Read back what is due, within the budget; with `everything` all that can be reached, due or not.

    `inserted` are discs, images or mounted drives that are read whatever is due, each with a label where its marker
    fits several. Raises Refused where another run is under way; damage is in the report. An error of the home itself
    (no space, a broken catalogue) ends the run as failed and is raised.
    """
    home, catalogue, now = archive.home, archive.catalogue, archive.now
    with hold(home.work / "audit.lock", Conflict("audit.under-way", str(home.path))), executor() as pool:
        run = Run(home, catalogue, profile, Pace(budget, progress, now), pool, actor=actor, now=now)
        run.begin()
        try:
            run.report.findings += _check_records(home, catalogue)
            with catalogue.begin() as connection:
                schedule.draw(connection, profile, now(), actor)
            read_all(run, inserted, everything)
        except OutOfBudget as error:
            run.report.state, run.report.reason = "stopped", str(error)
        except Stopped:
            run.report.state, run.report.reason = "stopped", "by a person"
            run.end()
            raise
        except Exception as error:
            run.report.state, run.report.reason = "failed", f"{type(error).__name__}: {error}"
            with suppress(PreserveError, StorageError, OSError):
                run.end()
            raise
        return _finished(run)


def _finished(run: Run) -> AuditReport:
    moment = run.now()
    with run.catalogue.read() as connection:
        run.report.suspect = holdings.count_in(connection, ("suspect", "lost"))
        here = set(attached(run.home, holdings.all_media(connection)))
        for due in schedule.plan(connection, run.profile, moment, here):
            if not due.copies or due.how == "passed":
                continue
            overdue = Overdue(due.medium.label, due.medium.kind, due.medium.place, due.since, due.copies, due.how)
            if due.how == "insert":
                run.report.insert.append(overdue)
            rule = schedule.rule_for(run.profile, due.medium.kind)
            if rule.days and due.next < stamp(moment) and due.how != "draw":
                run.report.overdue.append(overdue)
    return run.end()


def _check_records(home: Home, catalogue: Catalogue) -> list[Finding]:
    """The ledger against its checkpoints, the records of earlier audits against the ledger."""
    report = verify_ledger.verify_ledger(
        catalogue, home.store / "ledger", home.keys / "ledger.pub", waits=has_sealer(home)
    )
    with catalogue.read() as connection:
        return [*report.findings, *audit_records.check_anchors(connection, home.store)]
