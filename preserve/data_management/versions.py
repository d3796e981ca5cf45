"""The versions of each case's package, as the catalogue lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, tuple_

from preserve.data_management import kept_sums
from preserve.data_management.cases import find_case, unknown
from preserve.data_management.counted import count_up_to
from preserve.data_management.tables import cases, copies, media, versions

_BATCH = 500  # names that one query asks for


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a case's package; `size` is of its payload in bytes, `created` RFC 3339 in UTC."""

    name: str
    objid: str
    version: int
    files: int
    size: int
    manifest_sha256: str
    created: str


@dataclass(frozen=True, slots=True)
class VersionOfCase:
    """A version with what people call its case, and whether regulation Art. 18 applies to that."""

    name: str
    objid: str
    version: int
    case_number: str
    title: str
    long_term: bool


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A version for which no copy on some kind of medium is planned; `size` of its payload in bytes."""

    name: str
    objid: str
    size: int
    files: int
    long_term: bool


_COLUMNS = [versions.c[name] for name in Version.__dataclass_fields__]


def read(connection: Connection, name: str) -> Version:
    """The version by its name, or the newest of a case by objid. Raises Refused where there is none."""
    version = find(connection, name)
    if version is None:
        raise unknown(name)
    return version


def find(connection: Connection, name: str) -> Version | None:
    """The version by its name, or the newest of a case by objid."""
    query = select(*_COLUMNS).where((versions.c.name == name) | (versions.c.objid == name))
    row = connection.execute(query.order_by(versions.c.version.desc()).limit(1)).first()
    return _version(row) if row else None


def _version(row: Row[Any]) -> Version:
    return Version(**row._mapping)


def of_case(connection: Connection, objid: str) -> list[Version]:
    """Every version of a case, oldest first."""
    query = select(*_COLUMNS).where(versions.c.objid == objid).order_by(versions.c.version)
    return [_version(row) for row in connection.execute(query)]


def created_of(connection: Connection, objids: Iterable[str]) -> dict[str, list[str]]:
    """By objid, of at most some thousand: when each version was made, oldest version first."""
    made: dict[str, list[str]] = {}
    query = select(versions.c.objid, versions.c.created).where(versions.c.objid.in_(objids))
    for objid, created in connection.execute(query.order_by(versions.c.objid, versions.c.version)):
        made.setdefault(objid, []).append(created)
    return made


def read_many(connection: Connection, names: Iterable[str]) -> dict[str, Version]:
    """Those of these names that there are, by name."""
    known = {}
    waiting = iter(sorted(set(names)))
    while batch := list(islice(waiting, _BATCH)):
        for row in connection.execute(select(*_COLUMNS).where(versions.c.name.in_(batch))):
            known[str(row.name)] = _version(row)
    return known


def is_entered(connection: Connection, name: str) -> bool:
    """Whether the catalogue has a version of this name."""
    return connection.execute(select(versions.c.name).where(versions.c.name == name)).first() is not None


def with_cases(
    connection: Connection, only: str = "", *, after: str = "", limit: int | None = None
) -> list[VersionOfCase]:
    """Every version, or those of one case, or the one of that package name, in the order they were made.

    With `limit` only so many, from the one that follows the package name `after`. A case is named as for `find_case`.
    """
    query = (
        select(
            versions.c.name, versions.c.objid, versions.c.version, cases.c.case_number, cases.c.title, cases.c.long_term
        )
        .join(cases, cases.c.objid == versions.c.objid)
        .order_by(versions.c.created, versions.c.name)
    )
    if only:
        package = versions.c.name == only
        query = query.where(
            package if is_entered(connection, only) else versions.c.objid == find_case(connection, only)
        )
    if after:
        query = query.where(_follows(connection, after))
    return [VersionOfCase(*row[:5], bool(row[5])) for row in connection.execute(query.limit(limit))]


def count(connection: Connection) -> int:
    """How many versions there are."""
    return int(connection.execute(select(func.count()).select_from(versions)).scalar_one())


def count_after(connection: Connection, after: str, most: int) -> int:
    """How many versions follow that package name in the order they were made, counted up to `most`."""
    # Two counts of a stretch of the index each: comparing both columns of each row costs three times as much.
    created, name = _created(connection, after), select(versions.c.name)
    beside = count_up_to(connection, name.where(versions.c.created == created, versions.c.name > after), most)
    return beside + count_up_to(connection, name.where(versions.c.created > created), most - beside)


def _created(connection: Connection, name: str) -> str:
    return str(connection.execute(select(versions.c.created).where(versions.c.name == name)).scalar() or "")


def _follows(connection: Connection, name: str) -> ColumnElement[bool]:
    return tuple_(versions.c.created, versions.c.name) > tuple_(_created(connection, name), name)


def newest_of(connection: Connection, objids: Iterable[str]) -> dict[str, int]:
    """By objid: the number of the newest version."""
    numbers = {}
    waiting = iter(sorted(set(objids)))
    while batch := list(islice(waiting, _BATCH)):
        query = select(versions.c.objid, func.max(versions.c.version)).where(versions.c.objid.in_(batch))
        for objid, number in connection.execute(query.group_by(versions.c.objid)):
            numbers[str(objid)] = int(number)
    return numbers


def without_copy_on(connection: Connection, kind: str) -> list[Unplanned]:
    """Every version that has no copy on a medium of this kind, and none planned, oldest first."""
    planned = (
        select(copies.c.name)
        .join(media, media.c.id == copies.c.medium)
        .where(media.c.kind == kind, copies.c.state.notin_(["lost", "retired"]))
    )
    rows = connection.execute(
        select(versions.c.name, versions.c.objid, versions.c.size, versions.c.files, cases.c.long_term)
        .join(cases, cases.c.objid == versions.c.objid)
        .where(versions.c.name.notin_(planned))
        .order_by(versions.c.created, versions.c.name)
    )
    return [Unplanned(*row[:4], bool(row[4])) for row in rows]


def sizes_of(connection: Connection, objids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """By objid: the files of the largest version of a case, and the bytes of all its versions together."""
    sizes = {}
    waiting = iter(sorted(set(objids)))
    while batch := list(islice(waiting, _BATCH)):
        query = (
            select(versions.c.objid, func.max(versions.c.files), func.sum(versions.c.size))
            .where(versions.c.objid.in_(batch))
            .group_by(versions.c.objid)
        )
        for objid, count, size in connection.execute(query):
            sizes[str(objid)] = (int(count), int(size))
    return sizes


def superseded(connection: Connection) -> tuple[int, int]:
    """How many versions are not the newest of their case, and their bytes."""
    counted = kept_sums.read(connection, kept_sums.SUPERSEDED).get("")
    return (counted.cases, counted.size) if counted else (0, 0)
