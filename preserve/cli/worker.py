"""`preserve worker`: the process that takes jobs, each of which runs as `preserve job run`."""

from __future__ import annotations

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.services import worker as workers


@click.command(cls=Command)
@click.option("--with-parent", is_flag=True)
@click.option("--join", is_flag=True)
@click.option("--node", default="", metavar="NAME")
def worker(output: Output, with_parent: bool, join: bool, node: str) -> None:
    """Take jobs that wait, until it is stopped."""
    result = output.work("cli.worker-waits", workers.work, with_parent=with_parent, join=join, node=node)
    output.done("cli.worker-ended", result, count=result.started)
