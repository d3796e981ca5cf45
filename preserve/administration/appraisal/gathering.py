"""Makes the list: everything that is due by a day, with the facts to decide by, in a few passes over the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection

from preserve.administration.appraisal.model import Item
from preserve.administration.retention.facts import calculate
from preserve.administration.retention.periods import decisive
from preserve.administration.retention.profile import RetentionProfile
from preserve.data_management import cases, copy_counts, holdings, object_index, retention_index, versions
from preserve.data_management.cases import Case
from preserve.data_management.disposal_holds import Block, blocks_of, uses_of
from preserve.data_management.retention_index import RetentionRow
from preserve.description.stored import divided

_BATCH = 500
_READABLE = ("written", "verified", "due", "suspect", "repaired")
"""The states of copies from which a case can still be read."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of the cases of a batch, by objid; of recordings name and bytes, by identifier."""

    cases: dict[str, Case]
    media: dict[str, list[str]]
    sizes: dict[str, tuple[int, int]]
    pieces: dict[str, int]
    recordings: dict[str, tuple[str, int]]
    case_facts: dict[str, str]
    blocked: dict[str, list[Block]]
    used: dict[str, int]


def gather(connection: Connection, profile: RetentionProfile, until: str, limit: int = 0) -> list[Item]:
    """Every case and recording that is due by that day; a recording is not listed beside its own case."""
    rows = retention_index.due_by(connection, "", until)
    whole = {row.objid for row in rows if not row.item}
    rows = [row for row in rows if not row.item or row.objid not in whole]
    rows = rows[:limit] if limit else rows
    labels = {row.id: f"{row.kind} {row.label}" for row in holdings.all_media(connection)}
    items: list[Item] = []
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        facts = _facts(connection, batch)
        for row in batch:
            about = facts.cases[row.objid]
            due = calculate(profile, row, facts.case_facts.get(row.objid, row.facts))
            period = decisive(due)
            (_, size), path = facts.sizes.get(row.objid, (0, 0)), ""
            pieces = facts.pieces.get(row.objid, 0)
            if row.item:
                path, size = facts.recordings.get(row.item, (row.item, 0))
                pieces = 1
            items.append(
                Item(
                    row=len(items) + 1,
                    objid=row.objid,
                    item=row.item,
                    path=path,
                    case_number=about.case_number,
                    archival_number=about.archival_number,
                    title=about.title,
                    responsible=about.producer,
                    closed=about.closed or "",
                    classification=about.classification,
                    declared=json.loads(row.facts)["declared"],
                    rule=row.rule,
                    start=str(period.start) if period and period.start else "",
                    years=period.years if period else 0,
                    due=row.due or "",
                    files=pieces,
                    size=size,
                    requests=facts.used.get(row.objid, 0),
                    copies=tuple(labels.get(medium, medium) for medium in facts.media.get(row.objid, ())),
                    signals=tuple(signals(profile, about.description_text)),
                    blocks=tuple(f"{one.kind} {one.number}" for one in facts.blocked.get(row.objid, ())),
                )
            )
    return items


def _facts(connection: Connection, batch: Sequence[RetentionRow]) -> _Facts:
    objids = {row.objid for row in batch}
    return _Facts(
        cases.read_many(connection, objids),
        copy_counts.media_of(connection, objids, _READABLE),
        versions.sizes_of(connection, objids),
        object_index.pieces_of(connection, objids),
        object_index.names_of(connection, (row.item for row in batch if row.item)),
        retention_index.facts_of(connection, (row.objid for row in batch if row.item)),
        blocks_of(connection, objids),
        uses_of(connection, objids),
    )


def signals(profile: RetentionProfile, description: str) -> Iterator[str]:
    """Signs of value in a description: incidents, and the profile's words in title, cause and notes."""
    told, objects = divided(description)
    for incident in told.get("incidents", ()):
        yield f"incident:{incident['incident']}"
    notes = [told.get("title", ""), told.get("cause", ""), told.get("note", "")]
    for part in (told.get("incidents", ()), told.get("measures", ()), objects):
        notes += filter(None, (one.get("note") for one in part))
    words = "\n".join(notes)
    for one in profile.signal:
        if any(word in words for word in one.words):
            yield one.name
