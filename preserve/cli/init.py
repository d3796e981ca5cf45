"""`preserve init`: makes a home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import NewArchive
from preserve.services import founding


@click.command(cls=Command)
@click.option("--institution", required=True, metavar="NAME")
@click.option("--policy", type=click.Choice(["lossless", "compact"]), default="lossless", show_default=True)
@click.option("--store", type=NewArchive(), default=None, metavar="DIR")
@click.option("--digests", type=click.Choice(["sha256", "sha512", "sm3"]), multiple=True)
@click.option("--test-authority", is_flag=True)
def init(output: Output, institution: str, store: Path | None, **wishes: Any) -> None:
    """Make a home."""
    founded = output.call(founding.found, institution, place=output.home_path, store=store, **wishes)
    output.sentence("cli.init-done", path=str(founded.home), style="green")
    output.sentence("cli.init-key", fingerprint=founded.public_key_sha256)
    output.sentence("cli.init-key.hint")
    if founded.test_authority:
        output.sentence("cli.init-test-authority", style="yellow")
    output.document(founded)
