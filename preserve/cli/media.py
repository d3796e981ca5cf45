"""`preserve media`: the inventory of drives, discs and buckets; where they lie; their labels."""

from __future__ import annotations

from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.options import named
from preserve.cli.output import Output
from preserve.cli.outputs import NewFile
from preserve.messages import bytes_for_people
from preserve.services import media as inventory
from preserve.services.media import NewMedium
from preserve.services.pages import Page
from preserve.services.tables import NOTHING
from preserve.services.tables import media as tables


@click.group(cls=Group)
def media() -> None:
    """Look after the media."""


@media.command()
@click.argument("kind", metavar="KIND")
@click.argument("where", metavar="WHERE")
@click.option("--label", required=True, metavar="TEXT")
@click.option("--place", default="", metavar="PLACE")
@click.option("--custodian", default="", metavar="NAME")
@click.option("--reserve", type=click.IntRange(0), default=0, metavar="BYTES")
@click.option("--endpoint", default="", metavar="URL")
@click.option("--lock", is_flag=True)
def add(output: Output, **given: Any) -> None:
    """Make an empty, mounted file system a drive of this archive, or enter a bucket."""
    added = output.call(inventory.add, NewMedium(**given))
    row = added.medium
    output.done("cli.media-added", added, label=row.label, id=row.id, size=bytes_for_people(row.capacity))


@media.command(name="list")
def list_media(output: Output) -> None:
    """Every medium with its place, state and next check."""
    result = output.call(inventory.list_media)
    output.tables(tables.list_media(result))
    output.document(result)


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--after", default="", metavar="TEXT")
@click.option("--size", type=click.IntRange(1, 10_000), default=1000, show_default=True)
def show(output: Output, medium: str, **given: Any) -> None:
    """One medium: what is known of it, what it holds, what became of it."""
    view = output.call(inventory.show, medium, Page(**given))
    facts, copies, entries = tables.show(view)
    output.tables(facts, copies)
    if view.next:
        output.sentence("cli.search-next", after=view.next)
    output.tables(entries)
    output.document(view)


@media.command()
@click.argument("media", nargs=-1, required=True, metavar="MEDIUM...")
@click.option("--output", "target", type=NewFile(), required=True, metavar="FILE")
@click.option("--form", type=named("drive", "inlay", "face"), default=None)
def label(output: Output, **given: Any) -> None:
    """Labels to print, as PDF."""
    labels = output.call(inventory.label, **given)
    output.done("cli.label-done", labels, path=str(labels.path), count=len(labels.labels))


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--place", required=True, metavar="PLACE")
@click.option("--custodian", default="", metavar="NAME")
@click.option("--reason", default="", metavar="TEXT")
def move(output: Output, **given: Any) -> None:
    """Record that a medium goes to another place or person."""
    moved = output.call(inventory.move, **given)
    output.done("cli.media-moved", moved, label=moved.label, before=moved.before or NOTHING, place=moved.place)


@media.command(name="check-in")
@click.argument("what", metavar="QR|PATH")
@click.option("--place", default="", metavar="PLACE")
def check_in(output: Output, what: str, place: str) -> None:
    """Record that a medium was seen: by the text of its QR code, or by looking at what is inserted."""
    seen = output.call(inventory.check_in, what, place=place)
    output.done("cli.media-seen", seen, label=seen.label, place=seen.place or NOTHING)
    if gone := seen.destroyed:
        output.sentence("cli.media-destroyed-matter", style="yellow", count=len(gone), first=gone[0])


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--reason", required=True, metavar="TEXT")
def replace(output: Output, **given: Any) -> None:
    """Let a medium be replaced: its copies count no more, and are made on others."""
    replaced = output.call(inventory.replace, **given)
    output.done("cli.media-replaced", replaced, label=replaced.label)


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--reason", required=True, metavar="TEXT")
def retire(output: Output, **given: Any) -> None:
    """Take a medium out of use; refused while it holds copies that count."""
    retired = output.call(inventory.retire, **given)
    output.done("cli.media-retired", retired, label=retired.label)
