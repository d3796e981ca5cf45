"""`preserve forms`: the forms of case files on paper, by case and by year, and the papers about a fonds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import NewFolder
from preserve.services import fonds_file
from preserve.services import forms as services
from preserve.services.forms import FormsWritten


@click.group(cls=Group)
def forms() -> None:
    """Print the forms of case files."""


def _wishes(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--xlsx", "workbook", is_flag=True),
        click.option("--inner", is_flag=True),
        click.option("--form", "forms", multiple=True, metavar="NAME"),
        click.option("--to", "folder", type=NewFolder(), required=True, metavar="FOLDER"),
    ):
        command = option(command)
    return command


@forms.command(name="case")
@click.argument("cases", nargs=-1, required=True, metavar="AIP...")
@_wishes
def print_case(output: Output, cases: tuple[str, ...], folder: Path, **options: Any) -> None:
    """The cover, the list of papers and the note of cases."""
    _say(output, output.work("forms.printing", services.print_case, cases, folder, **options))


@forms.command(name="year")
@click.argument("year", type=int, metavar="YYYY")
@click.option("--fonds", default="", metavar="FONDS")
@_wishes
def print_year(output: Output, year: int, folder: Path, **options: Any) -> None:
    """The lists of the cases closed in a year."""
    _say(output, output.work("forms.printing", services.print_year, year, folder, **options))


@forms.command(name="fonds")
@click.argument("code", metavar="FONDS")
@click.option("--to", "folder", type=NewFolder(), required=True, metavar="FOLDER")
def print_fonds(output: Output, code: str, folder: Path) -> None:
    """The papers about a fonds in seven groups, with an index."""
    written = output.work("forms.printing", fonds_file.print_fonds, code, folder)
    output.done("forms.written", written, count=len(written.files), path=str(written.folder))


def _say(output: Output, written: FormsWritten) -> None:
    output.findings(written.findings)
    if written.left_out:
        output.sentence("forms.left-out", style="yellow", count=written.left_out)
    output.done("forms.written", written, count=len(written.files), path=str(written.folder))
