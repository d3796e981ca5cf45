"""One case with everything the catalogue knows of it: its versions, formats, copies and events."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, exists, func, select

from preserve.data_management import holdings
from preserve.data_management.cases import DescribedCase, read
from preserve.data_management.holdings import CopyRow
from preserve.data_management.tables import events, files
from preserve.data_management.versions import Version, of_case

if TYPE_CHECKING:
    from preserve.description.plain import PlainDescription

MOST_EVENTS = 1000
_LARGE = 100_000  # characters of a description of some hundred files


@dataclass(frozen=True, slots=True)
class FormatCount:
    """How many files of one format a representation of a version has, and their bytes."""

    version: int
    representation: str
    puid: str | None
    format_name: str
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One PREMIS event of the packages; `version` is the last that has it."""

    identifier: str
    objid: str
    version: int
    kind: str
    happened: str
    outcome: str
    detail: str
    outcome_detail: str


@dataclass(frozen=True, slots=True)
class CaseLife:
    """One case with everything known about it. `events` are the newest, newest first; `earlier_events` counts others.

    `description` is the whole case description as plain data.
    """

    case: DescribedCase
    description: PlainDescription
    versions: tuple[Version, ...]
    formats: tuple[FormatCount, ...]
    copies: tuple[CopyRow, ...]
    events: tuple[EventFacts, ...]
    earlier_events: int

    @property
    def newest(self) -> int:
        """The number of its newest version."""
        return max((version.version for version in self.versions), default=0)


def read_life(connection: Connection, objid: str) -> CaseLife:
    """Everything about the case with this objid. Raises Refused where there is none."""
    case = read(connection, objid)
    described = DescribedCase(**{field.name: getattr(case, field.name) for field in fields(DescribedCase)})
    happened, earlier = _events(connection, objid)
    return CaseLife(
        described,
        _said(case.description_text),
        tuple(of_case(connection, objid)),
        _formats(connection, objid),
        tuple(holdings.copies_of(connection, objid)),
        happened,
        earlier,
    )


def _said(text: str) -> PlainDescription:
    """What a description says; each page of a large case asks for it. Nobody changes what is in it."""
    return _said_of_large(text) if len(text) > _LARGE else _plain(text)


@lru_cache(maxsize=2)
def _said_of_large(text: str) -> PlainDescription:
    return _plain(text)


def _plain(text: str) -> PlainDescription:
    from preserve.description.plain import PlainDescription  # a list of cases pays for no whole description

    return PlainDescription(text)


def _formats(connection: Connection, objid: str) -> tuple[FormatCount, ...]:
    kind = (files.c.version, files.c.representation, files.c.puid, files.c.format_name)
    query = (
        select(*kind, func.count().label("files"), func.sum(files.c.size).label("size"))
        .where(files.c.objid == objid)
        .group_by(*kind)
        .order_by(files.c.version, files.c.representation, func.count().desc())
    )
    return tuple(FormatCount(**row._mapping) for row in connection.execute(query))


def _events(connection: Connection, objid: str) -> tuple[tuple[EventFacts, ...], int]:
    later = events.alias()
    repeated = exists().where(later.c.identifier == events.c.identifier, later.c.version > events.c.version)
    once = (events.c.objid == objid, ~repeated)  # a later version says it again: once is enough
    newest = select(events).where(*once).order_by(events.c.happened.desc(), events.c.identifier.desc())
    happened = tuple(EventFacts(**row._mapping) for row in connection.execute(newest.limit(MOST_EVENTS)))
    if len(happened) < MOST_EVENTS:
        return happened, 0
    count = int(connection.execute(select(func.count()).select_from(events).where(*once)).scalar_one())
    return happened, count - len(happened)
