"""`preserve disposal` (销毁): what an approved appraisal says goes, from the proposal to the tombstone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import IntoFolder
from preserve.services import disposals
from preserve.services.tables import disposals as tables


@click.group(cls=Group)
def disposal() -> None:
    """Destroy what was decided to be destroyed, and nothing else."""


@disposal.command()
@click.argument("review", metavar="REVIEW")
@click.option("--item", "items", type=int, multiple=True, metavar="N")
@click.option("--reason", default="", metavar="TEXT")
def propose(output: Output, **options: Any) -> None:
    """Propose what an approved appraisal says; makes the register (销毁清册)."""
    proposed = output.call(disposals.propose, **options)
    output.findings(proposed.left_out)
    number, count = proposed.disposal.number, len(proposed.disposal.entries)
    output.done("cli.disposal-proposed", proposed, number=number, count=count, register=str(proposed.register))


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--note", default="", metavar="TEXT")
def supervise(output: Output, number: str, note: str) -> None:
    """As one of two: check the register before it is approved (清册复核), or sign once it was carried out (监销)."""
    supervised = output.call(disposals.supervise, number, note=note)
    code = "cli.disposal-witnessed" if supervised.witnesses else "cli.disposal-supervised"
    output.done(code, supervised, number=number, count=len(supervised.witnesses or supervised.supervisors))


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--note", default="", metavar="TEXT")
def approve(output: Output, number: str, note: str) -> None:
    """The head approves; the pause before it may be carried out begins."""
    approved = output.call(disposals.approve, number, note=note)
    output.done("cli.disposal-approved", approved, number=number, day=approved.not_before.isoformat())


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--reason", required=True, metavar="TEXT")
def withdraw(output: Output, number: str, reason: str) -> None:
    """Give a disposal up before it is carried out."""
    output.done("cli.disposal-withdrawn", output.call(disposals.withdraw, number, reason=reason), number=number)


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
def execute(output: Output, number: str) -> int:
    """Carry it out, or go on; status 5 while something is still to be done, 3 where something stands against it."""
    executed = output.work("cli.disposing", disposals.carry_out, number)
    output.findings(executed.obstacles)
    output.tables(tables.tasks(executed))
    code, style = ("cli.disposal-open", "yellow") if executed.status else ("cli.disposal-executed", "green")
    output.done(code, executed, style=style, number=number, gone=executed.gone, left=executed.left)
    return executed.status


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--medium", required=True, metavar="LABEL")
@click.option("--how", required=True, metavar="TEXT")
def confirm(output: Output, number: str, medium: str, how: str) -> None:
    """Say that a disc or drive was destroyed before your eyes; it takes two people."""
    confirmed = output.call(disposals.confirm, number, medium, how=how)
    code = "cli.disposal-medium-gone" if confirmed.gone else "cli.disposal-medium-half"
    output.done(code, confirmed, number=number, medium=medium)


@disposal.command(name="list")
def list_disposals(output: Output) -> None:
    """Every disposal and where it stands."""
    listing = output.call(disposals.list_disposals)
    output.listing(tables.disposals(listing), listing, older=listing.more)


@disposal.command()
@click.argument("number", metavar="DISPOSAL")
@click.option("--folder", type=IntoFolder(), default=None, metavar="DIR")
def show(output: Output, number: str, folder: Path | None) -> None:
    """A disposal as it stands, with its tombstones; --folder: the register as PDF/A."""
    view = output.call(disposals.show, number, folder=folder)
    output.tables(*tables.disposal(view))
    output.document(view)
