"""Transfers (移交) to another archive: prepared, decided, handed over, received or cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from preserve.access.transfer import steps
from preserve.access.transfer.model import FORMS as FORMS
from preserve.access.transfer.model import STATES as STATES
from preserve.access.transfer.model import Form
from preserve.access.transfer.model import Transfer as Transfer
from preserve.access.transfer.procedure import OPEN, TRANSFERS
from preserve.access.transfer.steps import TheirReceipt
from preserve.administration.duties import Duty
from preserve.administration.proceedings.records import check_paper
from preserve.errors import Conflict, NotFound, PreserveError
from preserve.services.found_done import found_done, lies_within
from preserve.services.operation import Arguments, Look, command, job, of_archive, query
from preserve.services.runs import Runs
from preserve.services.session import Session

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Stepped:
    """A transfer after a step: its number and state, the receiving archive, the cases by objid."""

    number: str
    state: str
    archive: str
    cases: tuple[str, ...]


def _stepped(transfer: Transfer) -> Stepped:
    return Stepped(transfer.number, transfer.state, transfer.archive, transfer.cases)


@dataclass(frozen=True, slots=True)
class Prepared(Stepped):
    """A transfer that was drawn up, with how many cases."""

    count: int


@command("transfer.prepare", duty=Duty.DELIVER)
def prepare(session: Session, cases: Sequence[str], *, receiver: str, basis: str, form: Form = "eark") -> Prepared:
    """Draw up a transfer. Raises Refused where a case is unknown, gone, secret, or already in another one."""
    transfer = steps.prepare(session.actor, cases, receiver=receiver, basis=basis, form=form)
    return Prepared(transfer.number, transfer.state, transfer.archive, transfer.cases, len(transfer.items))


@command("transfer.approve", duty=Duty.DECIDE, subject="number", confirmed=True)
def approve(session: Session, number: str, *, reason: str = "", seen: str = "") -> Stepped:
    """The head, or whoever decides in the head's place, approves; never who prepared it.

    `seen` is the digest of the record that was looked at: Changed where another step came since.
    """
    return _stepped(steps.decide(session.actor, number, approve=True, reason=reason, seen=seen))


@command("transfer.refuse", duty=Duty.DECIDE, subject="number", confirmed=True)
def refuse(session: Session, number: str, *, reason: str, seen: str = "") -> Stepped:
    """The head, or whoever decides in the head's place, does not approve, and says why. `seen` as for `approve`."""
    return _stepped(steps.decide(session.actor, number, approve=False, reason=reason, seen=seen))


@dataclass(frozen=True, slots=True)
class HandedOver(Stepped):
    """A transfer that was handed over: where it lies, and the digest of its list, which the receiver confirms."""

    place: str
    digest: str


def _busy(session: Session, arguments: Arguments) -> tuple[str, PreserveError]:
    return "transfer", Conflict("transfer.busy", arguments["number"])


@job("transfer.hand_over", duty=Duty.DELIVER, subject="number", lock=_busy, runs=Runs(place="number", folder="target"))
def hand_over(session: Session, number: str, target: Path) -> HandedOver:
    """Write packages and list into the folder `target` and read all of it back; the same call goes on after a stop."""
    before = found_done(session, TRANSFERS, number, "handed-over")
    if before is not None and before.handed_over is not None and lies_within(before.handed_over.to, target):
        transfer = before
    else:
        transfer = steps.hand_over(session.actor, number, target, progress=session.progress)
    handed_over = transfer.handed_over
    assert handed_over is not None
    place, digest = handed_over.to, handed_over.list_sha256
    return HandedOver(transfer.number, transfer.state, transfer.archive, transfer.cases, place, digest)


@command("transfer.receive", duty=Duty.DELIVER, subject="number")
def receive(session: Session, number: str, receipt: TheirReceipt) -> Stepped:
    """File the receiving archive's receipt; with it custody ends."""
    return _stepped(steps.receive(session.actor, number, receipt))


@command("transfer.cancel", duty=Duty.DELIVER, subject="number", lock=_busy)
def cancel(session: Session, number: str, *, reason: str) -> Stepped:
    """Give a transfer up, or take back what was not accepted; never while it is being handed over."""
    return _stepped(steps.cancel(session.actor, number, reason=reason))


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list; `cases` are objids."""

    number: str
    state: str
    archive: str
    form: str
    cases: tuple[str, ...]
    prepared: str


@dataclass(frozen=True, slots=True)
class TransferList:
    """Transfers, oldest first; `more` older ones are not listed."""

    transfers: tuple[Listed, ...]
    more: int


def _newest(session: Session, any_state: bool) -> tuple[list[Transfer], int]:
    states = () if any_state else OPEN
    return session.once("transfers", lambda connection: TRANSFERS.newest(connection, session.home, states, _MOST))


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    transfers, _ = _newest(session, arguments["any_state"])
    return {"transfers": [transfer.number for transfer in transfers]}


@query("transfer.list", duty=Duty.SEE_REQUESTS, look=Look("transfer-list.viewed", _listed, of_archive))
def list_transfers(session: Session, *, any_state: bool = False) -> TransferList:
    """Transfers under way, with `any_state` those that ended too."""
    transfers, more = _newest(session, any_state)
    listed = (
        Listed(transfer.number, transfer.state, transfer.archive, transfer.form, transfer.cases, transfer.prepared)
        for transfer in transfers
    )
    return TransferList(tuple(listed), more)


@dataclass(frozen=True, slots=True)
class TransferView:
    """Everything about one transfer; titles are empty for who may not find cases.

    `sha256` is the digest of the record that is shown; `offered` the steps that the reader may take now.
    """

    transfer: Transfer
    sha256: str
    offered: tuple[str, ...]


def _without_titles(view: TransferView) -> TransferView:
    items = tuple(item.model_copy(update={"title": ""}) for item in view.transfer.items)
    return replace(view, transfer=view.transfer.model_copy(update={"items": items}))


def _transfer(session: Session, number: str) -> Transfer:
    return session.once("transfer", lambda connection: TRANSFERS.read(connection, session.home, number))


def _cases_of(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"cases": list(_transfer(session, arguments["number"]).cases)}


@query(
    "transfer.show",
    duty=Duty.SEE_REQUESTS,
    subject="number",
    look=Look("transfer.viewed", _cases_of),
    hidden={Duty.FIND: _without_titles},
)
def show(session: Session, number: str) -> TransferView:
    """Everything about one transfer, as its last record in the store says. Raises NotIntact where that was changed."""
    transfer = _transfer(session, number)
    digest = TRANSFERS.digest(session.home, transfer)
    return TransferView(transfer, digest, TRANSFERS.offered(session.person, transfer))


@dataclass(frozen=True, slots=True)
class TransferPaper:
    """A paper of a transfer as it is kept: its name, its digest, its bytes."""

    name: str
    sha256: str
    data: Annotated[bytes, Field(exclude=True)]


@query("transfer.paper", duty=Duty.FIND, subject="number", look=Look("transfer.viewed", _cases_of))
def paper(session: Session, number: str, *, place: int = 1) -> TransferPaper:
    """One paper of a transfer, the receipt last, by its place from 1. Raises NotFound, NotIntact."""
    transfer = _transfer(session, number)
    papers = transfer.handed_over.papers if transfer.handed_over else ()
    papers += (transfer.receipt.paper,) if transfer.receipt else ()
    if not 1 <= place <= len(papers):
        raise NotFound("transfer.paper-unknown", number)
    kept = papers[place - 1]
    file = check_paper(TRANSFERS.folder_of(session.home, number), kept)
    return TransferPaper(kept.original_name, kept.sha256, file.read_bytes())
