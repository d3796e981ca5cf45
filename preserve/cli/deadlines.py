"""`preserve deadlines`: which waiting cases must be filed by when."""

from __future__ import annotations

from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.messages import say
from preserve.services import preparation


@click.command(cls=Command)
@click.argument("folders", nargs=-1, required=True, type=InputPath(exists=True, file_okay=False), metavar="DIR...")
def deadlines(output: Output, folders: tuple[Path, ...]) -> None:
    """Late ones first; then by date."""
    waiting = output.call(preparation.deadlines, folders)
    output.table(
        [say(f"words.heading-{name}") for name in ("number", "title", "closed", "due", "standing", "reason", "where")],
        [
            (
                case.case_number or "—",
                case.title or "—",
                str(case.closed or "—"),
                (str(case.due) + ("" if case.certain else say("cli.uncertain"))) if case.due else "—",
                say(f"cli.deadline-{case.standing}", days=case.days),
                case.reason or "—",
                str(case.path),
            )
            for case in waiting.deadlines
        ],
    )
    if not waiting.deadlines:
        output.sentence("cli.none-found")
    output.document(waiting)
