"""`preserve export`: whole cases in forms that others read, by the head's decision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.choices import Labelled
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import IntoFolder
from preserve.messages import say
from preserve.services import exports
from preserve.services.exports import Stepped
from preserve.services.tables import exports as tables


@click.group(cls=Group)
def export() -> None:
    """Look after exports."""


@export.command()
@click.argument("cases", nargs=-1, metavar="AIP")
@click.option("--receiver", required=True, metavar="TEXT")
@click.option("--purpose", required=True, metavar="TEXT")
@click.option(
    "--form",
    type=Labelled(("plain", "eark-aip", "eark-dip", "ocfl"), lambda form: say(f"exporting.form-{form}")),
    default="plain",
)
@click.option("--whole", is_flag=True)
def propose(output: Output, **options: Any) -> None:
    """Propose an export of cases, or of the whole archive."""
    _say(output, output.call(exports.propose, **options))


@export.command()
@click.argument("number", metavar="EXPORT")
@click.option("--reason", default="", metavar="TEXT")
def approve(output: Output, **options: Any) -> None:
    """The head approves; never who proposed it."""
    _say(output, output.call(exports.approve, **options))


@export.command()
@click.argument("number", metavar="EXPORT")
@click.option("--reason", required=True, metavar="TEXT")
def refuse(output: Output, **options: Any) -> None:
    """The head does not approve, and says why."""
    _say(output, output.call(exports.refuse, **options))


@export.command()
@click.argument("number", metavar="EXPORT")
@click.option("--to", "target", type=IntoFolder(), required=True, metavar="DIR")
def write(output: Output, number: str, target: Path) -> None:
    """Write it into a folder and read it back; the same call goes on after a stop."""
    written = output.work("exporting.writing", exports.write, number, target)
    output.done(
        "exporting.done-written",
        written,
        number=number,
        place=written.place,
        cases=written.written,
        present=written.present,
        files=written.files,
        digest=written.digest,
    )


@export.command()
@click.argument("number", metavar="EXPORT")
@click.option("--reason", required=True, metavar="TEXT")
def withdraw(output: Output, **options: Any) -> None:
    """Give an export up."""
    _say(output, output.call(exports.withdraw, **options))


def _say(output: Output, stepped: Stepped) -> None:
    output.done(f"exporting.done-{stepped.state}", stepped, number=stepped.number, receiver=stepped.receiver)


@export.command(name="list")
def list_exports(output: Output) -> None:
    """Every export."""
    listing = output.call(exports.list_exports)
    output.listing(tables.exports(listing), listing, older=listing.more)


@export.command()
@click.argument("number", metavar="EXPORT")
def show(output: Output, number: str) -> None:
    """Everything about one export."""
    view = output.call(exports.show, number)
    output.tables(*tables.export(view))
    output.document(view)
