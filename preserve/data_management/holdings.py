"""Rows of media and copies, and the ledger entries they can be made again from.

Whatever changes here is written to the ledger in the same transaction with everything the row holds, so that
replaying the ledger gives the same rows (`replay`). Whoever acts on a row holds it against its entries first
(`require_copies`, `require_listed`): rows can be edited by whoever has the file, and are only for lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from metadata.findings import Finding
from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.ledger import Entry
from preserve.data_management.tables import copies, media
from preserve.errors import NotIntact

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
    try:
        details = json.loads(row.details)
    except (ValueError, TypeError) as error:
        raise NotIntact("ledger.contradicts-index", str(row.id), table="media") from error
    return MediumRow(**{**row._mapping, "details": details})


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
    _apply_medium(
        connection,
        ledger.add(connection, action=MEDIUM_ADDED, subject=identity, actor=actor, details=details, moment=moment),
    )


def change_medium(connection: Connection, identity: str, *, actor: str, moment: datetime, **changes: Any) -> None:
    """Write down what a medium has become: columns by name, anything else into its details. Raises NotIntact."""
    require_listed(connection, identity)
    _apply_medium(
        connection,
        ledger.add(connection, action=MEDIUM_CHANGED, subject=identity, actor=actor, details=changes, moment=moment),
    )


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
    _apply_copy(
        connection,
        ledger.add(connection, action=COPY_CHANGED, subject=row.objid, actor=actor, details=details, moment=moment),
    )


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


def copies_on(
    connection: Connection, medium: str, states: Iterable[str] = (), *, after: str = "", limit: int | None = None
) -> list[CopyRow]:
    """The copies on one medium by name, in any state or in one of these: all, or `limit` of them after a name."""
    query = select(copies).where(copies.c.medium == medium, copies.c.name > after).order_by(copies.c.name).limit(limit)
    if wanted := list(states):
        query = query.where(copies.c.state.in_(wanted))
    return [CopyRow(**row._mapping) for row in connection.execute(query)]


def count_by_medium(connection: Connection, states: Iterable[str]) -> dict[str, int]:
    """How many copies each medium has in one of these states, by its identity; one that has none is not there."""
    query = select(copies.c.medium, func.count()).where(copies.c.state.in_(list(states))).group_by(copies.c.medium)
    return {str(medium): int(count) for medium, count in connection.execute(query)}


def count_in(connection: Connection, states: Iterable[str]) -> int:
    """How many copies on media in use are in one of these states."""
    query = (
        select(func.count())
        .select_from(copies)
        .join(media, media.c.id == copies.c.medium)
        .where(copies.c.state.in_(list(states)), media.c.state == "in use")
    )
    return int(connection.execute(query).scalar_one())


def replay(connection: Connection) -> None:
    """Make the rows of media and copies again from the ledger alone."""
    connection.execute(delete(copies))
    connection.execute(delete(media))
    for entry in ledger.entries(connection):
        if entry.action in (MEDIUM_ADDED, MEDIUM_CHANGED):
            _apply_medium(connection, entry)
        elif entry.action == COPY_CHANGED:
            _apply_copy(connection, entry)


# --- what the ledger says: the only places that read its entries into rows


def medium_after(before: MediumRow | None, entry: Entry) -> MediumRow:
    """What a medium has become with one more entry."""
    told = entry.details
    columns = {name: value for name, value in told.items() if name in (*_HERE, "kind")}
    details = {name: value for name, value in told.items() if name not in (*_HERE, "kind")}
    if before is None:
        empty: dict[str, Any] = {"state": "in use", "place": "", "custodian": "", "capacity": 0, "checked": None}
        return MediumRow(id=entry.subject, added=entry.time, details=details, **(empty | columns))
    columns.pop("kind", None)  # a medium never becomes another kind of thing
    if "kind" in told:
        details["kind"] = told["kind"]
    return replace(before, details={**before.details, **details}, **columns)


def copy_after(before: CopyRow | None, entry: Entry) -> CopyRow:
    """What a copy has become with one more entry."""
    told = entry.details
    if before is None:
        before = CopyRow(
            told["name"],
            told["medium"],
            entry.subject,
            told["version"],
            "",
            None,
            None,
            told.get("part", 1),
            told.get("parts", 1),
            told.get("set", ""),
        )
    times: dict[str, Any] = {told["state"]: entry.time} if told["state"] in ("written", "verified") else {}
    return replace(before, state=told["state"], **times)


def require_listed(connection: Connection, identity: str) -> None:
    """Raises NotIntact where the row of a medium is not what the ledger says of it."""
    said: MediumRow | None = None
    for entry in ledger.about(connection, identity, MEDIUM_ADDED, MEDIUM_CHANGED):
        said = medium_after(said, entry)
    row = connection.execute(select(media).where(media.c.id == identity)).first()
    if (_medium(row) if row else None) != said:
        raise NotIntact("ledger.contradicts-index", identity, table="media")


def require_held(connection: Connection, objid: str) -> None:
    """Raises NotIntact where the rows of a case's copies, or of a medium that has one, are not what the ledger says."""
    require_copies(connection, objid)
    for identity in sorted({row.medium for row in copies_of(connection, objid)}):
        require_listed(connection, identity)


def require_on(connection: Connection, identity: str) -> None:
    """Raises NotIntact where the rows of a medium, or of any case that has or had a copy on it, contradict the ledger.

    Reads every entry about copies: for what is asked before a medium goes, not with each copy.
    """
    require_listed(connection, identity)
    told = {entry.subject for entry in ledger.naming(connection, identity, COPY_CHANGED)}
    for objid in sorted(told | {row.objid for row in copies_on(connection, identity)}):
        require_copies(connection, objid)


def require_copies(connection: Connection, objid: str) -> None:
    """Raises NotIntact where the rows of a case's copies are not what the ledger says of them.

    When a copy was last read back is no entry: the records of the audit say it, whose digests the ledger has.
    """
    said: dict[tuple[str, str], CopyRow] = {}
    for entry in ledger.about(connection, objid, COPY_CHANGED):
        key = (entry.details["name"], entry.details["medium"])
        said[key] = copy_after(said.get(key), entry)
    listed = {(row.name, row.medium): row for row in copies_of(connection, objid)} if objid else {}
    if listed.keys() != said.keys() or any(not _agree(row, said[key]) for key, row in listed.items()):
        raise NotIntact("ledger.contradicts-index", objid, table="copies")


def _agree(row: CopyRow, said: CopyRow) -> bool:
    confirmed = row.state == "verified" and said.state in ("written", "due", "repaired")
    return replace(row, verified=None, state="") == replace(said, verified=None, state="") and (
        row.state == said.state or confirmed
    )


def compare(connection: Connection) -> Iterator[Finding]:
    """Every medium, and every case's copies, of which the rows contradict the ledger."""
    known = {entry.subject for entry in ledger.of_action(connection, MEDIUM_ADDED)}
    for identity in sorted(known | set(connection.execute(select(media.c.id)).scalars())):
        try:
            require_listed(connection, identity)
        except NotIntact as error:
            yield Finding(error.code, error.where, "error", dict(error.values))
    held = set(ledger.subjects_of(connection, COPY_CHANGED))
    for objid in sorted(held | set(connection.execute(select(copies.c.objid).distinct()).scalars())):
        try:
            require_copies(connection, objid)
        except NotIntact as error:
            yield Finding(error.code, error.where, "error", dict(error.values))


def _json(details: Mapping[str, Any]) -> str:
    return json.dumps(dict(details), ensure_ascii=False, sort_keys=True)


def _apply_medium(connection: Connection, entry: Entry) -> None:
    row = connection.execute(select(media).where(media.c.id == entry.subject)).first()
    values = _columns(medium_after(_medium(row) if row else None, entry))
    if row:
        connection.execute(update(media).where(media.c.id == entry.subject).values(**values))
    else:
        connection.execute(media.insert(), values)


def _columns(row: MediumRow) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in MediumRow.__dataclass_fields__}, "details": _json(row.details)}


def _apply_copy(connection: Connection, entry: Entry) -> None:
    told = entry.details
    before = read_copy(connection, told["name"], told["medium"])
    values = asdict(copy_after(before, entry))
    if before is not None:
        here = (copies.c.name == told["name"], copies.c.medium == told["medium"])
        connection.execute(update(copies).where(*here).values(**values))
    else:
        connection.execute(copies.insert(), values)
