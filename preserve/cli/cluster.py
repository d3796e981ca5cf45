"""Several machines that work on one archive: who there is, and the one that signs for all."""

from __future__ import annotations

import click

from preserve.cli.main import Command, Group
from preserve.cli.output import Output
from preserve.services import cluster as clusters
from preserve.services import sealing_for_all
from preserve.services.tables import cluster as tables


@click.group(cls=Group)
def cluster() -> None:
    """Machines of an archive."""


@cluster.command()
def status(output: Output) -> None:
    """Machines, queues, and who signs."""
    result = output.call(clusters.status)
    output.tables(*tables.status(result))
    output.document(result)


@click.command(cls=Command)
def sealer(output: Output) -> None:
    """Sign for all machines, until it is stopped."""
    result = output.work("cli.sealer-waits", sealing_for_all.seal_for_all)
    output.done("cli.sealer-ended", result, count=result.signed)
