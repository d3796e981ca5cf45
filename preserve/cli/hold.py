"""`preserve hold`: what stops the disposal of a case."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.output import Output, headings, say_older
from preserve.messages import listed, say
from preserve.services import holds

_KINDS = ("litigation", "inquiry", "complaint", "audit", "other")


@click.group(cls=Group)
def hold() -> None:
    """Stop the disposal of cases, and let it go on."""


@hold.command()
@click.argument("cases", nargs=-1, required=True, metavar="AIP...")
@click.option("--kind", "hold_kind", required=True, type=click.Choice(_KINDS))
@click.option("--reason", required=True, metavar="TEXT")
@click.option("--paper", "hold_paper", default="", metavar="TEXT")
def add(output: Output, cases: tuple[str, ...], hold_kind: Any, reason: str, hold_paper: str) -> None:
    """Place a hold on cases."""
    placed = output.call(holds.add, cases, kind=hold_kind, reason=reason, paper=hold_paper)
    output.sentence("cli.hold-added", style="green", number=placed.hold.number, count=len(placed.hold.cases))
    output.document(placed)


@hold.command()
@click.argument("number", metavar="HOLD")
@click.option("--reason", required=True, metavar="TEXT")
def release(output: Output, number: str, reason: str) -> None:
    """Release a hold."""
    released = output.call(holds.release, number, reason=reason)
    output.sentence("cli.hold-released", style="green", number=number)
    output.document(released)


@hold.command(name="list")
@click.option("--all", "any_hold", is_flag=True)
def list_holds(output: Output, any_hold: bool) -> None:
    """Holds that stand, and the requests that hold cases by themselves; --all: released ones too."""
    listing = output.call(holds.list_holds, any_state=any_hold)
    rows = [
        (
            hold.number,
            say(f"retention.hold-{hold.kind}"),
            say(f"retention.hold-state-{hold.state}"),
            listed(hold.cases),
            hold.reason,
            hold.by,
            hold.when[:10],
        )
        for hold in listing.holds
    ]
    kind = say("retention.hold-request")
    rows += [
        (row.number, kind, say(f"request.state-{row.state}"), listed(row.cases), "—", "—", row.opened[:10])
        for row in listing.requests
    ]
    output.table(headings("hold kind state cases reason actor time"), rows)
    if not rows:
        output.sentence("cli.none-found")
    say_older(output, listing.more)
    output.document(listing)
