"""`preserve retention review`, `show`, `appraise`, `object`, `approve`, `withdraw`: the appraisal (到期鉴定)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import say
from preserve.services import appraisals
from preserve.services.appraisals import Opinion, ReviewView, Stepped

_DAY = click.DateTime(["%Y-%m-%d"])
_ACTIONS = ("destroy", "extend", "transfer", "permanent")
_SHOWN = 1000


@click.command(cls=Command)
@click.option("--until", type=_DAY, default=None)
@click.option("--folder", "list_folder", type=IntoFolder(), default=None, metavar="DIR")
def review(output: Output, until: datetime | None, list_folder: Path | None) -> None:
    """Draw the list of what is due by a day; --folder: as PDF/A and as a workbook to fill in."""
    view = output.call(appraisals.draw, until=_day(until), folder=_absolute(list_folder))
    _show(output, view)
    output.sentence("cli.review-drawn", style="green", number=view.review.number, count=len(view.review.items))


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--folder", "list_folder", type=IntoFolder(), default=None, metavar="DIR")
def show(output: Output, number: str, list_folder: Path | None) -> None:
    """An appraisal as it stands; --folder: as PDF/A and workbook."""
    _show(output, output.call(appraisals.show, number, folder=_absolute(list_folder)))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _absolute(path: Path | None) -> Path | None:
    return path


def _show(output: Output, view: ReviewView) -> None:
    output.table(*view.table(_SHOWN))
    output.table(
        [say("retention.head-row"), say("retention.head-outcome")],
        [
            (str(row), f"{say(f'retention.action-{opinion.action}')} {opinion.until or ''}".rstrip())
            for row, opinion in view.agreed.items()
        ],
    )
    output.document(view)


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--item", "items", type=int, multiple=True, metavar="N")
@click.option("--all-items", "every_item", is_flag=True)
@click.option("--decision", type=click.Choice(_ACTIONS), default=None)
@click.option("--until", type=_DAY, default=None)
@click.option("--reason", default="", metavar="TEXT")
@click.option("--from", "filled", type=InputPath(dir_okay=False), default=None, metavar="XLSX")
def appraise(
    output: Output,
    /,
    number: str,
    decision: Any,
    until: datetime | None,
    reason: str,
    filled: Path | None,
    **items: Any,
) -> None:
    """Say what becomes of items: by --item and --decision, or with the filled workbook."""
    opinion = Opinion(action=decision, until=_day(until), why=reason.strip()) if decision else None
    done = output.call(appraisals.appraise, number, opinion=opinion, workbook=_absolute(filled), **items)
    output.sentence("cli.review-appraised", style="green", number=number, count=done.said, agreed=done.agreed)
    output.document(done)


@click.command(name="object", cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--item", "item_number", type=int, required=True, metavar="N")
@click.option("--reason", required=True, metavar="TEXT")
def object_(output: Output, number: str, item_number: int, reason: str) -> None:
    """Object to an item: it stops here."""
    done = output.call(appraisals.object_to, number, item_number, reason=reason)
    _say(output, done, "cli.review-objected", row=item_number)


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--reason", default="", metavar="TEXT")
def approve(output: Output, number: str, reason: str) -> None:
    """The head approves what the group agreed on."""
    done = output.call(appraisals.approve, number, reason=reason)
    _say(output, done, "cli.review-approved", count=len(done.outcome), left=done.left)


@click.command(cls=Command)
@click.argument("number", metavar="REVIEW")
@click.option("--reason", required=True, metavar="TEXT")
def withdraw(output: Output, number: str, reason: str) -> None:
    """Give an appraisal up before it is approved."""
    _say(output, output.call(appraisals.withdraw, number, reason=reason), "cli.review-withdrawn")


def _say(output: Output, done: Stepped, code: str, **values: int) -> None:
    output.sentence(code, style="green", number=done.number, **values)
    output.document(done)
