"""The catalogue as a whole: made again from packages and segments, moved, brought to a newer schema."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from preserve import kept_records
from preserve.administration.disposal.tombstones import after_rebuild
from preserve.administration.duties import Duty
from preserve.archival_storage.media import server_store
from preserve.data_management import moving, upgrading
from preserve.data_management import rebuild as making
from preserve.errors import UsageError
from preserve.services.documents import FindingShown
from preserve.services.operation import command, job
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.settings import CatalogueAt, what_is_wrong


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made again. `kept` is where the old file was put aside, empty where there was none."""

    cases: int
    packages: int
    entries: int
    ledger_from_old_catalogue: bool
    kept: str
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the catalogue lies now, how many rows and entries came over, and where the old one was put aside."""

    where: str
    rows: int
    entries: int
    kept: str


@command("catalogue.move", duty=Duty.KEEP, needs="home")
def move(session: Session, to: str, *, schema: str = "", password_file: str = "") -> Moved:
    """Move the catalogue to the PostgreSQL database of that address, or into the home where `to` is `file`.

    Each row is compared, and the ledger's root. Raises Conflict where it lies there already, Busy while somebody
    writes, Refused, NotIntact, MediumProblem; the old one is then as it was.
    """
    home = session.home
    session.progress.begin("catalogue.moving")
    at = None if to == "file" else _address(to, schema, password_file, home.settings.catalogue)
    moved = moving.move(home, at, progress=lambda rows: session.progress(0, rows))
    return Moved(moved.where, moved.rows, moved.entries, moved.kept)


def _address(url: str, schema: str, password_file: str, before: CatalogueAt | None) -> CatalogueAt:
    try:
        at = CatalogueAt(url=url, schema_name=schema, password_file=password_file)
    except ValidationError as error:
        raise UsageError("catalogue.address-wrong", reason=what_is_wrong(error)) from None
    if before is None:
        return at
    # Who signs, and for how long backups are kept, does not change with the server.
    return at.model_copy(update={"sealer": before.sealer, "kept_days": before.kept_days})


@dataclass(frozen=True, slots=True)
class Upgraded:
    """Which schema the catalogue had and has, and the changes between; none where it was this program's already."""

    before: str
    now: str
    steps: tuple[str, ...]


@command("catalogue.upgrade", duty=Duty.KEEP, needs="home")
def upgrade(session: Session) -> Upgraded:
    """Bring the schema of a catalogue on a server to this program's; a file is brought there by whoever opens it.

    Raises Busy while another upgrade or a long statement is under way, Refused while programs of an earlier release
    work that could not go on, NotIntact; the schema is then as it was.
    """
    session.progress.begin("catalogue.upgrading")
    done = upgrading.upgrade(
        session.home,
        begin=lambda steps: session.progress.begin("catalogue.upgrading", files=steps),
        told=lambda what: session.progress(0, 1 if what.isdecimal() else 0),
    )
    return Upgraded(done.before, done.now, done.steps)


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
