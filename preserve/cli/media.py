"""`preserve media`: the inventory of drives, discs and buckets; where they lie; their labels."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from preserve.cli.acting import acting
from preserve.cli.main import Group
from preserve.cli.output import Output
from preserve.cli.outputs import NewFile
from preserve.messages import bytes_for_people, listed, say


@click.group(cls=Group)
def media() -> None:
    """Look after the media."""


def _document(row: Any) -> dict[str, Any]:
    return {**asdict(row), "details": dict(row.details)}


@media.command()
@click.argument("kind", type=click.Choice(["drive", "s3"]))
@click.argument("where", metavar="WHERE")
@click.option("--label", required=True, metavar="TEXT")
@click.option("--place", default="", metavar="PLACE")
@click.option("--custodian", default="", metavar="NAME")
@click.option("--reserve", type=click.IntRange(0), default=0, metavar="BYTES")
@click.option("--endpoint", default="", metavar="URL")
@click.option("--lock", is_flag=True)
@click.pass_obj
def add(
    output: Output,
    kind: str,
    where: str,
    label: str,
    place: str,
    custodian: str,
    reserve: int,
    endpoint: str,
    lock: bool,
) -> None:
    """Make an empty, mounted file system a drive of this archive, or enter a bucket."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage.media import add_bucket, add_drive
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.KEEP).account
    if kind == "drive":
        row = add_drive(
            home,
            catalogue,
            Path(where).absolute(),
            label,
            place=place,
            custodian=custodian,
            reserve=reserve,
            actor=actor,
            moment=now(),
        )
    else:
        row = add_bucket(home, catalogue, where, label, endpoint, lock=lock, place=place, actor=actor, moment=now())
    output.sentence("cli.media-added", style="green", label=row.label, id=row.id, size=bytes_for_people(row.capacity))
    output.result({"ok": True, "medium": _document(row)})


@media.command(name="list")
@click.pass_obj
def list_media(output: Output) -> None:
    """Every medium with its place, state and next check."""
    from preserve.archival_storage.media import attached, next_check
    from preserve.archival_storage.policy import read_policy
    from preserve.clock import now
    from preserve.data_management import holdings
    from preserve.data_management.database import open_catalogue

    home = output.home()
    profile = read_policy(home.profiles)
    with open_catalogue(home).read() as connection:
        rows = holdings.all_media(connection)
        held = {row.id: len(holdings.copies_on(connection, row.id, _COUNT)) for row in rows}
    here = attached(home, rows)
    today = now().date()
    table = []
    documents = []
    for row in rows:
        due = next_check(row, profile)
        late = due is not None and due < today
        table.append(
            (
                row.label,
                say(f"cli.medium-{row.kind}"),
                say(f"cli.medium-state-{row.state.replace(' ', '-')}"),
                row.place or "—",
                row.custodian or "—",
                str(held[row.id]),
                str(row.details.get("health", "—")),
                (str(due) if due else "—") + (" !" if late else ""),
                "●" if row.id in here else "",
            )
        )
        documents.append(
            {
                **_document(row),
                "copies": held[row.id],
                "next_check": str(due) if due else None,
                "overdue": late,
                "attached": row.id in here,
            }
        )
    names = ("label", "kind", "state", "place", "custodian", "copies", "health", "next-check", "attached")
    output.table([say(f"cli.heading-{name}") for name in names], table)
    output.result({"ok": True, "media": documents})


_COUNT = ("planned", "written", "verified", "due", "repaired", "suspect")


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.pass_obj
def show(output: Output, medium: str) -> None:
    """One medium: what is known of it, what it holds, what became of it."""
    import json

    from preserve.archival_storage.media import require_medium
    from preserve.data_management import holdings, ledger
    from preserve.data_management.database import open_catalogue

    with open_catalogue(output.home()).read() as connection:
        row = require_medium(connection, medium)
        held = holdings.copies_on(connection, row.id)
        history = [entry.data for entry in ledger.about(connection, row.id)]
    facts = [
        ("label", row.label),
        ("id", row.id),
        ("kind", say(f"cli.medium-{row.kind}")),
        ("state", say(f"cli.medium-state-{row.state.replace(' ', '-')}")),
        ("where", row.location or "—"),
        ("place", row.place or "—"),
        ("custodian", row.custodian or "—"),
        ("capacity", bytes_for_people(row.capacity) if row.capacity else "—"),
        ("checked", row.checked or "—"),
    ]
    facts += [(name, str(value)) for name, value in sorted(row.details.items()) if value not in ("", None)]
    output.table(["", ""], [(_heading(name), value) for name, value in facts])
    output.table(
        [say(f"cli.heading-{n}") for n in ("package", "part", "state", "written", "verified")],
        [
            (c.name, f"{c.part}/{c.parts}", say(f"cli.copy-{c.state}"), c.written or "—", c.verified or "—")
            for c in held
        ],
        title="\n" + say("cli.title-copies"),
    )
    output.table(
        [say(f"cli.heading-{n}") for n in ("time", "actor", "action", "detail")],
        [(e["time"], e["actor"], e["action"], json.dumps(e["details"], ensure_ascii=False)[:200]) for e in history],
        title="\n" + say("cli.title-ledger"),
    )
    output.result({"ok": True, "medium": _document(row), "copies": [asdict(one) for one in held], "ledger": history})


def _heading(name: str) -> str:
    from preserve.messages import known

    return say(f"cli.heading-{name}") if known(f"cli.heading-{name}") else name


@media.command()
@click.argument("media_names", nargs=-1, required=True, metavar="MEDIUM...")
@click.option("--output", "target", type=NewFile(), required=True, metavar="FILE")
@click.option("--form", type=click.Choice(["drive", "inlay", "face"]), default=None)
@click.pass_obj
def label(output: Output, media_names: tuple[str, ...], target: Path, form: str | None) -> None:
    """Labels to print, as PDF."""
    from preserve.archival_storage.labelling import label_of
    from preserve.archival_storage.labels import make_labels
    from preserve.archival_storage.media import require_medium
    from preserve.data_management.database import open_catalogue

    home = output.home()
    with open_catalogue(home).read() as connection:
        labels = [label_of(home, connection, require_medium(connection, name)) for name in media_names]
    chosen: Any = form or ("drive" if labels[0].kind == "drive" else "inlay")
    make_labels(labels, target.absolute(), chosen, home)
    output.sentence("cli.label-done", style="green", path=str(target), count=len(labels))
    output.result({"ok": True, "path": str(target), "labels": [asdict(one) for one in labels]})


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--place", required=True, metavar="PLACE")
@click.option("--custodian", default="", metavar="NAME")
@click.option("--reason", default="", metavar="TEXT")
@click.pass_obj
def move(output: Output, medium: str, place: str, custodian: str, reason: str) -> None:
    """Record that a medium goes to another place or person."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage import media as inventory
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    actor = acting(catalogue, Duty.KEEP).account
    with catalogue.begin() as connection:
        row = inventory.require_medium(connection, medium)
        inventory.move(connection, row, place=place, custodian=custodian, reason=reason, actor=actor, moment=now())
    output.sentence("cli.media-moved", style="green", label=row.label, before=row.place or "—", place=place)
    output.result({"ok": True, "medium": row.id, "from": row.place, "place": place})


@media.command(name="check-in")
@click.argument("what", metavar="QR|PATH")
@click.option("--place", default="", metavar="PLACE")
@click.pass_obj
def check_in(output: Output, what: str, place: str) -> int:
    """Record that a medium was seen: by the text of its QR code, or by looking at what is inserted."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage import media as inventory
    from preserve.archival_storage.labels import read_qr_text
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue
    from preserve.errors import NotIntact, Refused

    digest = ""
    if what.startswith("preserve:"):
        identity, digest = read_qr_text(what)
    else:
        identity = inventory.look_at(Path(what).absolute()).identity
    catalogue = open_catalogue(output.home())
    actor = acting(catalogue, Duty.KEEP).account
    with catalogue.begin() as connection:
        rows = [row for row in inventory.recognise(connection, identity) if row.state in ("in use", "planned")]
        if not rows:
            inventory.refuse_destroyed(connection, identity)
            raise Refused("storage.medium-unknown", identity)
        destroyed = inventory.destroyed_on(connection, rows)
        if digest and digest != rows[0].details.get("image_sha256", digest):
            raise NotIntact("storage.label-differs", rows[0].label)
        if len(rows) == 1:
            inventory.check_in(connection, rows[0], place=place, actor=actor, moment=now())
    if len(rows) > 1:
        # The copies of one disc are alike to the last bit; only the label tells them apart.
        raise Refused("storage.which-copy", listed(row.label for row in rows))
    output.sentence("cli.media-seen", style="green", label=rows[0].label, place=place or rows[0].place or "—")
    if destroyed:
        output.sentence("cli.media-destroyed-matter", style="yellow", count=len(destroyed), first=destroyed[0])
    output.result(
        {
            "ok": True,
            "medium": rows[0].id,
            "label": rows[0].label,
            "place": place or rows[0].place,
            "destroyed": destroyed,
        }
    )
    return 0


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def replace(output: Output, medium: str, reason: str) -> None:
    """Let a medium be replaced: its copies count no more, and are made on others."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage import media as inventory
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    catalogue = open_catalogue(output.home())
    actor = acting(catalogue, Duty.KEEP).account
    with catalogue.begin() as connection:
        row = inventory.require_medium(connection, medium)
        inventory.replace(connection, row, reason=reason, actor=actor, moment=now())
    output.sentence("cli.media-replaced", style="green", label=row.label)
    output.result({"ok": True, "medium": row.id})


@media.command()
@click.argument("medium", metavar="MEDIUM")
@click.option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def retire(output: Output, medium: str, reason: str) -> None:
    """Take a medium out of use; refused while it holds copies that count."""
    from preserve.administration.duties import Duty
    from preserve.archival_storage import media as inventory
    from preserve.archival_storage.policy import read_policy
    from preserve.clock import now
    from preserve.data_management.database import open_catalogue

    home = output.home()
    catalogue = open_catalogue(home)
    actor = acting(catalogue, Duty.KEEP).account
    with catalogue.begin() as connection:
        row = inventory.require_medium(connection, medium)
        policy = read_policy(home.profiles)
        inventory.retire(connection, row, policy, reason=reason, actor=actor, moment=now())
    output.sentence("cli.media-retired", style="green", label=row.label)
    output.result({"ok": True, "medium": row.id})
