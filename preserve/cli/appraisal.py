"""`preserve retention review`, `show`, `appraise`, `object`, `approve`, `withdraw`: the appraisal (到期鉴定)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import say

if TYPE_CHECKING:
    from preserve.administration.appraisal.model import Opinion, Review

_DAY = click.DateTime(["%Y-%m-%d"])
_ACTIONS = ("destroy", "extend", "transfer", "permanent")


@click.command(cls=Command)
@click.option("--until", type=_DAY, default=None)
@click.option("--folder", "list_folder", type=IntoFolder(), default=None, metavar="DIR")
@click.pass_obj
def review(output: Output, until: datetime | None, list_folder: Path | None) -> None:
    """Draw the list of what is due by a day; --folder: as PDF/A and as a workbook to fill in."""
    from preserve.administration.appraisal.steps import draw
    from preserve.administration.duties import Duty
    from preserve.clock import now, zone
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.APPRAISE)
    moment = now()
    day = until.date() if until else moment.astimezone(zone(home.settings.time_zone)).date()
    made = draw(home, catalogue, person, day, moment=moment)
    _tell(output, made, list_folder)
    output.sentence("cli.review-drawn", style="green", number=made.number, count=len(made.items))


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--folder", "list_folder", type=IntoFolder(), default=None, metavar="DIR")
@click.pass_obj
def show(output: Output, number: str, list_folder: Path | None) -> None:
    """An appraisal as it stands; --folder: as PDF/A and workbook."""
    from preserve.administration.appraisal.steps import REVIEWS
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, Duty.APPRAISE, subject=number)
    with catalogue.read() as connection:
        found = REVIEWS.read(connection, home, number)
    record_look(catalogue, person, "review-record.viewed", number, items=len(found.items))
    _tell(output, found, list_folder)


def _tell(output: Output, found: Review, folder: Path | None) -> None:
    from preserve.administration.appraisal.printing import as_paper, as_workbook, cells, heads
    from preserve.administration.retention import rules_in_force
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.description.vocabulary import read_vocabulary
    from preserve.outputs import write_all

    home = output.home()
    words = read_vocabulary(home.profiles)
    with open_catalogue(home).read() as connection:
        rules = rules_in_force.rules_in_force(home, connection) or rules_in_force.rules_now(home)
    files = []
    if folder is not None:
        target = folder.absolute()
        made = (
            (target / f"{found.number}.pdf", as_paper(home, rules.profile, found, now())),
            (target / f"{found.number}.xlsx", as_workbook(home, rules.profile, found)),
        )
        files = [str(path) for path in write_all(made, home)]
    output.table(heads(), [cells(rules.profile, words, item) for item in found.items[:1000]])
    agreed = found.agreed() if found.approval is None else found.approval.outcome
    output.table(
        [say("retention.head-row"), say("retention.head-outcome")],
        [
            (str(row), say(f"retention.action-{one.action}") + (f" {one.until}" if one.until else ""))
            for row, one in agreed.items()
        ],
    )
    output.result(
        {
            "ok": True,
            "review": found.model_dump(mode="json"),
            "files": files,
            "agreed": {str(row): one.model_dump(mode="json") for row, one in agreed.items()},
            "objected": sorted(found.objected()),
        }
    )


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--item", "items", type=int, multiple=True, metavar="N")
@click.option("--all-items", "every_item", is_flag=True)
@click.option("--decision", type=click.Choice(_ACTIONS), default=None)
@click.option("--until", type=_DAY, default=None)
@click.option("--reason", default="", metavar="TEXT")
@click.option("--from", "filled", type=InputPath(dir_okay=False), default=None, metavar="XLSX")
@click.pass_obj
def appraise(
    output: Output,
    number: str,
    items: tuple[int, ...],
    every_item: bool,
    decision: str | None,
    until: datetime | None,
    reason: str,
    filled: Path | None,
) -> None:
    """Say what becomes of items: by --item and --decision, or with the filled workbook."""
    from preserve.administration.appraisal.model import Opinion
    from preserve.administration.appraisal.printing import read_workbook
    from preserve.administration.appraisal.steps import REVIEWS
    from preserve.administration.appraisal.steps import appraise as say_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.errors import UsageError

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.APPRAISE, subject=number)
    with catalogue.read() as connection:
        found = REVIEWS.read(connection, home, number)
    opinions: dict[int, Opinion] = read_workbook(found, filled.absolute()) if filled else {}
    rows = [one.row for one in found.items] if every_item else list(items)
    if rows and decision is None:
        raise UsageError("retention.no-opinions", number)
    day: date | None = until.date() if until else None
    for row in rows:
        opinions[row] = Opinion(action=cast(Any, decision), until=day, why=reason.strip())
    done = say_it(home, catalogue, person, number, opinions, moment=now())
    agreed = len(done.agreed())
    output.sentence("cli.review-appraised", style="green", number=number, count=len(opinions), agreed=agreed)
    output.result({"ok": True, "number": number, "state": done.state, "said": len(opinions), "agreed": agreed})


@click.command(name="object", cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--item", "item_number", type=int, required=True, metavar="N")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def object_(output: Output, number: str, item_number: int, reason: str) -> None:
    """Object to an item: it stops here."""
    from preserve.administration.appraisal.steps import object_to
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, subject=number)
    done = object_to(home, catalogue, person, number, item_number, reason=reason, moment=now())
    output.sentence("cli.review-objected", style="green", number=number, row=item_number)
    output.result({"ok": True, "number": number, "state": done.state, "objected": sorted(done.objected())})


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--reason", default="", metavar="TEXT")
@click.pass_obj
def approve(output: Output, number: str, reason: str) -> None:
    """The head approves what the group agreed on."""
    from preserve.administration.appraisal.steps import approve as approve_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.DECIDE, subject=number)
    done = approve_it(home, catalogue, person, number, reason=reason, moment=now())
    assert done.approval is not None
    left = len(done.items) - len(done.approval.outcome)
    output.sentence("cli.review-approved", style="green", number=number, count=len(done.approval.outcome), left=left)
    output.result(
        {
            "ok": True,
            "number": number,
            "state": done.state,
            "left": left,
            "outcome": done.model_dump(mode="json")["approval"]["outcome"],
        }
    )


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def withdraw(output: Output, number: str, reason: str) -> None:
    """Give an appraisal up before it is approved."""
    from preserve.administration.appraisal.steps import withdraw as withdraw_it
    from preserve.administration.duties import Duty
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.APPRAISE, subject=number)
    done = withdraw_it(home, catalogue, person, number, reason=reason, moment=now())
    output.sentence("cli.review-withdrawn", style="green", number=number)
    output.result({"ok": True, "number": number, "state": done.state})
