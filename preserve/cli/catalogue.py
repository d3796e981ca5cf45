"""`preserve catalogue rebuild`."""

from __future__ import annotations

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.services import catalogue as room


@click.group(cls=Group)
def catalogue() -> None:
    """Look after the catalogue."""


@catalogue.command()
def rebuild(output: Output) -> None:
    """Make the catalogue again from packages and ledger."""
    report = output.work("", room.rebuild)
    output.findings(report.findings)
    output.sentence(
        "cli.rebuild-done", style="green", cases=report.cases, packages=report.packages, entries=report.entries
    )
    output.document(report)
