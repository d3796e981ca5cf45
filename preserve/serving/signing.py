"""`preserve signer`: the process that has the key, for a door that has not."""

from __future__ import annotations

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.services.logs import begin_logging
from preserve.services.text import stoppable


@click.command(cls=Command)
def signer(output: Output) -> None:
    """Sign until it is told to stop."""
    from preserve.data_management.archive import open_archive
    from preserve.serving.server import Address, bind
    from preserve.serving.signer import Signer

    archive = open_archive(output.home_path)
    try:
        begin_logging(archive.home.settings.logging)
        signs = Signer(archive)
        with bind(Address(path=str(signs.path))) as listening, stoppable() as stop:
            output.sentence("cli.signer-listening", path=str(signs.path))
            signs.serve(listening, stop)
        signs.path.unlink(missing_ok=True)
    finally:
        archive.close()
