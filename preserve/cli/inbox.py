"""`preserve inbox`: what waits in the inboxes and uploads; with `--watch` one round of drafting, for a timer."""

from __future__ import annotations

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.services import inbox_watch, waiting
from preserve.services.tables import deposits as tables


@click.command(cls=Command)
@click.option("--watch", is_flag=True)
def inbox(output: Output, watch: bool) -> None:
    """List what waits to be taken in, or draft descriptions for new folders."""
    if watch:
        _watch(output)
        return
    found = output.call(waiting.waiting)
    output.tables(tables.waiting(found))
    if not found.deposits:
        output.sentence("cli.none-found")
    for name in found.absent:
        output.sentence("cli.inbox-absent", style="yellow", name=name)
    output.document(found)


def _watch(output: Output) -> None:
    done = output.work("", inbox_watch.watch)
    for name in done.drafted:
        output.sentence("cli.inbox-drafted", style="green", name=name)
    for name in done.unreadable:
        output.sentence("cli.inbox-unreadable", style="yellow", name=name)
    for name in done.absent:
        output.sentence("cli.inbox-absent", style="yellow", name=name)
    drafted, filling = len(done.drafted), len(done.filling)
    output.sentence("cli.inbox-done", drafted=drafted, filling=filling, ended=done.ended, cleared=done.cleared)
    output.document(done)
