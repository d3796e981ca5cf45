"""`preserve hold`: what stops the disposal of a case."""

from __future__ import annotations

from typing import Any, cast

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.messages import listed, say


@click.group(cls=Group)
def hold() -> None:
    """Stop the disposal of cases, and let it go on."""


@hold.command()
@click.argument("cases", nargs=-1, required=True, metavar="AIP...")
@click.option(
    "--kind", "hold_kind", required=True, type=click.Choice(["litigation", "inquiry", "complaint", "audit", "other"])
)
@click.option("--reason", required=True, metavar="TEXT")
@click.option("--paper", "hold_paper", default="", metavar="TEXT")
@click.pass_obj
def add(output: Output, cases: tuple[str, ...], hold_kind: str, reason: str, hold_paper: str) -> None:
    """Place a hold on cases."""
    from preserve.administration.duties import Duty
    from preserve.administration.holds.steps import add_hold
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.HOLD)
    made = add_hold(
        home, catalogue, person, cases, kind=cast(Any, hold_kind), reason=reason, paper=hold_paper, moment=now()
    )
    output.sentence("cli.hold-added", style="green", number=made.number, count=len(made.cases))
    output.result({"ok": True, "hold": made.model_dump(mode="json")})


@hold.command()
@click.argument("number", metavar="HOLD")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def release(output: Output, number: str, reason: str) -> None:
    """Release a hold."""
    from preserve.administration.duties import Duty
    from preserve.administration.holds.steps import release_hold
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.RELEASE_HOLD, subject=number)
    made = release_hold(home, catalogue, person, number, why=reason, moment=now())
    output.sentence("cli.hold-released", style="green", number=number)
    output.result({"ok": True, "hold": made.model_dump(mode="json")})


@hold.command(name="list")
@click.option("--all", "any_hold", is_flag=True)
@click.pass_obj
def list_holds(output: Output, any_hold: bool) -> None:
    """Holds that stand, and the requests that hold cases by themselves; --all: released ones too."""
    from preserve.administration.duties import Duty
    from preserve.administration.holds.steps import all_holds
    from preserve.data_management import proceedings
    from preserve.data_management.database import open_catalogue
    from preserve.data_management.disposal_holds import ASKED, HELD

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, Duty.HOLD)
    with catalogue.read() as connection:
        found = all_holds(connection, home, () if any_hold else (HELD,))
        asked = proceedings.rows(connection, "request", ASKED)
    record_look(catalogue, person, "holds.listed", home.settings.archive_id, holds=[one.number for one in found])
    rows = [
        (
            one.number,
            say(f"retention.hold-{one.kind}"),
            say(f"retention.hold-state-{one.state}"),
            listed(one.cases),
            one.reason,
            one.by,
            one.when[:10],
        )
        for one in found
    ]
    rows += [
        (
            row.number,
            say("retention.hold-request"),
            say(f"request.state-{row.state}"),
            listed(row.cases),
            "—",
            "—",
            row.opened[:10],
        )
        for row in asked
    ]
    names = ("hold", "kind", "state", "cases", "reason", "actor", "time")
    output.table([say(f"words.heading-{name}") for name in names], rows)
    if not rows:
        output.sentence("cli.none-found")
    output.result(
        {
            "ok": True,
            "holds": [one.model_dump(mode="json") for one in found],
            "requests": [{"number": row.number, "state": row.state, "cases": list(row.cases)} for row in asked],
        }
    )
