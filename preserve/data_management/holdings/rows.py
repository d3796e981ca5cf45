"""Rows of media and copies, as they are listed; and the times of checks, which the records of the audits keep."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, text, update

from preserve.clock import stamp
from preserve.data_management.tables import copies, media
from preserve.errors import NotIntact

_BATCH = 500  # objids that one query asks for
_IN_TROUBLE = ("planned", "written", "suspect", "lost")
# The words of the index `copies_in_trouble`: SQLite takes a partial index only where a query says the same, unbound.
_TROUBLE = text(f"copies.state IN {_IN_TROUBLE}")


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


def read_listed_medium(connection: Connection, identity: str) -> MediumRow | None:
    """The medium of exactly that identity."""
    row = connection.execute(select(media).where(media.c.id == identity)).first()
    return _medium(row) if row else None


def read_medium(connection: Connection, identity: str) -> MediumRow | None:
    """The medium of that identity, or of that label where only one has it."""
    row = read_listed_medium(connection, identity)
    if row is None:
        named = connection.execute(select(media).where(media.c.label == identity)).all()
        row = _medium(named[0]) if len(named) == 1 else None
    return row


def all_media(connection: Connection, kind: str = "") -> list[MediumRow]:
    """Every medium, or those of one kind, in the order they were added."""
    query = select(media).order_by(media.c.added, media.c.id)
    if kind:
        query = query.where(media.c.kind == kind)
    return [_medium(row) for row in connection.execute(query)]


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


def copies_of_many(connection: Connection, objids: Iterable[str]) -> list[CopyRow]:
    """Every copy of every version of these cases, in the order of packages and media."""
    rows: list[CopyRow] = []
    waiting = iter(sorted(set(objids)))
    while batch := list(islice(waiting, _BATCH)):
        query = select(copies).where(copies.c.objid.in_(batch)).order_by(copies.c.name, copies.c.medium)
        rows += [CopyRow(*row) for row in connection.execute(query)]
    return rows


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


def in_states(states: Collection[str]) -> ColumnElement[bool]:
    """That a copy is in one of these states; of those that few copies are in, as the index over these says it."""
    wanted = copies.c.state.in_(list(states))
    return and_(_TROUBLE, wanted) if set(states) <= set(_IN_TROUBLE) else wanted


def count_in(connection: Connection, states: Collection[str]) -> int:
    """How many copies on media in use are in one of these states."""
    query = (
        select(func.count())
        .select_from(copies)
        .join(media, media.c.id == copies.c.medium)
        .where(in_states(states), media.c.state == "in use")
    )
    return int(connection.execute(query).scalar_one())


def confirm(connection: Connection, copies_: Iterable[tuple[str, str]], moment: datetime) -> None:
    """Copies (name, medium) were read back whole and are as they were: only their time changes.

    No entry of the ledger is made here: the records of the audit are anchored there, and `history.replay` reads them.
    """
    rows = [{"b_name": name, "b_medium": medium} for name, medium in copies_]
    if rows:
        here = (copies.c.name == bindparam("b_name"), copies.c.medium == bindparam("b_medium"))
        connection.execute(update(copies).where(*here).values(verified=stamp(moment), state="verified"), rows)


def advance(connection: Connection, checks: Iterable[tuple[str, str, str]]) -> None:
    """Bring the times of copies (name, medium) forward to these, RFC 3339 in UTC; none goes back."""
    rows = [{"b_name": name, "b_medium": medium, "b_when": when} for name, medium, when in checks]
    if rows:
        here = (copies.c.name == bindparam("b_name"), copies.c.medium == bindparam("b_medium"))
        earlier = copies.c.verified.is_(None) | (copies.c.verified < bindparam("b_when"))
        connection.execute(update(copies).where(*here, earlier).values(verified=bindparam("b_when")), rows)
