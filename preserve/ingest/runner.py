"""Takes one deposit in: assessed first, then claimed, begun or gone on with, and carried through every stage."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

from preserve.archival_storage.media import server_store
from preserve.archival_storage.packing import attempts
from preserve.data_management.database import Catalogue
from preserve.description.schema import CaseDescription
from preserve.errors import Conflict, Refused
from preserve.home import Home
from preserve.ingest.acceptance import Answerer, require_answerer
from preserve.ingest.assess import Assessed, assess
from preserve.ingest.begin import Began, abandon, begin, refuse
from preserve.ingest.context import Ingest
from preserve.ingest.early_workers import workers_for
from preserve.ingest.first_version import FirstVersion
from preserve.ingest.handed import Handed, handed
from preserve.ingest.in_force import read_in_force
from preserve.ingest.pipeline import carry_out
from preserve.ingest.result import Result
from preserve.ingest.working_files import WorkingFiles
from preserve.progress import Progress
from preserve.work import claim

__all__ = ["Answerer", "Result", "run"]


def run(
    home: Home,
    catalogue: Catalogue,
    source: Path | Handed,
    *,
    person: str | Answerer,
    jobs: int,
    watcher: Progress,
    restart: bool = False,
) -> Result:
    """Take one deposit in. Raises Refused, MediumProblem, StorageError, ToolMissing, Stopped, NotIntact.

    `person` is an account, with whether it may let errors in that somebody answers for; else NotPermitted is raised.

    After Refused nothing of the deposit is left in the archive but the refusal in the ledger; after every other
    error the same call goes on where this one stopped; with `restart` it begins anew.
    """
    watcher.begin("ingest.step-receive")
    answerer = person if isinstance(person, Answerer) else Answerer(person)
    person = answerer.account
    with workers_for(handed(source), jobs) as pool:
        assessed = _assessed(home, catalogue, source, answerer, watcher, pool)
        number = assessed.description.case_number
        with claim(home.work, number):
            if restart:
                abandon(home, catalogue, number, person)
            server_store(home).require()
            try:
                began = begin(home, catalogue, assessed, person)
            except Refused as refusal:
                _refuse(home, catalogue, assessed.deposit.origin, refusal, person)
                raise
            ingest, texts = _ingest(home, catalogue, began, assessed.description)
            files = WorkingFiles(catalogue, ingest, jobs, watcher, texts, pool=pool)
            plan = FirstVersion(catalogue, ingest, assessed, began, answerer, files)
            if began.row.state == "done" and not plan.is_published():
                plan.discard()
                raise Conflict("ingest.case-known", number, objid=began.row.objid)  # it went from here since
            del assessed  # the plan lets go of it when it has no more use for the names of a large deposit
            return carry_out(plan)


def _assessed(
    home: Home,
    catalogue: Catalogue,
    source: Path | Handed,
    answerer: Answerer,
    watcher: Progress,
    pool: Executor | None,
) -> Assessed:
    try:
        with catalogue.read() as connection:
            known = read_in_force(home, connection)
        assessed = assess(home, source, watcher, known, pool)
        require_answerer(assessed.description, assessed.answered(home), answerer)
    except Refused as refusal:
        _refuse(home, catalogue, handed(source).path, refusal, answerer.account)
        raise
    return assessed


def _refuse(home: Home, catalogue: Catalogue, source: Path, refusal: Refused, person: str) -> None:
    """A deposit that was refused before its ingest began has no identifier: it stands under the archive's."""
    with catalogue.begin() as connection:
        refuse(connection, home.settings.archive_id, source, refusal, person)


def _ingest(home: Home, catalogue: Catalogue, began: Began, description: CaseDescription) -> tuple[Ingest, Path]:
    """What every stage sees, and where texts go: the folders of this attempt."""
    row, held = began.row, catalogue.while_held
    name = f"{row.objid}_v0001"
    own = attempts.begin(server_store(home), home.work, name, row.id, held, resumed=began.resumed)
    return Ingest(row.id, row.objid, home, description, own.package, own.scratch), own.texts
