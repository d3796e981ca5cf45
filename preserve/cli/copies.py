"""`preserve copies` and `replicate`: what should exist and does, and making it."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.messages import bytes_for_people, say
from preserve.services import copies as service
from preserve.services.copies import task_sentence
from preserve.services.pages import LARGEST, Page, how_many
from preserve.services.tables import copies as tables
from preserve.services.text import safe_values

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


@click.command(cls=Command)
@_CASE
def replicate(output: Output, case: str) -> int:
    """Make the copies that are missing; exit status 5 when a medium failed."""
    result = output.work("cli.replicating", service.replicate, case)
    for copy in result.written:
        size = bytes_for_people(copy.size)
        output.sentence("words.copy-made", style="green", name=result.called(copy.name), medium=copy.medium, size=size)
    for failed in result.failed:
        reason = say(failed.failure.code, **safe_values(failed.failure.told()))
        name = result.called(failed.name)
        output.sentence("words.copy-failed", style="bold red", name=name, medium=failed.medium, reason=reason)
    for task in result.left:
        output.sentence("cli.still-to-do", style="yellow", name=result.called(task.name), task=task_sentence(task))
    if not result.left and not result.failed:
        output.sentence("cli.all-copies-there", style="green")
    output.document(result)
    return result.status
