"""Work on chosen cases, as jobs with one line a case: copies made, packages verified, a list written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metadata.verify import verify_package
from preserve.administration.duties import Duty
from preserve.archival_storage import replicate as replicating
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packages import require_case
from preserve.archival_storage.policy import read_policy
from preserve.data_management import cases
from preserve.description.vocabulary import read_what_is_sound
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.messages import say
from preserve.services.operation import Arguments, Look, job, of_archive
from preserve.services.runs import Runs
from preserve.services.session import Session
from storage_adapters.contract import CopyRef
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class DoneWithCase:
    """What came of it for one case: `done`, `left` (it waits for a medium), `damaged` or `failed`, and a count."""

    objid: str
    case_number: str
    outcome: str
    count: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class ChosenDone:
    """What came of it, a line a case. `status` is 4 where a package is damaged, 5 where something failed."""

    status: int
    cases: tuple[DoneWithCase, ...]


def _done(lines: Sequence[DoneWithCase]) -> ChosenDone:
    outcomes = {line.outcome for line in lines}
    return ChosenDone(4 if "damaged" in outcomes else 5 if "failed" in outcomes else 0, tuple(lines))


def _numbers(session: Session, objids: Sequence[str]) -> dict[str, str]:
    with session.archive.catalogue.read() as connection:
        found = [cases.objid_of(connection, objid) for objid in dict.fromkeys(objids)]
        names = cases.names_of(connection, found)
    return {objid: names[objid].case_number for objid in found}


@job("chosen.replicate", duty=Duty.KEEP, runs=Runs())
def replicate_chosen(session: Session, objids: Sequence[str]) -> ChosenDone:
    """Make the missing copies of these cases that can be made now; a case that fails stops no other."""
    lines = []
    for objid, number in _numbers(session, objids).items():
        archive = session.archive
        try:
            written, left, errors = replicating.replicate(
                archive.home,
                archive.catalogue,
                read_policy(archive.home.profiles),
                only=objid,
                actor=session.person.account,
                now=archive.now,
                progress=session.progress,
            )
        except (PreserveError, StorageError) as error:
            lines.append(DoneWithCase(objid, number, "failed", code=error.code))
            continue
        outcome = "failed" if errors else "left" if left else "done"
        lines.append(DoneWithCase(objid, number, outcome, len(written)))
    return _done(lines)


@job("chosen.verify", duty=Duty.KEEP, runs=Runs())
def verify_chosen(session: Session, objids: Sequence[str]) -> ChosenDone:
    """Verify the packages of these cases in the store, every byte; a case that fails stops no other."""
    lines = []
    for objid, number in _numbers(session, objids).items():
        try:
            report = verify_package(_package(session.home, session, objid), from_medium=True, progress=session.progress)
        except (PreserveError, StorageError, OSError) as error:
            lines.append(DoneWithCase(objid, number, "failed", code=getattr(error, "code", type(error).__name__)))
            continue
        lines.append(DoneWithCase(objid, number, "done" if report.intact else "damaged", len(report.findings)))
    return _done(lines)


def _package(home: Home, session: Session, objid: str) -> Path:
    with session.archive.catalogue.read() as connection:
        require_case(home, connection, objid)
        return Path(server_store(home).bring(CopyRef(cases.read(connection, objid).package)))


def _exported(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"cases": list(_numbers(session, arguments["objids"]))}


@dataclass(frozen=True, slots=True)
class ListWritten:
    """A list of cases as a workbook; `bytes` of it."""

    path: Path
    cases: int
    bytes: int


@job(
    "chosen.export",
    duty=Duty.FIND,
    look=Look("catalogue.exported", _exported, of_archive),
    runs=Runs("waited", folder="folder", anew=True),
)
def export_chosen(session: Session, objids: Sequence[str], folder: Path) -> ListWritten:
    """Write a list of these cases as a workbook into a folder: what the list of cases shows of each."""
    words = read_what_is_sound(session.home.profiles)
    wanted = _numbers(session, objids)
    with session.archive.catalogue.read() as connection:
        known = [cases.read(connection, objid) for objid in sorted(wanted, key=wanted.__getitem__)]
    heads = [say(f"words.heading-{name}") for name in ("number", "archival-number", "title", "type", "closed", "objid")]
    rows = [
        (
            case.case_number,
            case.archival_number,
            case.title,
            words.label("case_type", case.case_type),
            case.closed or "",
            case.objid,
        )
        for case in known
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{say('words.list-of-cases')}.xlsx"
    _write(path, heads, rows)
    return ListWritten(path, len(rows), path.stat().st_size)


def _write(path: Path, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A sheet of texts: what begins like a formula stays what it says."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value)
        sheet.set_column(0, len(heads) - 1, 24)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(heads) - 1)
