"""The appraisal (到期鉴定) of what has fallen due: those commands of `preserve retention` that change something."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from preserve.cli.choices import Labelled
from preserve.cli.main import Command
from preserve.cli.options import day_option
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import say
from preserve.services import appraisals
from preserve.services.appraisals import Opinion, ReviewView
from preserve.services.tables import appraisals as tables

_ACTIONS = ("destroy", "extend", "transfer", "permanent")


@click.command(cls=Command)
@day_option("--until")
@click.option("--folder", type=IntoFolder(), default=None, metavar="DIR")
def review(output: Output, **options: Any) -> None:
    """Draw the list of what is due by a day; --folder: as PDF/A and as a workbook to fill in."""
    view = output.call(appraisals.draw, **options)
    _show(output, view)
    output.sentence("cli.review-drawn", style="green", number=view.review.number, count=len(view.review.items))


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--folder", type=IntoFolder(), default=None, metavar="DIR")
def show(output: Output, number: str, folder: Path | None) -> None:
    """An appraisal as it stands; --folder: as PDF/A and workbook."""
    _show(output, output.call(appraisals.show, number, folder=folder))


def _show(output: Output, view: ReviewView) -> None:
    output.tables(*tables.review(view))
    output.document(view)


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--item", "items", type=int, multiple=True, metavar="N")
@click.option("--all-items", "every_item", is_flag=True)
@click.option("--decision", type=Labelled(_ACTIONS, lambda action: say(f"retention.action-{action}")), default=None)
@day_option("--until")
@click.option("--reason", default="", metavar="TEXT")
@click.option("--from", "workbook", type=InputPath(dir_okay=False), default=None, metavar="XLSX")
def appraise(output: Output, number: str, decision: Any, until: date | None, reason: str, **options: Any) -> None:
    """Say what becomes of items: by --item and --decision, or with the filled workbook."""
    opinion = Opinion(action=decision, until=until, why=reason.strip()) if decision else None
    appraised = output.call(appraisals.appraise, number, opinion=opinion, **options)
    output.done("cli.review-appraised", appraised, number=number, count=appraised.said, agreed=appraised.agreed)


@click.command(name="object", cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--item", type=int, required=True, metavar="N")
@click.option("--reason", required=True, metavar="TEXT")
def object_(output: Output, number: str, item: int, reason: str) -> None:
    """Object to an item: it stops here."""
    objected = output.call(appraisals.object_to, number, [item], reason=reason)
    output.done("cli.review-objected", objected, number=number, row=item)


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--reason", default="", metavar="TEXT")
def approve(output: Output, number: str, reason: str) -> None:
    """The head approves what the group agreed on."""
    approved = output.call(appraisals.approve, number, reason=reason)
    output.done("cli.review-approved", approved, number=number, count=len(approved.outcome), left=approved.left)


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--reason", required=True, metavar="TEXT")
def withdraw(output: Output, number: str, reason: str) -> None:
    """Give an appraisal up before it is approved."""
    output.done("cli.review-withdrawn", output.call(appraisals.withdraw, number, reason=reason), number=number)
