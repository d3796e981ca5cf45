"""`preserve doctor`: shows what is missing or wrong, and how to mend it."""

from __future__ import annotations

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.messages import hint, say

_MARKS = {"good": ("✓", "green"), "wrong": ("✗", "bold red"), "optional": ("·", "yellow")}


@click.command(cls=Command)
@click.pass_obj
def doctor(output: Output) -> int:
    """Exit status 0 when nothing is wrong, else 7."""
    from preserve.administration.health import examine
    from preserve.home import default_path

    checks = list(examine(output.home_path or default_path()))
    console = output.console()
    if not output.as_json:
        for check in checks:
            mark, style = _MARKS[check.state]
            console.print(f"{mark} {say(check.code, **check.values)}", style=style, markup=False, soft_wrap=True)
            if check.state != "good" and (advice := hint(check.code, **check.values)):
                console.print(f"    → {advice}", markup=False, soft_wrap=True)
    wrong = sum(check.state == "wrong" for check in checks)
    if wrong:
        output.sentence("cli.doctor-bad", count=wrong, style="bold red")
    else:
        output.sentence("cli.doctor-good", style="green")
    output.result(
        {
            "ok": not wrong,
            "checks": [
                {
                    "code": check.code,
                    "state": check.state,
                    "values": check.values,
                    "message": say(check.code, **check.values),
                    "hint": hint(check.code, **check.values) if check.state != "good" else "",
                }
                for check in checks
            ],
        }
    )
    return 7 if wrong else 0
