"""Exports (导出): whole cases in forms that others read; proposed, decided by the head, written, read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from preserve.access.exporting import steps
from preserve.access.exporting.model import FORMS as FORMS
from preserve.access.exporting.model import LOST as LOST
from preserve.access.exporting.model import STATES as STATES
from preserve.access.exporting.model import Export as Export
from preserve.access.exporting.model import Form
from preserve.access.exporting.procedure import EXPORTS
from preserve.administration.duties import Duty
from preserve.services.found_done import found_done, lies_within
from preserve.services.operation import Arguments, Look, command, job, of_archive, query
from preserve.services.runs import Runs
from preserve.services.session import Session

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Stepped:
    """An export after a step: number, state, who gets it, form, the cases by objid; `whole`: all there are."""

    number: str
    state: str
    receiver: str
    form: str
    cases: tuple[str, ...]
    whole: bool


def _stepped(export: Export) -> Stepped:
    return Stepped(export.number, export.state, export.receiver, export.form, export.cases, export.whole)


@command("export.propose", duty=Duty.DELIVER)
def propose(
    session: Session, cases: Sequence[str], *, receiver: str, purpose: str, form: Form = "plain", whole: bool = False
) -> Stepped:
    """Propose an export of cases, or with `whole` of the archive. Raises Refused where one is unknown, gone, secret."""
    made = steps.propose(session.actor, cases, receiver=receiver, purpose=purpose, form=form, whole=whole)
    return _stepped(made)


@command("export.approve", duty=Duty.DECIDE, subject="number", confirmed=True)
def approve(session: Session, number: str, *, reason: str = "", seen: str = "") -> Stepped:
    """The head, or whoever decides in the head's place, approves; never who proposed it.

    `seen` is the digest of the record that was looked at: Changed where another step came since.
    """
    return _stepped(steps.decide(session.actor, number, approve=True, reason=reason, seen=seen))


@command("export.refuse", duty=Duty.DECIDE, subject="number", confirmed=True)
def refuse(session: Session, number: str, *, reason: str, seen: str = "") -> Stepped:
    """The head, or whoever decides in the head's place, does not approve, and says why. `seen` as for `approve`."""
    return _stepped(steps.decide(session.actor, number, approve=False, reason=reason, seen=seen))


@dataclass(frozen=True, slots=True)
class ExportWritten(Stepped):
    """An export that was written: where it lies, what it holds, and the digest of its list.

    `present`: how many of its cases lay there already; `left_out`: objids that an export of all does not hold.
    """

    place: str
    written: int
    present: int
    files: int
    bytes: int
    digest: str
    left_out: tuple[str, ...]


@job("export.write", duty=Duty.DELIVER, subject="number", runs=Runs(place="number", folder="target"))
def write(session: Session, number: str, target: Path) -> ExportWritten:
    """Write an approved export into the folder `target` and read it back; the same call goes on after a stop.

    Raises Refused, NotIntact where a source is not what the ledger says, MediumProblem.
    """
    before = found_done(session, EXPORTS, number, "written")
    if before is not None and before.written is not None and lies_within(before.written.to, target):
        export = before
    else:
        export = steps.write_out(session.actor, number, target, progress=session.progress)
    written = export.written
    assert written is not None
    return ExportWritten(
        export.number,
        export.state,
        export.receiver,
        export.form,
        export.cases,
        export.whole,
        written.to,
        written.cases,
        written.present,
        written.files,
        written.size,
        written.list_sha256,
        written.left_out,
    )


@command("export.withdraw", duty=Duty.DELIVER, subject="number")
def withdraw(session: Session, number: str, *, reason: str) -> Stepped:
    """Give an export up, and say why. What was begun stays where it lies; the record says where."""
    return _stepped(steps.withdraw(session.actor, number, reason=reason))


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list; `cases` are objids."""

    number: str
    state: str
    receiver: str
    form: str
    cases: tuple[str, ...]
    whole: bool
    proposed: str


@dataclass(frozen=True, slots=True)
class ExportList:
    """Exports, oldest first; `more` older ones are not listed."""

    exports: tuple[Listed, ...]
    more: int


def _newest(session: Session) -> tuple[list[Export], int]:
    return session.once("exports", lambda connection: EXPORTS.newest(connection, session.home, (), _MOST))


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    exports, _ = _newest(session)
    return {"exports": [export.number for export in exports]}


@query("export.list", duty=Duty.SEE_REQUESTS, look=Look("export-list.viewed", _listed, of_archive))
def list_exports(session: Session) -> ExportList:
    """Every export, whatever became of it."""
    exports, more = _newest(session)
    listed = (
        Listed(one.number, one.state, one.receiver, one.form, one.cases, one.whole, one.proposed) for one in exports
    )
    return ExportList(tuple(listed), more)


@dataclass(frozen=True, slots=True)
class ExportView:
    """Everything about one export; titles are empty for who may not find cases.

    `sha256` is the digest of the record that is shown; `offered` the steps that the reader may take now.
    """

    export: Export
    sha256: str
    offered: tuple[str, ...]


def _without_titles(view: ExportView) -> ExportView:
    items = tuple(item.model_copy(update={"title": ""}) for item in view.export.items)
    return replace(view, export=view.export.model_copy(update={"items": items}))


def _export(session: Session, number: str) -> Export:
    return session.once("export", lambda connection: EXPORTS.read(connection, session.home, number))


def _cases_of(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"cases": list(_export(session, arguments["number"]).cases)}


@query(
    "export.show",
    duty=Duty.SEE_REQUESTS,
    subject="number",
    look=Look("export.viewed", _cases_of),
    hidden={Duty.FIND: _without_titles},
)
def show(session: Session, number: str) -> ExportView:
    """Everything about one export, as its last record in the store says. Raises NotIntact where that was changed."""
    export = _export(session, number)
    return ExportView(export, EXPORTS.digest(session.home, export), EXPORTS.offered(session.person, export))
