"""`preserve hold`: what stops the disposal of a case."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.choices import Labelled
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.messages import say
from preserve.services import holds
from preserve.services.tables import holds as tables

_KINDS = ("litigation", "inquiry", "complaint", "audit", "other")


@click.group(cls=Group)
def hold() -> None:
    """Stop the disposal of cases, and let it go on."""


@hold.command()
@click.argument("cases", nargs=-1, required=True, metavar="AIP...")
@click.option("--kind", required=True, type=Labelled(_KINDS, lambda kind: say(f"retention.hold-{kind}")))
@click.option("--reason", required=True, metavar="TEXT")
@click.option("--paper", default="", metavar="TEXT")
def add(output: Output, **options: Any) -> None:
    """Place a hold on cases."""
    placed = output.call(holds.add, **options)
    output.done("cli.hold-added", placed, number=placed.hold.number, count=len(placed.hold.cases))


@hold.command()
@click.argument("number", metavar="HOLD")
@click.option("--reason", required=True, metavar="TEXT")
def release(output: Output, number: str, reason: str) -> None:
    """Release a hold."""
    output.done("cli.hold-released", output.call(holds.release, number, reason=reason), number=number)


@hold.command(name="list")
@click.option("--all", "any_state", is_flag=True)
def list_holds(output: Output, any_state: bool) -> None:
    """Holds that stand, and the requests that hold cases by themselves; --all: released ones too."""
    listing = output.call(holds.list_holds, any_state=any_state)
    output.listing(tables.holds(listing), listing, older=listing.more)
