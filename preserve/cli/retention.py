"""`preserve retention`: until when things are kept and why, what falls due, and the appraisal of it (到期鉴定)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from preserve.cli.choices import Labelled
from preserve.cli.main import Group
from preserve.cli.options import day_option
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, IntoFolder
from preserve.messages import say
from preserve.services import appraisals, retention_rules
from preserve.services import retention as operations
from preserve.services.appraisals import Opinion, ReviewView
from preserve.services.pages import LARGEST, Page, how_many
from preserve.services.tables import appraisals as appraisal_tables
from preserve.services.tables import retention as tables

_ACTIONS = ("destroy", "extend", "transfer", "permanent")


@click.group(cls=Group)
def retention() -> None:
    """Until when things are kept, in the order of the work."""


@retention.command(name="list")
@click.option("--case", default="", metavar="AIP")
@click.option("--after", default="", metavar="TEXT")
@click.option("--size", type=click.IntRange(1, LARGEST), default=50, show_default=True)
def list_(output: Output, case: str, **given: Any) -> None:
    """Cases with the day on which each falls due and the rule that decides, a page at a time; one with recordings."""
    listing = output.call(operations.list_kept, Page(**given), case=case)
    output.tables(tables.kept(listing.rows))
    if listing.more:
        output.sentence("cli.list-more", count=how_many(listing.more), after=listing.next)
    output.document(listing)


@retention.command()
@click.argument("case", metavar="AIP")
def explain(output: Output, case: str) -> None:
    """Why a case and each of its recordings is kept, and until when, with the calculation."""
    explanation = output.call(operations.explain, case)
    output.tables(*tables.explanation(explanation))
    for block in explanation.blocks:
        kind = say(f"retention.hold-{block.kind}")
        output.sentence("cli.retention-blocked", style="yellow", kind=kind, number=block.number)
    output.document(explanation)


@retention.command()
@click.option("--months", type=click.IntRange(0, 1200), default=None, metavar="N")
@click.option("--mail", is_flag=True)
def due(output: Output, **options: Any) -> int:
    """What is due, and what falls due in the next months; --mail tells those whom audit.toml names."""
    listing = output.call(operations.due, **options)
    output.listing(tables.due(listing), listing)
    if listing.more:
        output.sentence("cli.later-not-listed", style="yellow", count=listing.more)
    for reason in listing.not_sent:
        output.sentence("cli.retention-not-sent", style="yellow", why=reason)
    return listing.status


@retention.command()
@click.option("--apply", is_flag=True)
def changes(output: Output, apply: bool) -> None:
    """What the profile as it is now would change; --apply: the head puts it in force."""
    rules = output.call(retention_rules.put_in_force) if apply else output.call(retention_rules.changes)
    output.tables(*tables.changes(rules))
    in_force = rules.applied or rules.before_sha256 == rules.after_sha256
    code = "cli.retention-in-force" if in_force else "cli.retention-not-in-force"
    output.done(code, rules, rows=rules.rows, sha256=rules.after_sha256[:16])


@retention.command()
@day_option("--until")
@click.option("--folder", type=IntoFolder(), default=None, metavar="DIR")
def review(output: Output, **options: Any) -> None:
    """Draw the list of what is due by a day; --folder: as PDF/A and as a workbook to fill in."""
    view = output.call(appraisals.draw, **options)
    _show(output, view)
    output.sentence("cli.review-drawn", style="green", number=view.review.number, count=len(view.review.items))


@retention.command()
@click.argument("number", metavar="REVIEW")
@click.option("--folder", type=IntoFolder(), default=None, metavar="DIR")
def show(output: Output, number: str, folder: Path | None) -> None:
    """An appraisal as it stands; --folder: as PDF/A and workbook."""
    _show(output, output.call(appraisals.show, number, folder=folder))


def _show(output: Output, view: ReviewView) -> None:
    output.tables(*appraisal_tables.review(view))
    output.document(view)


@retention.command()
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


@retention.command(name="object")
@click.argument("number", metavar="REVIEW")
@click.option("--item", type=int, required=True, metavar="N")
@click.option("--reason", required=True, metavar="TEXT")
def object_(output: Output, number: str, item: int, reason: str) -> None:
    """Object to an item: it stops here."""
    objected = output.call(appraisals.object_to, number, [item], reason=reason)
    output.done("cli.review-objected", objected, number=number, row=item)


@retention.command()
@click.argument("number", metavar="REVIEW")
@click.option("--reason", default="", metavar="TEXT")
def approve(output: Output, number: str, reason: str) -> None:
    """The head approves what the group agreed on."""
    approved = output.call(appraisals.approve, number, reason=reason)
    output.done("cli.review-approved", approved, number=number, count=len(approved.outcome), left=approved.left)


@retention.command()
@click.argument("number", metavar="REVIEW")
@click.option("--reason", required=True, metavar="TEXT")
def withdraw(output: Output, number: str, reason: str) -> None:
    """Give an appraisal up before it is approved."""
    output.done("cli.review-withdrawn", output.call(appraisals.withdraw, number, reason=reason), number=number)
