"""`preserve media`: the inventory of drives, discs and buckets; where they lie; their labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from preserve.cli.main import Group
from preserve.cli.output import Output, headings
from preserve.cli.outputs import NewFile
from preserve.cli.words import NOTHING, cells, copy_state, medium_kind, medium_state
from preserve.messages import bytes_for_people, known, say
from preserve.services import media as inventory
from preserve.services.media import MediumView, NewMedium
from preserve.services.pages import Page

_DETAIL = 200  # characters of an entry's details that fit into a table


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
    output.sentence("cli.media-added", style="green", label=row.label, id=row.id, size=bytes_for_people(row.capacity))
    output.document(added)


@media.command(name="list")
def list_media(output: Output) -> None:
    """Every medium with its place, state and next check."""
    result = output.call(inventory.list_media)
    output.table(
        headings("label kind state place custodian copies health next-check attached"),
        [
            cells(
                row.label,
                medium_kind(row.kind),
                medium_state(row.state),
                row.place,
                row.custodian,
                row.copies,
                row.details.get("health"),
                f"{row.next_check or NOTHING}{' !' if row.overdue else ''}",
                "●" if row.attached else " ",
            )
            for row in result.media
        ],
    )
    output.document(result)


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--after", "after", default="", metavar="TEXT")
@click.option("--size", "page_size", type=click.IntRange(1, 10_000), default=1000, show_default=True)
def show(output: Output, medium: str, after: str, page_size: int) -> None:
    """One medium: what is known of it, what it holds, what became of it."""
    view = output.call(inventory.show, medium, Page(after, page_size))
    output.table(["", ""], _facts(view))
    output.table(
        headings("package part state written verified"),
        [
            cells(copy.name, f"{copy.part}/{copy.parts}", copy_state(copy.state), copy.written, copy.verified)
            for copy in view.copies
        ],
        title="\n" + say("cli.title-copies"),
    )
    if view.next:
        output.sentence("cli.search-next", after=view.next)
    entries = [
        (entry["time"], entry["actor"], entry["action"], json.dumps(entry["details"], ensure_ascii=False)[:_DETAIL])
        for entry in view.ledger
    ]
    output.table(headings("time actor action detail"), entries, title="\n" + say("cli.title-ledger"))
    output.document(view)


def _facts(view: MediumView) -> list[tuple[str, ...]]:
    row = view.medium
    facts = {
        "label": row.label,
        "id": row.id,
        "kind": medium_kind(row.kind),
        "state": medium_state(row.state),
        "where": row.location,
        "place": row.place,
        "custodian": row.custodian,
        "capacity": bytes_for_people(row.capacity) if row.capacity else "",
        "checked": row.checked,
    }
    details = {name: value for name, value in sorted(row.details.items()) if value not in ("", None)}
    return [cells(_heading(name), value) for name, value in (*facts.items(), *details.items())]


def _heading(name: str) -> str:
    return say(f"words.heading-{name}") if known(f"words.heading-{name}") else name


@media.command()
@click.argument("media_names", nargs=-1, required=True, metavar="MEDIUM...")
@click.option("--output", "target", type=NewFile(), required=True, metavar="FILE")
@click.option("--form", type=click.Choice(["drive", "inlay", "face"]), default=None)
def label(output: Output, media_names: tuple[str, ...], target: Path, form: Any) -> None:
    """Labels to print, as PDF."""
    labels = output.call(inventory.label, media_names, target, form)
    output.sentence("cli.label-done", style="green", path=str(labels.path), count=len(labels.labels))
    output.document(labels)


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--place", required=True, metavar="PLACE")
@click.option("--custodian", default="", metavar="NAME")
@click.option("--reason", default="", metavar="TEXT")
def move(output: Output, medium: str, place: str, custodian: str, reason: str) -> None:
    """Record that a medium goes to another place or person."""
    moved = output.call(inventory.move, medium, place=place, custodian=custodian, reason=reason)
    output.sentence(
        "cli.media-moved", style="green", label=moved.label, before=moved.before or NOTHING, place=moved.place
    )
    output.document(moved)


@media.command(name="check-in")
@click.argument("what", metavar="QR|PATH")
@click.option("--place", default="", metavar="PLACE")
def check_in(output: Output, what: str, place: str) -> None:
    """Record that a medium was seen: by the text of its QR code, or by looking at what is inserted."""
    seen = output.call(inventory.check_in, what, place=place)
    output.sentence("cli.media-seen", style="green", label=seen.label, place=seen.place or NOTHING)
    if gone := seen.destroyed:
        output.sentence("cli.media-destroyed-matter", style="yellow", count=len(gone), first=gone[0])
    output.document(seen)


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--reason", required=True, metavar="TEXT")
def replace(output: Output, medium: str, reason: str) -> None:
    """Let a medium be replaced: its copies count no more, and are made on others."""
    replaced = output.call(inventory.replace, medium, reason=reason)
    output.sentence("cli.media-replaced", style="green", label=replaced.label)
    output.document(replaced)


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--reason", required=True, metavar="TEXT")
def retire(output: Output, medium: str, reason: str) -> None:
    """Take a medium out of use; refused while it holds copies that count."""
    retired = output.call(inventory.retire, medium, reason=reason)
    output.sentence("cli.media-retired", style="green", label=retired.label)
    output.document(retired)
