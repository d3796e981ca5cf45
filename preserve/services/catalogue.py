"""The catalogue as a whole: made again from the packages and the ledger's segments."""

from __future__ import annotations

from dataclasses import dataclass

from preserve import kept_records
from preserve.administration.disposal.tombstones import after_rebuild
from preserve.administration.duties import Duty
from preserve.archival_storage.media import server_store
from preserve.data_management import rebuild as making
from preserve.services.documents import FindingShown
from preserve.services.operation import job
from preserve.services.runs import Runs
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made again. `kept` is where the old file was put aside, empty where there was none."""

    cases: int
    packages: int
    entries: int
    ledger_from_old_catalogue: bool
    kept: str
    findings: tuple[FindingShown, ...]


@job("catalogue.rebuild", duty=Duty.KEEP, needs="home", runs=Runs("rebuild"))
def rebuild(session: Session) -> Rebuilt:
    """Make the catalogue again. One that is missing, damaged or contradicts the ledger stops nobody from mending it.

    Raises Busy while another rebuild or a writer is at it, NotIntact where the ledger contradicts its checkpoints.
    """
    home = session.home
    session.progress.begin("catalogue.rebuilding")
    kept_records.bring(home)  # of a store that is away: what this machine lost of the ledger is there
    report = making.rebuild(
        home, [server_store(home)], progress=lambda done: session.progress(0, done), finish=after_rebuild(home)
    )
    return Rebuilt(report.cases, report.packages, report.entries, report.from_old, report.kept, tuple(report.findings))
