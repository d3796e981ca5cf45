"""Makes the list: everything that is due by a day, with the facts to decide by, in a few passes over the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, func, select

from metadata.names import original_bytes, text_of
from preserve.administration.appraisal.model import Item
from preserve.administration.retention.facts import calculate
from preserve.administration.retention.profile import RetentionProfile
from preserve.data_management import holdings, retention_index
from preserve.data_management.disposal_holds import blocks_by_case, uses_by_case
from preserve.data_management.retention_index import RetentionRow
from preserve.data_management.tables import cases, copies, files, retention, versions

_BATCH = 500


def gather(connection: Connection, profile: RetentionProfile, until: str, limit: int = 0) -> list[Item]:
    """Every case and recording that is due by that day; a recording is not listed beside its own case."""
    rows = retention_index.due_by(connection, "", until)
    whole = {row.objid for row in rows if not row.item}
    rows = [row for row in rows if not row.item or row.objid not in whole]
    rows = rows[:limit] if limit else rows
    blocked, used = blocks_by_case(connection), uses_by_case(connection)
    labels = {row.id: f"{row.kind} {row.label}" for row in holdings.all_media(connection)}
    found: list[Item] = []
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        facts = _facts(connection, batch, labels)
        for row in batch:
            case, held, sizes, names, case_row = facts
            about = case[row.objid]
            due = calculate(profile, row, case_row.get(row.objid, row.facts))
            decisive = next((one for one in due.periods if one.rule == due.rule), None)
            (files_, size), path = sizes.get(row.objid, (0, 0)), ""
            if row.item:
                path, size = names.get(row.item, (row.item, 0))
                files_ = 1
            found.append(
                Item(
                    row=len(found) + 1,
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
                    start=str(decisive.start) if decisive and decisive.start else "",
                    years=decisive.years if decisive else 0,
                    due=row.due or "",
                    files=files_,
                    size=size,
                    requests=used.get(row.objid, 0),
                    copies=tuple(held.get(row.objid, ())),
                    signals=tuple(signals(profile, about.description)),
                    blocks=tuple(f"{one.kind} {one.number}" for one in blocked.get(row.objid, ())),
                )
            )
    return found


def _facts(connection: Connection, batch: Sequence[RetentionRow], labels: dict[str, str]):  # type: ignore[no-untyped-def]
    wanted = sorted({row.objid for row in batch})
    case = {row.objid: row for row in connection.execute(select(cases).where(cases.c.objid.in_(wanted)))}
    held: dict[str, list[str]] = {}
    good = ("written", "verified", "due", "suspect", "repaired")
    query = select(copies.c.objid, copies.c.medium).where(copies.c.objid.in_(wanted), copies.c.state.in_(good))
    for objid, medium in connection.execute(query.distinct().order_by(copies.c.objid, copies.c.medium)):
        held.setdefault(objid, []).append(labels.get(medium, medium))
    sizes = {
        objid: (int(count), int(size))
        for objid, count, size in connection.execute(
            select(versions.c.objid, func.max(versions.c.files), func.sum(versions.c.size))
            .where(versions.c.objid.in_(wanted))
            .group_by(versions.c.objid)
        )
    }
    items = [row.item for row in batch if row.item]
    names: dict[str, tuple[str, int]] = {}
    if items:
        query = select(files.c.identifier, files.c.original_name, files.c.path, files.c.size)
        for row in connection.execute(query.where(files.c.identifier.in_(items))):
            name = text_of(original_bytes(row.original_name)) or row.path.removeprefix("data/")
            names[row.identifier] = (name, int(row.size))
    owners = [row.objid for row in batch if row.item]
    whole = select(retention.c.objid, retention.c.facts).where(retention.c.objid.in_(owners), retention.c.item == "")
    case_rows = {row.objid: row.facts for row in connection.execute(whole)} if owners else {}
    return case, held, sizes, names, case_rows


def signals(profile: RetentionProfile, description: str) -> Iterator[str]:
    """Signs of value in a description: incidents, and the profile's words in title, cause and notes."""
    told = json.loads(description)
    for incident in told.get("incidents", ()):
        yield f"incident:{incident['incident']}"
    notes = [told.get("title", ""), told.get("cause", ""), told.get("note", "")]
    for part in ("incidents", "measures", "objects"):
        notes += [one.get("note", "") for one in told.get(part, ())]
    words = "\n".join(notes)
    for one in profile.signal:
        if any(word in words for word in one.words):
            yield one.name
