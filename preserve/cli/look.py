"""`preserve look`: what is in a case, to see and to hear, in the archive's viewing room."""

from __future__ import annotations

import click

from preserve.cli.main import Command
from preserve.cli.output import Output, headings
from preserve.messages import bytes_for_people
from preserve.services import viewing
from preserve.services.text import visible
from preserve.services.viewing import Placed, time_code


@click.command(cls=Command)
@click.argument("case", metavar="AIP")
@click.argument("objects", nargs=-1, metavar="[FILE]...")
@click.option("--frames", "as_pictures", is_flag=True)
@click.option("--original", "as_original", is_flag=True)
def look(output: Output, case: str, objects: tuple[str, ...], as_pictures: bool, as_original: bool) -> None:
    """Put copies or pictures into the viewing room; without FILE, say what there is."""
    if objects or as_pictures:
        _view(output, case, objects, as_pictures, as_original)
    else:
        _contents(output, case, as_original)


def _contents(output: Output, case: str, original: bool) -> None:
    contents = output.call(viewing.contents, case, original=original)
    output.table(
        headings("file type stage length size"),
        [
            (
                file.name,
                file.kind,
                file.stage_name,
                time_code(file.length) if file.length else "",
                bytes_for_people(file.size),
            )
            for file in contents.files
        ],
    )
    output.sentence("look.how")
    output.document(contents)


def _view(output: Output, case: str, objects: tuple[str, ...], pictures: bool, original: bool) -> None:
    room = output.work("look.placing", viewing.view, case, objects, pictures=pictures, original=original)
    for placed in room.viewed:
        _tell(output, placed)
    if room.viewed:
        output.sentence("look.placed", hours=room.hours)
    else:
        output.sentence("look.no-recording")
    output.document(room)


def _tell(output: Output, placed: Placed) -> None:
    if not output.as_json:
        for path in placed.paths:
            click.echo(visible(str(path)))
    if placed.failed:
        output.sentence("look.failed", style="yellow", file=placed.name, reason=placed.failed)
    elif placed.missing or placed.cut:
        output.sentence("look.gaps", style="yellow", file=placed.name)
