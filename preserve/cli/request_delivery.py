"""`preserve request deliver` and `return`: the package for the consumer, and its receipt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import click

from preserve.cli.acting import acting
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import Burner, InputPath, IntoFolder
from preserve.messages import bytes_for_people, say


@click.command(cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--output", "target", type=IntoFolder(), required=True, metavar="DIR")
@click.option("--as", "delivery_form", type=click.Choice(["folder", "zip", "encrypted-zip", "disc"]), default="folder")
@click.option("--device", type=Burner(), default=None, metavar="DEVICE")
@click.option("--to", "recipient", default="", metavar="TEXT")
@click.pass_obj
def deliver(output: Output, number: str, target: Path, delivery_form: str, device: Path | None, recipient: str) -> None:
    """Make the package of an approved request."""
    from preserve.access.dip.assembling import deliver as deliver_it
    from preserve.administration.duties import Duty
    from preserve.cli.user import ask
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.work import Watcher, how_to_show, stoppable

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DELIVER, subject=number)
    password = ask("cli.ask-password-zip") if delivery_form == "encrypted-zip" else ""
    with stoppable(), Watcher(how_to_show(sys.stderr, as_json=output.as_json)) as watcher:
        watcher.begin(say("cli.delivering"))
        done = deliver_it(
            home,
            catalogue,
            person,
            number,
            target.absolute(),
            cast(Any, delivery_form),
            to=recipient,
            now=now,
            progress=watcher,
            password=password,
            device=device.absolute() if device else None,
        )
    output.findings(done.findings)
    output.sentence(
        "cli.request-delivered",
        style="green",
        number=number,
        place=str(done.place),
        size=bytes_for_people(done.delivery.size),
    )
    output.result(
        {
            "ok": True,
            "number": number,
            "state": done.request.state,
            "place": str(done.place),
            "delivery": done.delivery.model_dump(),
        }
    )


@click.command(name="return", cls=Command)
@click.argument("number", metavar="REQUEST")
@click.option("--receiver", required=True, metavar="TEXT")
@click.option("--receipt", type=InputPath(), default=None, metavar="FILE")
@click.option("--carrier-returned", is_flag=True)
@click.option("--outcome", default="", metavar="TEXT")
@click.pass_obj
def return_(
    output: Output, number: str, receiver: str, receipt: Path | None, carrier_returned: bool, outcome: str
) -> None:
    """Write down who received it, the receipt, and what came of it."""
    from preserve.access.requests.steps import acknowledge
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DELIVER, subject=number)
    done = acknowledge(
        home,
        catalogue,
        person,
        number,
        receiver=receiver,
        receipt=receipt.absolute() if receipt else None,
        carrier_returned=carrier_returned,
        outcome=outcome,
        moment=now(),
    )
    output.sentence("cli.request-returned", style="green", number=number)
    output.result({"ok": True, "number": number, "state": done.state})
