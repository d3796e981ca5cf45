"""Disposals (销毁): what an approved appraisal says goes, from the proposal to the tombstone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from preserve.administration.disposal import media_destruction, steps
from preserve.administration.disposal.executing import execute
from preserve.administration.disposal.model import Disposal, Tombstone
from preserve.administration.disposal.register import as_paper, names_in
from preserve.administration.disposal.remaining import MediumLeft, media_left
from preserve.administration.disposal.removal import Task
from preserve.administration.disposal.steps import DISPOSALS, WHICH, Which, kept_register, register_file
from preserve.administration.disposal.tombstones import tombstones_of
from preserve.administration.duties import Duty
from preserve.data_management import proceedings
from preserve.data_management.disposal_holds import Block, blocks_of
from preserve.data_management.proceedings import ProceedingRow
from preserve.errors import Conflict, PreserveError
from preserve.outputs import write_new
from preserve.services.documents import FindingShown
from preserve.services.found_done import found_done
from preserve.services.operation import Arguments, Look, command, job, of_archive, query
from preserve.services.runs import Runs
from preserve.services.session import Session

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Proposed:
    """A disposal that was proposed, where its register lies, and what was left out and why."""

    disposal: Disposal
    register: Path
    left_out: tuple[FindingShown, ...]


@command("disposal.propose", duty=Duty.DISPOSE, subject="review")
def propose(session: Session, review: str, *, items: Sequence[int] = (), reason: str = "") -> Proposed:
    """Propose what an approved appraisal says, all or the items named; makes the register (销毁清册)."""
    disposal, left_out = steps.propose(session.actor, review, rows=items, reason=reason)
    return Proposed(disposal, register_file(session.home, disposal.number), tuple(left_out))


@dataclass(frozen=True, slots=True)
class Stepped:
    """A disposal, and the state it is in after a step."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class Supervised(Stepped):
    """Who checked the register before it was approved; who signed by now that they saw it destroyed."""

    supervisors: tuple[str, ...]
    witnesses: tuple[str, ...]


@command("disposal.supervise", duty=Duty.SUPERVISE, subject="number", confirmed=True)
def supervise(session: Session, number: str, *, note: str = "", seen: str = "") -> Supervised:
    """As one of two: check the register before it is approved (清册复核), or sign once it was carried out (监销).

    `seen` is the digest of the record that was looked at: Changed where another step came since.
    """
    with session.archive.catalogue.read() as connection:
        done = DISPOSALS.row(connection, number).state in ("executed", "witnessed")
    disposal = (steps.witness if done else steps.supervise)(session.actor, number, note=note, seen=seen)
    return Supervised(
        number,
        disposal.state,
        tuple(signature.by for signature in disposal.supervisors),
        tuple(signature.by for signature in disposal.witnesses),
    )


@dataclass(frozen=True, slots=True)
class Approved(Stepped):
    """A disposal that was approved: the first day on which it may be carried out."""

    not_before: date


@command("disposal.approve", duty=Duty.DECIDE, subject="number", confirmed=True)
def approve(session: Session, number: str, *, note: str = "", seen: str = "") -> Approved:
    """The head approves; the pause before it may be carried out begins. `seen` as for `supervise`."""
    disposal = steps.approve(session.actor, number, note=note, seen=seen)
    assert disposal.not_before is not None
    return Approved(number, disposal.state, disposal.not_before)


@command("disposal.withdraw", duty=(Duty.DISPOSE, Duty.SUPERVISE, Duty.DECIDE), subject="number")
def withdraw(session: Session, number: str, *, reason: str) -> Stepped:
    """Give a disposal up before it is carried out."""
    return Stepped(number, steps.withdraw(session.actor, number, reason=reason).state)


@dataclass(frozen=True, slots=True)
class Executed:
    """A disposal after a run: how many lines of its register are gone, what is to be done, what stands against it.

    `status` is 0 when nothing of it is left, 3 where something stands against it, 5 while something is to be done.
    """

    status: int
    number: str
    state: str
    gone: int
    left: int
    tasks: tuple[Task, ...]
    obstacles: Annotated[tuple[FindingShown, ...], Field(serialization_alias="against")]


def _under_way(session: Session, arguments: Arguments) -> tuple[str, PreserveError]:
    return "disposal", Conflict("disposal.under-way", arguments["number"])


@job("disposal.execute", duty=Duty.DISPOSE, subject="number", lock=_under_way, runs=Runs(place="number"))
def carry_out(session: Session, number: str) -> Executed:
    """Carry it out, or go on where it stopped."""
    before = found_done(session, DISPOSALS, number, "executed", "witnessed")
    if before is not None:
        return Executed(0, number, before.state, len(before.entries), 0, (), ())
    report = execute(session.actor, number, progress=session.progress)
    tasks = tuple(task for outcome in report.outcomes for task in outcome.tasks)
    obstacles = tuple(finding for outcome in report.outcomes for finding in outcome.obstacles)
    gone = sum(outcome.gone for outcome in report.outcomes)
    status = 0 if report.done else 3 if obstacles and not tasks else 5
    left = len(report.outcomes) - gone
    return Executed(status, report.disposal.number, report.disposal.state, gone, left, tasks, obstacles)


@dataclass(frozen=True, slots=True)
class Confirmed(Stepped):
    """That a medium was destroyed; `gone` with the second person who says so."""

    medium: str
    gone: bool


@command("disposal.confirm", duty=Duty.SUPERVISE, subject="number")
def confirm(session: Session, number: str, medium: str, *, how: str) -> Confirmed:
    """Say that a disc or drive was destroyed before one's eyes; it takes two people."""
    disposal, gone = media_destruction.confirm(session.actor, number, medium, how=how)
    return Confirmed(number, disposal.state, medium, gone)


@dataclass(frozen=True, slots=True)
class DisposalList:
    """Disposals, oldest first; `more` older ones are not listed."""

    disposals: tuple[ProceedingRow, ...]
    more: int


def _newest(session: Session) -> tuple[list[ProceedingRow], int]:
    return session.once("disposals", lambda connection: proceedings.newest(connection, "disposal", (), _MOST))


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"disposals": [row.number for row in _newest(session)[0]]}


@query("disposal.list", duty=(Duty.FIND, Duty.REPORT), look=Look("disposal-list.viewed", _listed, of_archive))
def list_disposals(session: Session) -> DisposalList:
    """Every disposal and where it stands."""
    rows, more = _newest(session)
    return DisposalList(tuple(rows), more)


@dataclass(frozen=True, slots=True)
class DisposalView:
    """A disposal as it stands, the files that were written, and the tombstones it left so far.

    `blocks` is what stands against it by now, by objid; `media` what people still have to destroy by hand; `registers`
    are those that are kept. `sha256` is the digest of the record shown; `offered` the steps that the reader may take;
    `today` the bureau's day.
    """

    disposal: Disposal
    files: tuple[Path, ...]
    tombstones: tuple[Tombstone, ...]
    blocks: dict[str, tuple[Block, ...]]
    media: tuple[MediumLeft, ...]
    registers: tuple[Which, ...]
    sha256: str
    offered: tuple[str, ...]
    today: date


def _disposal(session: Session, number: str) -> Disposal:
    return session.once("disposal", lambda connection: DISPOSALS.read(connection, session.home, number))


def _items_of(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"items": len(_disposal(session, arguments["number"]).entries)}


@query("disposal.show", duty=Duty.FIND, subject="number", look=Look("disposal-record.viewed", _items_of))
def show(session: Session, number: str, *, folder: Path | None = None) -> DisposalView:
    """A disposal as it stands, with its tombstones; the register goes into `folder` as PDF/A."""
    archive = session.archive
    disposal = _disposal(session, number)
    with archive.catalogue.read() as connection:
        tombstones = tombstones_of(archive.home, connection, disposal)
        stands = blocks_of(connection, {entry.item.objid for entry in disposal.entries})
        media = media_left(connection, disposal) if disposal.state == "executing" else []
        paper = b""
        if folder is not None:
            paper = as_paper(archive.home, disposal, archive.now(), tombstones, names=names_in(connection))
    files = []
    if folder is not None:
        files.append(folder / f"{number}.pdf")
        write_new(files[0], paper, archive.home)
    digests = (disposal.register_sha256, disposal.final_sha256, disposal.signed_sha256)
    return DisposalView(
        disposal,
        tuple(files),
        tuple(tombstones),
        {objid: tuple(found) for objid, found in stands.items()},
        tuple(media),
        tuple(which for which, digest in zip(WHICH, digests, strict=True) if digest),
        DISPOSALS.digest(archive.home, disposal),
        _offered(session, disposal),
        archive.today(),
    )


def _offered(session: Session, disposal: Disposal) -> tuple[str, ...]:
    """The steps that the reader may take; going on with what was begun is one of them."""
    offered = DISPOSALS.offered(session.person, disposal)
    going_on = disposal.state == "executing" and session.person.may(Duty.DISPOSE)
    # That nothing is left is found by carrying it out; nobody says it.
    return tuple(deed for deed in (*offered, *(("begun",) if going_on else ())) if deed != "executed")


@dataclass(frozen=True, slots=True)
class KeptPaper:
    """A paper that is kept in the archive, as it was filed: its name, its digest, its bytes."""

    name: str
    sha256: str
    data: Annotated[bytes, Field(exclude=True)]


def _of_register(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"items": len(_disposal(session, arguments["number"]).entries), "register": arguments["which"]}


@query("disposal.register", duty=Duty.FIND, subject="number", look=Look("disposal-record.viewed", _of_register))
def register(session: Session, number: str, *, which: Which = "proposed") -> KeptPaper:
    """The register (销毁清册, PDF/A) as it was proposed, with what was done, or signed. Raises NotFound, NotIntact."""
    sha256, data = kept_register(session.home, _disposal(session, number), which)
    return KeptPaper(f"{number}-{which}.pdf", sha256, data)
