"""`preserve look`: what is in a case, to see and to hear, in the archive's viewing room."""

from __future__ import annotations

import click

from preserve.cli.acting import acting, record_look
from preserve.cli.main import Command
from preserve.cli.output import Output
from preserve.messages import bytes_for_people, say
from preserve.visible_text import visible


@click.command(cls=Command)
@click.argument("case", metavar="AIP")
@click.argument("objects", nargs=-1, metavar="[FILE]...")
@click.option("--frames", "as_pictures", is_flag=True)
@click.option("--original", "as_original", is_flag=True)
@click.pass_obj
def look(output: Output, case: str, objects: tuple[str, ...], as_pictures: bool, as_original: bool) -> None:
    """Put copies or pictures into the viewing room; without FILE, say what there is."""
    from dataclasses import asdict

    from preserve.access.viewing.profile import looking_profile
    from preserve.access.viewing.reading_room import Room, contents, pick
    from preserve.administration.duties import Duty
    from preserve.data_management.database import open_catalogue
    from preserve.progress import stoppable

    home = output.home()
    catalogue = open_catalogue(home)
    person = acting(catalogue, Duty.FIND, subject=case)
    with catalogue.read() as connection:
        held, there = contents(connection, home, case, "original" if as_original else "access")
    if not objects and not as_pictures:
        record_look(catalogue, person, "case.viewed", held.objid, what="contents")
        heads = ("file", "type", "stage", "length", "size")
        output.table(
            [say(f"words.heading-{name}") for name in heads],
            [(one.name, one.kind, _stage(one.stage), _length(one.length), bytes_for_people(one.size)) for one in there],
        )
        output.sentence("look.how")
        output.result({"ok": True, "objid": held.objid, "files": [asdict(one) for one in there]})
        return
    chosen = pick(there, objects) if objects else [one for one in there if one.recording]
    if as_pictures:
        chosen = [one for one in chosen if one.recording]
    wanted = looking_profile(home.profiles)
    room = Room(home, person.account, held, wanted)
    # What cannot be recorded is not shown; names of files may name people, so the ledger has the identifiers.
    record_look(
        catalogue,
        person,
        "object.viewed",
        held.objid,
        objects=[one.identifier for one in chosen],
        what="pictures" if as_pictures else "original" if as_original else "access",
    )
    room.open()
    with stoppable():
        placed = [room.pictures(one) if as_pictures else room.copy(one) for one in chosen]
    for one in placed:
        for path in one.paths:
            if not output.as_json:
                click.echo(visible(str(path)))
        if one.failed:
            output.sentence("look.failed", style="yellow", file=one.name, reason=one.failed)
        elif one.missing or one.cut:
            output.sentence("look.gaps", style="yellow", file=one.name)
    if not placed:
        output.sentence("look.no-recording")
    else:
        output.sentence("look.placed", hours=wanted.hours)
    output.result({"ok": True, "objid": held.objid, "viewed": [asdict(one) for one in placed], "hours": wanted.hours})


def _stage(name: str) -> str:
    from preserve.description.labels import label_of
    from preserve.description.schema import Stage

    return label_of(Stage(name)) if name else ""


def _length(seconds: float) -> str:
    from preserve.access.viewing.drawing import time_code

    return time_code(seconds) if seconds else ""
