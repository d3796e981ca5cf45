"""`preserve metrics`: the figures of a monitor on stdout, or in a file that node_exporter collects (`textfile`)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import ReplacedFile
from preserve.errors import ToolMissing
from preserve.houses import fonds_of
from preserve.outputs import new_file
from preserve.services import metrics as room


@click.command(cls=Command)
@click.option("--output", "file", type=ReplacedFile(), default=None, metavar="FILE")
def metrics(output: Output, file: Path | None) -> None:
    """Show the figures once, or put them in the place of a file's."""
    try:
        from preserve.serving.exposition import text_of
    except ImportError as error:
        raise ToolMissing("serve.metrics-missing", str(error.name)) from error

    shown = output.call(room.show)
    text = text_of(shown, fonds_of(output.session().home.path))
    if file is None:
        if not output.as_json:
            sys.stdout.write(text.decode())
        output.document(shown)
        return
    with new_file(file, output.session().home, replace=True) as part:
        part.write_bytes(text)
        part.chmod(0o644)  # the collector is another user, and nothing in it is anybody's
    output.done("cli.metrics-written", shown, path=str(file))
