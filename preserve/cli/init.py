"""`preserve init`: makes a home."""

from __future__ import annotations

import os
from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import NewArchive
from preserve.messages import language


@click.command(cls=Command)
@click.option("--institution", required=True, metavar="NAME")
@click.option("--policy", type=click.Choice(["lossless", "compact"]), default="lossless", show_default=True)
@click.option("--store", type=NewArchive(), default=None, metavar="DIR")
@click.option("--digests", type=click.Choice(["sha256", "sha512", "sm3"]), multiple=True)
@click.option("--test-authority", is_flag=True)
@click.pass_obj
def init(
    output: Output, institution: str, policy: str, store: Path | None, digests: tuple[str, ...], test_authority: bool
) -> None:
    """Make a home."""
    from preserve.administration.founding import found
    from preserve.home import default_path

    path = output.home_path or default_path()
    algorithms = ("sha256", *(name for name in dict.fromkeys(digests) if name != "sha256"))
    founded = found(
        Path(os.path.abspath(path)),
        institution=institution,
        policy=policy,
        store=None if store is None else Path(os.path.abspath(store)),
        digests=algorithms,
        language=language(),
        test_authority=test_authority,
    )
    output.sentence("cli.init-done", path=str(founded.home.path), style="green")
    output.sentence("cli.init-key", fingerprint=founded.fingerprint)
    output.sentence("cli.init-key.hint")
    if test_authority:
        output.sentence("cli.init-test-authority", style="yellow")
    output.result(
        {
            "ok": True,
            "home": str(founded.home.path),
            "archive_id": founded.home.settings.archive_id,
            "store": str(founded.home.store),
            "medium": founded.medium,
            "public_key_sha256": founded.fingerprint,
            "test_authority": test_authority,
        }
    )
