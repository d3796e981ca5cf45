"""`preserve describe`: drafts the case description, or writes the blank workbook."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath, NewFile
from preserve.errors import UsageError
from preserve.services import preparation


@click.command(cls=Command)
@click.argument("folder", required=False, type=InputPath(), metavar="FOLDER")
@click.option("--output", "target", type=NewFile(), metavar="FILE")
@click.option("--template", is_flag=True)
def describe(output: Output, folder: Path | None, target: Path | None, template: bool) -> None:
    """Write a draft as 案卷.xlsx into the folder, or to FILE (.xlsx, .toml or .json); never over a file."""
    if template:
        done = output.call(preparation.template, target, place=output.home_path)
        output.sentence("cli.template-done", style="green", path=str(done.path))
    elif folder is None:
        raise UsageError("cli.describe-no-folder")
    else:
        done = output.call(preparation.describe, folder, target, place=output.home_path)
        output.findings(done.findings)
        output.sentence("cli.describe-done", style="green", path=str(done.path), files=done.files)
    output.document(done)
