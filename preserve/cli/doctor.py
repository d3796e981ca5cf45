"""`preserve doctor`: shows what is missing or wrong, and how to mend it."""

from __future__ import annotations

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.messages import say
from preserve.services import health

_MARKS = {"good": ("✓", "green"), "wrong": ("✗", "bold red"), "optional": ("·", "yellow")}


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
