"""`preserve transfer`: cases go to another archive; custody ends with the receipt."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.output import Output, say_older
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import bytes_for_people, say
from preserve.services import transfers
from preserve.services.transfers import Stepped, TheirReceipt, Transfer

_DAY = click.DateTime(["%Y-%m-%d"])
_FORMS = ("eark", "bag", "eep")


@click.group(cls=Group)
def transfer() -> None:
    """Look after transfers to another archive."""


@transfer.command()
@click.argument("cases", nargs=-1, required=True, metavar="AIP")
@click.option("--archive", "receiving_archive", required=True, metavar="TEXT")
@click.option("--basis", "transfer_basis", required=True, metavar="TEXT")
@click.option("--form", "package_form", type=click.Choice(_FORMS), default="eark")
def prepare(
    output: Output, cases: tuple[str, ...], receiving_archive: str, transfer_basis: str, package_form: Any
) -> None:
    """Draw up a transfer."""
    prepared = output.call(
        transfers.prepare, cases, receiver=receiving_archive, basis=transfer_basis, form=package_form
    )
    _say(output, prepared, count=prepared.count)


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--reason", default="", metavar="TEXT")
def approve(output: Output, number: str, reason: str) -> None:
    """The head approves; never who prepared it."""
    _say(output, output.call(transfers.approve, number, reason=reason))


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--reason", required=True, metavar="TEXT")
def refuse(output: Output, number: str, reason: str) -> None:
    """The head does not approve, and says why."""
    _say(output, output.call(transfers.refuse, number, reason=reason))


@transfer.command(name="hand-over")
@click.argument("number", metavar="TRANSFER")
@click.option("--to", "handed_to", type=IntoFolder(), required=True, metavar="DIR")
def hand_over(output: Output, number: str, handed_to: Path) -> None:
    """Write packages and list into a folder and read all of it back; the same call goes on after a stop."""
    done = output.work("cli.transferring", transfers.hand_over, number, handed_to)
    _say(output, done, place=done.place, digest=done.digest)


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--receipt", type=InputPath(), required=True, metavar="FILE")
@click.option("--receipt-number", required=True, metavar="TEXT")
@click.option("--receiver", required=True, metavar="TEXT")
@click.option("--confirms", required=True, metavar="SHA256")
@click.option("--received", "receipt_date", type=_DAY, default=None)
def receive(
    output: Output, /, number: str, receipt: Path, receipt_number: str, receipt_date: datetime | None, **texts: str
) -> None:
    """File the receiving archive's receipt; with it custody ends."""
    day = receipt_date.date() if receipt_date else None
    their_receipt = TheirReceipt(receipt, receipt_number, received=day, **texts)
    _say(output, output.call(transfers.receive, number, their_receipt))


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--reason", required=True, metavar="TEXT")
def cancel(output: Output, number: str, reason: str) -> None:
    """Give a transfer up, or take back what was not accepted."""
    _say(output, output.call(transfers.cancel, number, reason=reason))


def _say(output: Output, done: Stepped, **values: str | int) -> None:
    output.sentence(f"transfer.done-{done.state}", style="green", number=done.number, archive=done.archive, **values)
    output.document(done)


def _heads(names: str) -> list[str]:
    return [say(f"transfer.head-{name}") for name in names.split()]


@transfer.command(name="list")
@click.option("--all", "any_state", is_flag=True)
def list_transfers(output: Output, any_state: bool) -> None:
    """Transfers under way, or all."""
    listing = output.call(transfers.list_transfers, any_state=any_state)
    output.table(
        _heads("number state archive form cases prepared"),
        [
            (
                row.number,
                say(f"transfer.state-{row.state}"),
                row.archive,
                say(f"transfer.form-{row.form}"),
                str(len(row.cases)),
                row.prepared,
            )
            for row in listing.transfers
        ],
    )
    if not listing.transfers:
        output.sentence("cli.none-found")
    say_older(output, listing.more)
    output.document(listing)


@transfer.command()
@click.argument("number", metavar="TRANSFER")
def show(output: Output, number: str) -> None:
    """Everything about one transfer."""
    view = output.call(transfers.show, number)
    output.document(view)
    output.table(["", ""], _rows(view.transfer))
    output.table(
        _heads("case archival title files bytes"),
        [
            (
                item.case_number,
                item.archival_number or "—",
                item.title or "—",
                str(item.files),
                bytes_for_people(item.size),
            )
            for item in view.transfer.items
        ],
    )


def _rows(transfer: Transfer) -> list[tuple[str, str]]:
    rows = [
        ("number", transfer.number),
        ("state", say(f"transfer.state-{transfer.state}")),
        ("archive", transfer.archive),
        ("basis", transfer.basis),
        ("form", say(f"transfer.form-{transfer.form}")),
        ("prepared", f"{transfer.prepared_by} {transfer.prepared}"),
    ]
    if (decision := transfer.decision) is not None:
        rows.append(("decided", f"{decision.by} {decision.when} {decision.reason}"))
    if (handed_over := transfer.handed_over) is not None:
        rows.append(("handed-over", f"{handed_over.by} {handed_over.when} {handed_over.to}"))
        rows.append(("digest", handed_over.list_sha256))
    if (receipt := transfer.receipt) is not None:
        rows.append(("receipt", f"{receipt.number} {receipt.receiver} {receipt.received}"))
    if (ended := transfer.ended) is not None:
        rows.append(("cancelled", f"{ended.by} {ended.when} {ended.reason}"))
    words = {"digest": "transfer.digest", "cancelled": "transfer.state-cancelled"}
    return [(say(words.get(name, f"transfer.head-{name}")), value) for name, value in rows]
