"""The steps of a transfer: prepared, decided, handed over, received, cancelled; each by who may take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.transfer import handing
from preserve.access.transfer.exporting import export
from preserve.access.transfer.model import Form, HandOver, Item, Receipt, Transfer
from preserve.access.transfer.procedure import OPEN, TRANSFERS, index_details
from preserve.administration.actor import Actor
from preserve.administration.proceedings import deciding
from preserve.administration.proceedings.deciding import Decision
from preserve.administration.proceedings.records import StagedPaper, keep_staged, staged_papers
from preserve.archival_storage.packages import read_version, require_case, require_registered
from preserve.clock import stamp
from preserve.data_management import cases, destroyed, ledger, proceedings
from preserve.data_management.archive import Archive
from preserve.data_management.proof.anchors import read_anchor
from preserve.description.fixed_values import Classification
from preserve.description.legacy import closed, started
from preserve.errors import Conflict, NotFound, Refused, UsageError
from preserve.home import Home
from preserve.progress import Progress
from storage_adapters.durable import discard

_SHORTEST = 16  # hex digits of the list's digest that a receipt must repeat


@dataclass(frozen=True, slots=True)
class TheirReceipt:
    """The receiving archive's receipt as it came: the document, its number, who received it, and the day.

    `confirms` is the digest of the list as the receipt repeats it, at least its first 16 digits.
    """

    file: Path
    number: str
    receiver: str
    confirms: str
    received: date | None = None


def prepare(actor: Actor, names: Sequence[str], *, receiver: str, basis: str, form: Form) -> Transfer:
    """Draw up a transfer of cases. Raises Refused where one is unknown, gone, secret, or already in another one."""
    if not receiver.strip() or not basis.strip() or not names:
        raise UsageError("transfer.incomplete")
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        items = {item.objid: item for item in (_item(connection, home, name) for name in names)}
        transfer = Transfer(
            number=TRANSFERS.new_number(home, connection, moment),
            state="prepared",
            step=1,
            prepared=stamp(moment),
            prepared_by=actor.account,
            archive=receiver.strip(),
            basis=basis.strip(),
            form=form,
            items=tuple(items.values()),
        )
        details = index_details(transfer)
        return TRANSFERS.open(connection, home, transfer, actor=actor.account, moment=moment, details=details)


def _item(connection: Connection, home: Home, name: str) -> Item:
    objid = require_case(home, connection, name)
    if destroyed.of_case(connection, objid, whole=True):
        raise NotFound("transfer.gone", name)
    for row in proceedings.about_case(connection, "transfer", objid, (*OPEN, "received")):
        raise Conflict("transfer.already", name, number=row.number, state=row.state)
    case = cases.read(connection, objid).description
    levels = {case.classification, *(thing.classification for thing in case.objects)}
    if Classification.STATE_SECRET in levels and not home.settings.state_secrets:
        raise Refused("transfer.secret", name)
    version = read_version(connection, objid)
    anchor = read_anchor(connection, version.name)  # against the ledger, before anybody decides about it
    return Item(
        objid=objid,
        package=version.name,
        case_number=case.case_number,
        archival_number=case.archival_number,
        title=case.title,
        producer=case.producer.name,
        started=started(case),
        closed=closed(case),
        retention=case.retention.value,
        classification=case.classification.value,
        files=version.files,
        size=version.size,
        manifest_sha256=anchor.manifest,
    )


def decide(actor: Actor, number: str, *, approve: bool, reason: str, seen: str = "") -> Transfer:
    """The head, or whoever decides in the head's place, approves or refuses; never who prepared it.

    `seen` is the digest of the record that was looked at. Raises Changed where it is another by now.
    """
    return deciding.decide(actor, TRANSFERS, index_details, number, approve=approve, reason=reason, seen=seen)


def hand_over(actor: Actor, number: str, target: Path, *, progress: Progress) -> Transfer:
    """Write the packages and the list into the folder `target`, read all of it back, and write that down.

    Stopped in between, the same call goes on with what is whole. Raises Refused, NotIntact, MediumProblem.
    """
    home, moment = actor.home, actor.now()
    # To write, though nothing is written: before anything leaves the ledger must be the one that was signed.
    with actor.catalogue.begin() as connection:
        transfer = TRANSFERS.take(connection, home, actor.person, number, "handed-over").record
        for item in transfer.items:
            if destroyed.of_case(connection, item.objid):
                raise NotFound("transfer.gone", item.case_number)
            require_registered(home, connection, item.objid)
    exported = export(actor.archive, transfer, actor.account, target, moment=moment, progress=progress)
    with actor.catalogue.begin() as connection:
        transfer = TRANSFERS.read(connection, home, number)
        try:
            TRANSFERS.check(transfer, "handed-over", actor.account)
        except Refused:  # it was cancelled meanwhile: nothing of it may stay there
            discard(Path(exported.to), target)
            raise
        counts = {"list_sha256": exported.list_sha256, "files": exported.files, "bytes": exported.size}
        stepped = TRANSFERS.go_on(
            connection,
            home,
            transfer,
            "handed-over",
            actor=actor.account,
            moment=moment,
            details={**index_details(transfer), **counts},
            handed_over=exported,
        )
    handing.forget(home, number)
    return stepped


def receive(actor: Actor, number: str, receipt: TheirReceipt) -> Transfer:
    """File the receiving archive's receipt: with it custody ends. Raises Refused for a receipt that is not of this."""
    their_number = receipt.number.strip()
    if not their_number or not receipt.receiver.strip():
        raise UsageError("transfer.receipt-incomplete", number)
    home, moment = actor.home, actor.now()
    with staged_papers(home.store, [("receipt", receipt.file)]) as (staged,), actor.catalogue.begin() as connection:
        transfer = TRANSFERS.take(connection, home, actor.person, number, "received").record
        assert transfer.handed_over is not None
        confirms = _confirmed(transfer.handed_over, number, receipt.confirms)
        day = _day_of_receipt(actor.archive, transfer.handed_over, number, receipt.received)
        _check_receipt(connection, transfer.handed_over, staged, their_number)
        paper = keep_staged(TRANSFERS.folder_of(home, number), staged)
        filed = Receipt(
            by=actor.account,
            when=stamp(moment),
            number=their_number,
            receiver=receipt.receiver.strip(),
            received=day,
            confirms=confirms,
            paper=paper,
        )
        details = {"receipt_number": filed.number, "receipt_sha256": paper.sha256}
        return TRANSFERS.go_on(
            connection,
            home,
            transfer,
            "received",
            actor=actor.account,
            moment=moment,
            details={**index_details(transfer), **details},
            receipt=filed,
        )


def _confirmed(handed_over: HandOver, number: str, text: str) -> str:
    """The digits of the list's digest that a receipt repeats. Raises Refused where it is the digest of another."""
    digits = "".join(text.split()).lower()
    if len(digits) < _SHORTEST or not handed_over.list_sha256.startswith(digits):
        raise Refused("transfer.receipt-of-another", number, wanted=handed_over.list_sha256, found=text)
    return digits


def _day_of_receipt(archive: Archive, handed_over: HandOver, number: str, received: date | None) -> date:
    """The day on the receipt, else today. Raises Refused for one before the hand-over, or to come."""
    today = archive.today()
    day = received or today
    if not datetime.fromisoformat(handed_over.when).astimezone(archive.zone).date() <= day <= today:
        raise Refused("transfer.receipt-date", number, date=day.isoformat())
    return day


def _check_receipt(connection: Connection, handed_over: HandOver, receipt: StagedPaper, number: str) -> None:
    """A receipt is a document of theirs: not one of our own papers, and not that of another transfer."""
    digest = receipt.sha256
    if digest in {paper.sha256 for paper in handed_over.papers}:
        raise Refused("transfer.receipt-is-ours", receipt.original_name)
    for entry in ledger.of_action(connection, "transfer.received"):
        if entry.details["receipt_sha256"] == digest or entry.details["receipt_number"] == number:
            raise Conflict("transfer.receipt-used", number, number=entry.subject)


def cancel(actor: Actor, number: str, *, reason: str) -> Transfer:
    """Give a transfer up, or take back what the receiver did not accept; custody stays here.

    Not while it is being handed over, which the caller sees to.
    """
    if not reason.strip():
        raise UsageError("transfer.reason", number)
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        transfer = TRANSFERS.take(connection, home, actor.person, number, "cancelled").record
        if transfer.handed_over is None:
            handing.take_back(home, number)  # of a run that was killed
        return TRANSFERS.go_on(
            connection,
            home,
            transfer,
            "cancelled",
            actor=actor.account,
            moment=moment,
            details=index_details(transfer),
            ended=Decision(by=actor.account, when=stamp(moment), reason=reason.strip()),
        )
