"""Rows of media and copies, and the ledger entries they can be made again from.

Whatever changes here is written to the ledger in the same transaction with everything the row holds, so that
replaying the ledger gives the same rows (`replay`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.tables import copies, media

MEDIUM_ADDED = "medium.added"
MEDIUM_CHANGED = "medium.changed"
COPY_CHANGED = "copy.changed"
_HERE = ("label", "location", "state", "place", "custodian", "capacity", "checked")


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One version of one package on one medium, or one part of it; times are RFC 3339 text in UTC."""

    name: str
    medium: str
    objid: str
    version: int
    state: str
    written: str | None
    verified: str | None
    part: int = 1
    parts: int = 1
    set: str = ""


@dataclass(frozen=True, slots=True)
class MediumRow:
    """One medium of the inventory. `details` belong to its kind; sizes in bytes, times RFC 3339 text in UTC."""

    id: str
    kind: str
    label: str
    location: str
    state: str
    added: str
    place: str
    custodian: str
    capacity: int
    checked: str | None
    details: Mapping[str, Any]

    @property
    def building(self) -> str:
        """The first part of its place: media in one building burn together."""
        return self.place.partition("/")[0].strip()


def _medium(row: Any) -> MediumRow:
    return MediumRow(**{**row._mapping, "details": json.loads(row.details)})


def add_medium(
    connection: Connection,
    identity: str,
    *,
    kind: str,
    label: str,
    location: str,
    actor: str,
    moment: datetime,
    **more: Any,
) -> None:
    """Enter a medium into the inventory; one that is there already stays as it is.

    `more`: state, place, custodian, capacity, checked, and anything else, which goes into its details.
    """
    if connection.execute(select(media.c.id).where(media.c.id == identity)).first():
        return
    details = {"kind": kind, "label": label, "location": location, **more}
    ledger.append(connection, action=MEDIUM_ADDED, subject=identity, actor=actor, details=details, moment=moment)
    _apply_medium(connection, identity, details, stamp(moment))


def change_medium(connection: Connection, identity: str, *, actor: str, moment: datetime, **changes: Any) -> None:
    """Write down what a medium has become: columns by name, anything else into its details."""
    ledger.append(connection, action=MEDIUM_CHANGED, subject=identity, actor=actor, details=changes, moment=moment)
    _change_medium(connection, identity, changes)


def read_medium(connection: Connection, identity: str) -> MediumRow | None:
    """The medium of that identity, or of that label where only one has it."""
    row = connection.execute(select(media).where(media.c.id == identity)).first()
    if row is None:
        named = connection.execute(select(media).where(media.c.label == identity)).all()
        row = named[0] if len(named) == 1 else None
    return _medium(row) if row else None


def all_media(connection: Connection, kind: str = "") -> list[MediumRow]:
    """Every medium, or those of one kind, in the order they were added."""
    query = select(media).order_by(media.c.added, media.c.id)
    if kind:
        query = query.where(media.c.kind == kind)
    return [_medium(row) for row in connection.execute(query)]


def set_copy(connection: Connection, row: CopyRow, *, actor: str, moment: datetime) -> None:
    """Write down what a copy has become, in the catalogue and the ledger."""
    details: dict[str, Any] = {"medium": row.medium, "name": row.name, "version": row.version, "state": row.state}
    if row.parts > 1:
        details |= {"part": row.part, "parts": row.parts, "set": row.set}
    ledger.append(connection, action=COPY_CHANGED, subject=row.objid, actor=actor, details=details, moment=moment)
    _apply_copy(connection, row.objid, details, stamp(moment))


def confirm(connection: Connection, copies_: Iterable[tuple[str, str]], moment: datetime) -> None:
    """Copies (name, medium) were read back whole and are as they were: only their time changes.

    No entry of the ledger is made here: the records of the audit are anchored there, and `history.replay` reads them.
    """
    rows = [{"b_name": name, "b_medium": medium} for name, medium in copies_]
    if rows:
        here = (copies.c.name == bindparam("b_name"), copies.c.medium == bindparam("b_medium"))
        connection.execute(update(copies).where(*here).values(verified=stamp(moment), state="verified"), rows)


def read_copy(connection: Connection, name: str, medium: str) -> CopyRow | None:
    """The copy of that name on that medium."""
    row = connection.execute(select(copies).where(copies.c.name == name, copies.c.medium == medium)).first()
    return CopyRow(**row._mapping) if row else None


def copies_of(connection: Connection, objid: str) -> list[CopyRow]:
    """Every copy of every version of a case, or of all cases where `objid` is empty."""
    query = select(copies).order_by(copies.c.name, copies.c.medium)
    if objid:
        query = query.where(copies.c.objid == objid)
    return [CopyRow(*row) for row in connection.execute(query)]


def copies_on(connection: Connection, medium: str, states: Iterable[str] = ()) -> list[CopyRow]:
    """Every copy on one medium, in any state or in one of these."""
    query = select(copies).where(copies.c.medium == medium).order_by(copies.c.name)
    if wanted := list(states):
        query = query.where(copies.c.state.in_(wanted))
    return [CopyRow(**row._mapping) for row in connection.execute(query)]


def count_in(connection: Connection, states: Iterable[str]) -> int:
    """How many copies on media in use are in one of these states."""
    query = (
        select(func.count()).select_from(copies).join(media, media.c.id == copies.c.medium)
        .where(copies.c.state.in_(list(states)), media.c.state == "in use")
    )  # fmt: skip
    return int(connection.execute(query).scalar_one())


def replay(connection: Connection) -> None:
    """Make the rows of media and copies again from the ledger alone."""
    connection.execute(delete(copies))
    connection.execute(delete(media))
    for entry in ledger.entries(connection):
        data = json.loads(entry.text)
        if data["action"] == MEDIUM_ADDED:
            _apply_medium(connection, data["subject"], data["details"], data["time"])
        elif data["action"] == MEDIUM_CHANGED:
            _change_medium(connection, data["subject"], data["details"])
        elif data["action"] == COPY_CHANGED:
            _apply_copy(connection, data["subject"], data["details"], data["time"])


def _apply_medium(connection: Connection, identity: str, given: Mapping[str, Any], when: str) -> None:
    row = {"state": "in use", "place": "", "custodian": "", "capacity": 0, "checked": None}
    row |= {name: value for name, value in given.items() if name in (*_HERE, "kind")}
    details = {name: value for name, value in given.items() if name not in (*_HERE, "kind")}
    connection.execute(media.insert(), {"id": identity, **row, "added": when, "details": _json(details)})


def _change_medium(connection: Connection, identity: str, changes: Mapping[str, Any]) -> None:
    before = connection.execute(select(media.c.details).where(media.c.id == identity)).scalar_one()
    details = json.loads(before) | {name: value for name, value in changes.items() if name not in _HERE}
    values = {name: value for name, value in changes.items() if name in _HERE}
    connection.execute(update(media).where(media.c.id == identity).values(details=_json(details), **values))


def _json(details: Mapping[str, Any]) -> str:
    return json.dumps(dict(details), ensure_ascii=False, sort_keys=True)


def _apply_copy(connection: Connection, objid: str, details: Mapping[str, Any], when: str) -> None:
    times: dict[str, str] = {}
    if details["state"] in ("written", "verified"):
        times["written" if details["state"] == "written" else "verified"] = when
    here = (copies.c.name == details["name"], copies.c.medium == details["medium"])
    if connection.execute(select(copies.c.name).where(*here)).first():
        connection.execute(update(copies).where(*here).values(state=details["state"], **times))
    else:
        row = {"objid": objid, "written": None, "verified": None, "part": 1, "parts": 1, "set": "", **details, **times}
        connection.execute(copies.insert(), row)
