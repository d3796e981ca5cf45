"""`preserve copies`: what should exist, what does, and what comes next."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.services import copies as service
from preserve.services.pages import LARGEST, Page, how_many
from preserve.services.tables import copies as tables

_CASE = click.argument("case", required=False, default="", metavar="[AIP]")


@click.command(cls=Command)
@_CASE
@click.option("--after", default="", metavar="TEXT")
@click.option("--size", type=click.IntRange(1, LARGEST), default=50, show_default=True)
def copies(output: Output, case: str, **given: Any) -> None:
    """What copies should exist, what do, and the next thing to do; of all cases a page at a time."""
    overview = output.call(service.list_copies, case, Page(**given))
    output.tables(tables.list_copies(overview))
    sealed = sum(version.sealed for version in overview.cases)
    if overview.more:
        output.sentence("cli.list-more", count=how_many(overview.more), after=overview.next)
    output.done("cli.copies-count", overview, style="", sealed=sealed, open=len(overview.cases) - sealed)
