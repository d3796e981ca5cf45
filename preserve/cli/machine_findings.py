"""`preserve reading findings`: what machine readings of recordings give a person to look at."""

from __future__ import annotations

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.services import machine_findings_shown
from preserve.services.tables import machine_findings as tables


@click.command(cls=Command)
@click.argument("case", metavar="AIP")
def findings(output: Output, case: str) -> None:
    """Jumps, stops and disagreements of clocks, and dead stretches; exit status 0 whatever is found."""
    found = output.call(machine_findings_shown.show_machine_findings, case)
    if found.findings:
        output.tables(tables.findings(found))
        output.sentence(
            "cli.reading-findings-told",
            style="yellow",
            count=len(found.findings),
            recordings=found.recordings,
            with_clock=found.with_clock,
        )
    else:
        output.sentence("cli.reading-findings-none")
    output.document(found)
