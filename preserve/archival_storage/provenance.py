"""What became of a package's copies since it was sealed, as PREMIS events: checks, repairs, restores, drills.

Nothing that happens after sealing is in the package; it stands in the ledger and the audit records, and is put into
the field's own words here, on demand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from metadata.entities import Agent, Event, IntellectualEntity, Link
from metadata.premis import write_premis
from preserve import __version__
from preserve.archival_storage.drill import DONE
from preserve.archival_storage.quarantine import RELEASED
from preserve.archival_storage.repair import NOT_REPAIRED, REPAIRED
from preserve.clock import stamp
from preserve.data_management import audit_records, holdings, ledger
from preserve.data_management.audit_records import Record
from preserve.home import Home
from preserve.outputs import new_file

_OUTCOMES = {"intact": "success", "damaged": "fail", "not-checked": "warning"}
_WITHIN_A_SECOND = {"replication": 0, "fixity check": 1}
_PROGRAM = f"preserve {__version__}"


def _identifier(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "preserve:" + ":".join(parts)))


def write_events(home: Home, connection: Connection, name: str, target: Path) -> int:
    """Write the events of package `name` as one PREMIS 3.0 document; returns how many."""
    objid = name.rpartition("_v")[0]
    labels = {row.id: row.label for row in holdings.all_media(connection)}
    entity = _identifier(name)
    people: dict[str, Agent] = {}
    checks = [_check(row, labels, entity) for row in audit_records.of_package(home.store, name) if not row.path]
    deeds: list[Event] = []
    entries = [entry.data for entry in ledger.about(connection, objid)]
    entries += [drill for drill in _drills(connection) if drill["details"]["name"] == name]
    for entry in sorted(entries, key=lambda entry: int(entry["number"])):
        made = _deed(entry, name, labels, entity)
        if made is not None:
            people[entry["actor"]] = Agent(_identifier("agent", entry["actor"]), entry["actor"], "person")
            deeds.append(made)
    # Times are whole seconds. Within one a copy is written before it is checked, and repaired after that; what the
    # ledger holds keeps the ledger's order, since the sort is stable.
    events = sorted([*checks, *deeds], key=lambda event: (event.when, _WITHIN_A_SECOND.get(event.kind, 2)))
    program = Agent(_identifier("agent", _PROGRAM), "preserve", "software", __version__)
    with new_file(target, home) as part:
        write_premis(part, [IntellectualEntity(entity, name)], events, [program, *people.values()])
    return len(events)


def _drills(connection: Connection) -> list[dict[str, Any]]:
    return [entry.data for entry in ledger.of_action(connection, DONE)]


def _check(row: Record, labels: dict[str, str], entity: str) -> Event:
    detail = f"{labels.get(row.medium, row.medium)} ({row.medium}); run {row.run}"
    if row.checks > 1:
        detail += f"; stands for {row.checks} checks"
    result = f"{row.files} files, {row.bytes} bytes, manifest-sha256.txt {row.sha256}" if not row.reason else row.reason
    return Event(
        _identifier(row.run, row.copy, row.medium),
        "fixity check",
        stamp(row.when),
        detail,
        _OUTCOMES[row.outcome],  # type: ignore[arg-type]
        result,
        (Link(_identifier("agent", _PROGRAM), "executing program"),),
        (Link(entity),),
    )


def _deed(entry: dict[str, Any], name: str, labels: dict[str, str], entity: str) -> Event | None:
    details = entry["details"]
    if details.get("name") != name:
        return None
    medium = details.get("medium", "")
    place = f"{labels.get(medium, medium)} ({medium})"
    told: dict[str, tuple[str, str, str]] = {
        REPAIRED: ("recovery", "success", json.dumps(details.get("taken"), ensure_ascii=False)),
        NOT_REPAIRED: ("recovery", "fail", ", ".join(details.get("lost", []))),
        RELEASED: ("deletion", "success", f"{details.get('quarantine')}: {details.get('reason')}"),
        "package.restored": ("recovery", "success", f"{details.get('from')} → {details.get('to')}"),
        DONE: ("validation", "success" if details.get("whole") else "fail", str(details.get("reason", ""))),
    }
    if entry["action"] == "copy.changed" and details["state"] == "written":
        kind, outcome, result = "replication", "success", ""
    elif entry["action"] == "copy.changed" and details["state"] in ("retired", "lost"):
        kind, outcome, result = "deaccession", "success", details["state"]
    elif entry["action"] in told:
        kind, outcome, result = told[entry["action"]]
    else:
        return None
    return Event(
        _identifier("ledger", str(entry["number"])),
        kind,
        entry["time"],
        f"{entry['action']}: {place}",
        outcome,  # type: ignore[arg-type]
        result,
        (Link(_identifier("agent", entry["actor"]), "implementer"),),
        (Link(entity),),
    )
