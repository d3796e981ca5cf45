"""The steps of a transfer: prepared, decided, handed over, received, cancelled; each by who may take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from preserve.access.transfer import handing
from preserve.access.transfer.exporting import export
from preserve.access.transfer.model import Decision, Form, Item, Receipt, Transfer
from preserve.access.transfer.procedure import OPEN, TRANSFERS, index_details
from preserve.administration.duties import Duty
from preserve.administration.people import Person, require
from preserve.administration.proceedings.records import keep_paper
from preserve.archival_storage.packages import read_version, require_case, require_registered
from preserve.clock import stamp
from preserve.data_management import cases, destroyed, ledger, proceedings
from preserve.data_management.database import Catalogue
from preserve.data_management.proof.anchors import read_anchor
from preserve.description.schema import Classification
from preserve.errors import Refused, UsageError
from preserve.home import Home
from storage_adapters.durable import discard
from storage_adapters.reading import digest_file

_SHORTEST = 16  # hex digits of the list's digest that a receipt must repeat


def prepare(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    names: Sequence[str],
    *,
    archive: str,
    basis: str,
    form: Form,
    moment: datetime,
) -> Transfer:
    """Draw up a transfer of cases. Raises Refused where one is unknown, gone, secret, or already in another one."""
    if not archive.strip() or not basis.strip() or not names:
        raise UsageError("transfer.incomplete")
    with catalogue.begin() as connection:
        require(connection, person, Duty.DELIVER)
        items = tuple({one.objid: one for one in (_item(connection, home, name) for name in names)}.values())
        made = Transfer(
            number=TRANSFERS.new_number(home, connection, moment),
            state="prepared",
            step=1,
            prepared=stamp(moment),
            prepared_by=person.account,
            archive=archive.strip(),
            basis=basis.strip(),
            form=form,
            items=items,
        )
        return TRANSFERS.open(connection, home, made, actor=person.account, moment=moment, details=index_details(made))


def _item(connection: Connection, home: Home, name: str) -> Item:
    objid = require_case(home, connection, name)
    if destroyed.of_case(connection, objid, whole=True):
        raise Refused("transfer.gone", name)
    for row in proceedings.about_case(connection, "transfer", objid, (*OPEN, "received")):
        raise Refused("transfer.already", name, number=row.number, state=row.state)
    case = cases.read(connection, objid).description
    levels = {case.classification, *(one.classification for one in case.objects)}
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
        started=case.start.isoformat(),
        closed=case.closed.isoformat(),
        retention=case.retention.value,
        classification=case.classification.value,
        files=version.files,
        size=version.size,
        manifest_sha256=anchor.manifest,
    )


def decide(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, approve: bool, reason: str, moment: datetime
) -> Transfer:
    """The head, or whoever decides in the head's place, approves or refuses; never who prepared it."""
    state = "approved" if approve else "refused"
    if not approve and not reason.strip():
        raise UsageError("transfer.reason", number)
    with catalogue.begin() as connection:
        taking = TRANSFERS.take(connection, home, person, number, state)
        made = Decision(by=person.account, on_behalf_of=taking.on_behalf_of, when=stamp(moment), reason=reason.strip())
        told = {"on_behalf_of": made.on_behalf_of}
        return _step(connection, home, taking.record, state, person, moment, told, decision=made)


def hand_over(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    number: str,
    target: Path,
    *,
    moment: datetime,
    progress: Callable[[int], None],
) -> Transfer:
    """Write the packages and the list into the folder `target`, read all of it back, and write that down.

    Stopped in between, the same call goes on with what is whole. Raises Refused, NotIntact, MediumProblem.
    """
    # To write, though nothing is written: before anything leaves the ledger must be the one that was signed.
    with catalogue.begin() as connection:
        transfer = TRANSFERS.take(connection, home, person, number, "handed-over").record
        for item in transfer.items:
            if destroyed.of_case(connection, item.objid):
                raise Refused("transfer.gone", item.case_number)
            require_registered(home, connection, item.objid)
    made = export(home, catalogue, transfer, person.account, target, moment, progress)
    with catalogue.begin() as connection:
        transfer = TRANSFERS.read(connection, home, number)
        try:
            TRANSFERS.check(transfer, "handed-over", person.account)
        except Refused:  # it was cancelled meanwhile: nothing of it may stay there
            discard(Path(made.to), target)
            raise
        told = {"list_sha256": made.list_sha256, "files": made.files, "bytes": made.size}
        done = _step(connection, home, transfer, "handed-over", person, moment, told, handed_over=made)
    handing.forget(home, number)
    return done


def receive(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    number: str,
    *,
    receipt: Path,
    receipt_number: str,
    receiver: str,
    received: date | None,
    confirms: str,
    moment: datetime,
) -> Transfer:
    """File the receiving archive's receipt: with it custody ends. Raises Refused for a receipt that is not of this.

    `confirms` is the digest of the list as the receipt repeats it, at least its first 16 digits.
    """
    if not receipt_number.strip() or not receiver.strip():
        raise UsageError("transfer.receipt-incomplete", number)
    with catalogue.begin() as connection:
        transfer = TRANSFERS.take(connection, home, person, number, "received").record
        assert transfer.handed_over is not None
        given = "".join(confirms.split()).lower()
        if len(given) < _SHORTEST or not transfer.handed_over.list_sha256.startswith(given):
            raise Refused(
                "transfer.receipt-of-another", number, wanted=transfer.handed_over.list_sha256, found=confirms
            )
        local = ZoneInfo(home.settings.time_zone)
        today, handed = moment.astimezone(local).date(), datetime.fromisoformat(transfer.handed_over.when)
        day = received or today
        if not handed.astimezone(local).date() <= day <= today:
            raise Refused("transfer.receipt-date", number, date=day.isoformat())
        _check_receipt(connection, home, transfer, receipt, receipt_number.strip())
        paper = keep_paper(TRANSFERS.folder_of(home, number), "receipt", receipt)
        made = Receipt(
            by=person.account,
            when=stamp(moment),
            number=receipt_number.strip(),
            receiver=receiver.strip(),
            received=day,
            confirms=given,
            paper=paper,
        )
        told = {"receipt_number": made.number, "receipt_sha256": paper.sha256}
        return _step(connection, home, transfer, "received", person, moment, told, receipt=made)


def _check_receipt(connection: Connection, home: Home, transfer: Transfer, receipt: Path, number: str) -> None:
    """A receipt is a document of theirs: not one of our own papers, and not that of another transfer."""
    try:
        seen = digest_file(receipt, ("sha256",), from_medium=False)[1]["sha256"]
    except OSError as error:
        raise Refused("transfer.paper-unreadable", str(receipt), reason=error.strerror or str(error)) from error
    assert transfer.handed_over is not None
    if seen in {paper.sha256 for paper in transfer.handed_over.papers}:
        raise Refused("transfer.receipt-is-ours", str(receipt))
    for entry in ledger.of_action(connection, "transfer.received"):
        if entry.details["receipt_sha256"] == seen or entry.details["receipt_number"] == number:
            raise Refused("transfer.receipt-used", number, number=entry.subject)


def cancel(home: Home, catalogue: Catalogue, person: Person, number: str, *, reason: str, moment: datetime) -> Transfer:
    """Give a transfer up, or take back what the receiver did not accept; custody stays here."""
    if not reason.strip():
        raise UsageError("transfer.reason", number)
    with catalogue.begin() as connection:
        transfer = TRANSFERS.take(connection, home, person, number, "cancelled").record
        if transfer.handed_over is None:
            handing.take_back(home, number)  # of a run that was killed
        made = Decision(by=person.account, when=stamp(moment), reason=reason.strip())
        return _step(connection, home, transfer, "cancelled", person, moment, ended=made)


def _step(
    connection: Connection,
    home: Home,
    transfer: Transfer,
    deed: str,
    person: Person,
    moment: datetime,
    details: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Transfer:
    return TRANSFERS.go_on(
        connection,
        home,
        transfer,
        deed,
        actor=person.account,
        moment=moment,
        details={**index_details(transfer), **(details or {})},
        **changes,
    )
