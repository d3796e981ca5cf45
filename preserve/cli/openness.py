"""`preserve public`: what everybody may read of the archive, by the head's decision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import NewFile
from preserve.services import openness
from preserve.services.tables import openness as tables


@click.group(cls=Group)
def public() -> None:
    """What is open to everybody."""


@public.command(name="open")
@click.argument("case", metavar="AIP")
@click.option("--reason", required=True, metavar="TEXT")
@click.option("--title", default="", metavar="TEXT")
def open_entry(output: Output, **options: Any) -> None:
    """The head opens the entry of a case to everybody."""
    opened = output.call(openness.open_entry, **options)
    output.done("openness.done-open", opened, title=opened.title)


@public.command(name="close")
@click.argument("case", metavar="AIP")
@click.option("--reason", required=True, metavar="TEXT")
def close_entry(output: Output, **options: Any) -> None:
    """The head closes it again."""
    output.done("openness.done-closed", output.call(openness.close_entry, **options))


@public.command(name="list")
def list_entries(output: Output) -> None:
    """What everybody may read."""
    shown = output.call(openness.list_entries)
    output.listing(tables.public_entries(shown), shown)


@public.command(name="finding-aid")
@click.option("--output", "-o", "target", type=NewFile(), required=True, metavar="FILE")
def finding_aid(output: Output, target: Path) -> None:
    """Write a finding aid (EAD3) of it."""
    written = output.call(openness.finding_aid, target)
    output.done("openness.done-aid", written, path=str(written.path), cases=written.cases)
