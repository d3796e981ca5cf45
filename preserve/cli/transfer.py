"""`preserve transfer`: cases go to another archive; custody ends with the receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.choices import Labelled
from preserve.cli.main import Group
from preserve.cli.options import day_option
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import say
from preserve.services import transfers
from preserve.services.tables import transfers as tables
from preserve.services.transfers import Stepped, TheirReceipt

_FORM = Labelled(transfers.FORMS, lambda form: say(f"transfer.form-{form}"))


@click.group(cls=Group)
def transfer() -> None:
    """Look after transfers to another archive."""


@transfer.command()
@click.argument("cases", nargs=-1, required=True, metavar="AIP")
@click.option("--archive", "receiver", required=True, metavar="TEXT")
@click.option("--basis", required=True, metavar="TEXT")
@click.option("--form", type=_FORM, default="eark")
def prepare(output: Output, **options: Any) -> None:
    """Draw up a transfer."""
    prepared = output.call(transfers.prepare, **options)
    _say(output, prepared, count=prepared.count)


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--reason", default="", metavar="TEXT")
def approve(output: Output, **options: Any) -> None:
    """The head approves; never who prepared it."""
    _say(output, output.call(transfers.approve, **options))


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--reason", required=True, metavar="TEXT")
def refuse(output: Output, **options: Any) -> None:
    """The head does not approve, and says why."""
    _say(output, output.call(transfers.refuse, **options))


@transfer.command(name="hand-over")
@click.argument("number", metavar="TRANSFER")
@click.option("--to", "target", type=IntoFolder(), required=True, metavar="DIR")
def hand_over(output: Output, number: str, target: Path) -> None:
    """Write packages and list into a folder and read all of it back; the same call goes on after a stop."""
    handed_over = output.work("cli.transferring", transfers.hand_over, number, target)
    _say(output, handed_over, place=handed_over.place, digest=handed_over.digest)


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--receipt", "file", type=InputPath(), required=True, metavar="FILE")
@click.option("--receipt-number", required=True, metavar="TEXT")
@click.option("--receiver", required=True, metavar="TEXT")
@click.option("--confirms", required=True, metavar="SHA256")
@day_option("--received")
def receive(output: Output, number: str, receipt_number: str, **options: Any) -> None:
    """File the receiving archive's receipt; with it custody ends."""
    _say(output, output.call(transfers.receive, number, TheirReceipt(number=receipt_number, **options)))


@transfer.command()
@click.argument("number", metavar="TRANSFER")
@click.option("--reason", required=True, metavar="TEXT")
def cancel(output: Output, **options: Any) -> None:
    """Give a transfer up, or take back what was not accepted."""
    _say(output, output.call(transfers.cancel, **options))


def _say(output: Output, stepped: Stepped, **values: Any) -> None:
    output.done(f"transfer.done-{stepped.state}", stepped, number=stepped.number, archive=stepped.archive, **values)


@transfer.command(name="list")
@click.option("--all", "any_state", is_flag=True)
def list_transfers(output: Output, any_state: bool) -> None:
    """Transfers under way, or all."""
    listing = output.call(transfers.list_transfers, any_state=any_state)
    output.listing(tables.transfers(listing), listing, older=listing.more)


@transfer.command()
@click.argument("number", metavar="TRANSFER")
def show(output: Output, number: str) -> None:
    """Everything about one transfer."""
    view = output.call(transfers.show, number)
    output.tables(*tables.transfer(view))
    output.document(view)
