"""`preserve deadlines`: which waiting cases must be filed by when."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import InputPath
from preserve.messages import say


@click.command(cls=Command)
@click.argument("folders", nargs=-1, required=True, type=InputPath(exists=True, file_okay=False), metavar="DIR...")
@click.pass_obj
def deadlines(output: Output, folders: tuple[Path, ...]) -> None:
    """Late ones first; then by date."""
    from preserve.clock import now, zone
    from preserve.ingest import waiting

    home = output.home()
    today = now().astimezone(zone(home.settings.time_zone)).date()
    order = ("late", "soon", "unknown", "in-time")
    rows = sorted(
        waiting.deadlines(home, folders, today),
        key=lambda one: (order.index(one.standing), str(one.due), str(one.path)),
    )
    output.table(
        [say(f"words.heading-{n}") for n in ("number", "title", "closed", "due", "standing", "reason", "where")],
        [
            (
                one.case_number or "—",
                one.title or "—",
                str(one.closed or "—"),
                (str(one.due) + ("" if one.certain else say("cli.uncertain"))) if one.due else "—",
                say(f"cli.deadline-{one.standing}", days=one.days),
                one.reason or "—",
                str(one.path),
            )
            for one in rows
        ],
    )
    if not rows:
        output.sentence("cli.none-found")
    output.result({"ok": True, "today": today.isoformat(), "deadlines": [asdict(one) for one in rows]})
