"""The inventory of media as tables, and one medium."""

from __future__ import annotations

import json

from preserve.archival_storage.opening import kind_word
from preserve.messages import bytes_for_people, known, say
from preserve.services.media import MediaList, MediumView
from preserve.services.tables import NOTHING, Table, cells, facts, table
from preserve.services.tables.words import copy_state, medium_state

_DETAIL = 200  # characters of an entry's details that fit into a table


def list_media(result: MediaList) -> Table:
    """Every medium; an exclamation mark where it should have been read again, a dot where it is connected."""
    return table(
        "label kind state place custodian copies health next-check attached",
        (
            cells(
                medium.label,
                kind_word(medium.kind),
                medium_state(medium.state),
                medium.place,
                medium.custodian,
                medium.copies,
                medium.details.get("health"),
                f"{medium.next_check or NOTHING}{' !' if medium.overdue else ''}",
                "●" if medium.attached else " ",
            )
            for medium in result.media
        ),
    )


def show(view: MediumView) -> tuple[Table, ...]:
    """What is known of a medium, the copies on it, and what became of it."""
    copies = (
        cells(copy.name, f"{copy.part}/{copy.parts}", copy_state(copy.state), copy.written, copy.verified)
        for copy in view.copies
    )
    entries = (
        (entry["time"], entry["actor"], entry["action"], json.dumps(entry["details"], ensure_ascii=False)[:_DETAIL])
        for entry in view.ledger
    )
    return (
        _facts(view),
        table("package part state written verified", copies, title=say("cli.title-copies")),
        table("time actor action detail", entries, title=say("cli.title-ledger")),
    )


def _facts(view: MediumView) -> Table:
    medium = view.medium
    known_of_all = {
        "label": medium.label,
        "id": medium.id,
        "kind": kind_word(medium.kind),
        "state": medium_state(medium.state),
        "where": medium.location,
        "place": medium.place,
        "custodian": medium.custodian,
        "medium-capacity": bytes_for_people(medium.capacity) if medium.capacity else "",
        "checked": medium.checked,
    }
    details = {name: value for name, value in sorted(medium.details.items()) if value not in ("", None)}
    rows = (*known_of_all.items(), *details.items())
    return facts((_heading(name), cells(value)[0]) for name, value in rows)


def _heading(name: str) -> str:
    return say(f"words.heading-{name}") if known(f"words.heading-{name}") else name
