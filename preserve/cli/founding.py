"""`preserve init` and `doctor`: what must work where nothing else does yet, so nothing else is imported."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.main import Command
from preserve.cli.options import named
from preserve.cli.output import Output
from preserve.cli.outputs import NewArchive
from preserve.messages import say
from preserve.services import founding, health

_MARKS = {"good": ("✓", "green"), "wrong": ("✗", "bold red"), "optional": ("·", "yellow")}


@click.command(cls=Command)
@click.option("--institution", required=True, metavar="NAME")
@click.option("--policy", type=named("lossless", "compact"), default="compact", show_default=True)
@click.option("--store", type=NewArchive(), default=None, metavar="DIR")
@click.option("--bucket", default="", metavar="NAME")
@click.option("--endpoint", default="", metavar="URL")
@click.option("--digests", type=click.Choice(["sha256", "sha512", "sm3"]), multiple=True)
@click.option("--catalogue", default="", metavar="URL")
@click.option("--test-authority", is_flag=True)
def init(output: Output, bucket: str, endpoint: str, catalogue: str, test_authority: bool, **given: Any) -> None:
    """Make a home."""
    if bucket:
        given["store"] = founding.InBucket(bucket, endpoint, given["store"])
    extras = founding.Extras(catalogue, test_authority)
    founded = output.call(founding.found, place=output.home_path, extras=extras, **given)
    output.sentence("cli.init-done", path=str(founded.home), style="green")
    output.sentence("cli.init-language")  # that of the call: a server's locale often says nothing of it
    output.sentence("cli.init-key", fingerprint=founded.public_key_sha256)
    output.sentence("cli.init-key.hint")
    if founded.test_authority:
        output.sentence("cli.init-test-authority", style="yellow")
    output.document(founded)


@click.command(cls=Command)
def doctor(output: Output) -> int:
    """Exit status 0 when nothing is wrong, else 7."""
    examined = output.call(health.examine, output.home_path)
    console = output.console()
    for check in () if output.as_json else examined.checks:
        mark, style = _MARKS[check.state]
        console.print(f"{mark} {say(check.code, **check.values)}", style=style, markup=False, soft_wrap=True)
        if advice := health.advice(check):
            console.print(f"    → {advice}", markup=False, soft_wrap=True)
    if examined.wrong:
        output.sentence("cli.doctor-bad", count=examined.wrong, style="bold red")
    else:
        output.sentence("cli.doctor-good", style="green")
    output.document(examined)
    return examined.status
