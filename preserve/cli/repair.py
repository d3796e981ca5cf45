"""`preserve repair`: remakes damaged copies from what can be proven; lets their old bytes go when a person says so."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.failures import show_failure
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.cli.words import NOTHING
from preserve.messages import bytes_for_people, listed
from preserve.services import repairs
from preserve.services.repairs import RepairFailed


@click.command(cls=Command)
@click.argument("case", required=False, default="", metavar="[AIP]")
@click.option("--from", "media", multiple=True, type=InputPath(), metavar="PATH")
@click.option("--release", is_flag=True)
@click.option("--reason", default="", metavar="TEXT")
def repair(output: Output, case: str, media: tuple[Path, ...], release: bool, reason: str) -> int:
    """Remake damaged copies from what can be proven; exit status 4 when files are lost."""
    if release:
        removed = output.call(repairs.release, case, reason=reason)
        output.sentence("repair.released", style="green", name=removed.name, size=bytes_for_people(removed.bytes))
        output.document(removed)
        return 0
    result = output.work("cli.repairing", repairs.run, case, media)
    for copy in result.repairs:
        if isinstance(copy, RepairFailed):
            show_failure(output, copy.failure)
            continue
        whose = {"name": copy.name, "medium": copy.medium}
        if copy.done:
            places = listed(f"{place} × {count}" for place, count in copy.taken.items())
            aside = copy.quarantine or NOTHING
            output.sentence("repair.done", style="green", places=places, quarantine=aside, **whose)
        else:
            files = listed(copy.lost[:20])
            output.sentence("repair.lost", style="bold red", count=len(copy.lost), files=files, **whose)
    if not result.repairs:
        output.sentence("repair.nothing", style="green")
    output.document(result)
    return result.status
