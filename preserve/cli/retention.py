"""`preserve retention`: until when things are kept and why, and what falls due; its appraisal is in `appraisal`."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.messages import say
from preserve.services import retention as operations
from preserve.services.pages import LARGEST, Page, how_many
from preserve.services.tables import retention as tables

_APPRAISAL = "preserve.cli.appraisal"


@click.group(
    cls=Group,
    elsewhere={
        "changes": ("preserve.cli.retention_rules", "changes"),
        "review": (_APPRAISAL, "review"),
        "show": (_APPRAISAL, "show"),
        "appraise": (_APPRAISAL, "appraise"),
        "object": (_APPRAISAL, "object_"),
        "approve": (_APPRAISAL, "approve"),
        "withdraw": (_APPRAISAL, "withdraw"),
    },
)
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
