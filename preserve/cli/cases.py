"""`preserve show` and `look`: what the archive knows of a case, and what is in it."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.cli.outputs import NewFile
from preserve.cli.standing import say_standing
from preserve.errors import UsageError
from preserve.services import case_history, case_views, viewing
from preserve.services.pages import Page
from preserve.services.tables import cases as tables
from preserve.services.text import visible
from preserve.services.viewing import Placed

_SIZE = click.IntRange(1, 10_000)


@click.command(cls=Command)
@click.argument("case", metavar="AIP")
@click.option("--history", is_flag=True)
@click.option("--commands", is_flag=True)
@click.option("--object", "name", default="", metavar="PATH")
@click.option("--pdf", type=NewFile(), default=None, metavar="FILE")
@click.option("--html", type=NewFile(), default=None, metavar="FILE")
@click.option("--after", default="", metavar="TEXT")
@click.option("--size", type=_SIZE, default=1000, show_default=True)
def show(output: Output, case: str, history: bool, commands: bool, after: str, size: int, **of_history: Any) -> int:
    """The whole life of one case; --history with every event, for courts and inspectors."""
    if history:
        return _show_history(output, case, commands=commands, **of_history)
    if commands or any(of_history.values()):
        raise UsageError("cli.history-only")
    view = output.call(case_views.show, case, Page(after, size))
    output.tables(*tables.show(view))
    if view.ledger_more:
        output.sentence("cli.list-more", count=view.ledger_more, after=view.ledger_next)
    if not view.destroyed:
        say_standing(output, view.sealed, view.missing, alone=tables.is_alone(view))
    output.document(view)
    return 0


def _show_history(output: Output, case: str, *, commands: bool, **given: Any) -> int:
    """Every event of a case, or of an object in it; exit status 4 where something stands against it."""
    view = output.call(case_history.show_history, case, **given)
    output.document(view)
    for path in view.files:
        output.sentence("cli.history-written", style="green", path=str(path), proof=view.proof)
    if not view.files:
        events = tables.history(view, commands=commands)
        output.table(events.heads, events.rows, events.title)
    if not output.as_json:
        output.console(error=True).print(view.verdict, style="bold red" if view.status else "green", markup=False)
    return view.status


@click.command(cls=Command)
@click.argument("case", metavar="AIP")
@click.argument("objects", nargs=-1, metavar="[FILE]...")
@click.option("--frames", "pictures", is_flag=True)
@click.option("--original", is_flag=True)
def look(output: Output, case: str, objects: tuple[str, ...], pictures: bool, original: bool) -> None:
    """Put copies or pictures into the viewing room; without FILE, say what there is."""
    if not objects and not pictures:
        contents = output.call(viewing.contents, case, original=original)
        output.tables(tables.contents(contents))
        output.done("look.how", contents, style="")
        return
    room = output.work("look.placing", viewing.view, case, objects, pictures=pictures, original=original)
    for placed in room.viewed:
        _say_placed(output, placed)
    output.done("look.placed" if room.viewed else "look.no-recording", room, style="", hours=room.hours)


def _say_placed(output: Output, placed: Placed) -> None:
    for path in () if output.as_json else placed.paths:
        click.echo(visible(str(path)))
    if placed.failed:
        output.sentence("look.failed", style="yellow", file=placed.name, reason=placed.failed)
    elif placed.missing or placed.cut:
        output.sentence("look.gaps", style="yellow", file=placed.name)
