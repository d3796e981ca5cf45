"""`preserve verify`: our full verifier on any package or bag, with no home."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.errors import NotIntact
from preserve.messages import bytes_for_people
from preserve.services import packages


@click.command(cls=Command)
@click.argument("path", type=InputPath(), metavar="PATH")
@click.option("--structure", is_flag=True)
def verify(output: Output, path: Path, structure: bool) -> int:
    """Exit status 4 when it is not intact."""
    report = output.work("cli.verifying", packages.verify, path, structure=structure)
    if report.status and not output.as_json:
        raise NotIntact("cli.verify-bad", str(path), findings=report.findings)
    output.findings(report.findings)
    output.sentence(
        "cli.verify-structure-good" if structure else "cli.verify-good",
        style="green",
        files=report.files,
        size=bytes_for_people(report.bytes),
        digests=report.digests,
        seconds=round(report.seconds, 2),
    )
    output.document(report)
    return report.status
