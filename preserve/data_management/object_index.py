"""The files of packages as the catalogue lists them: PREMIS objects, their formats, digests and sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, func, select

from metadata.identity import readable
from metadata.names import original_bytes
from preserve.data_management.tables import files, versions
from preserve.errors import NotFound

DESCRIPTIONS = ("data/case.json", "data/case.toml", "data/案卷.xlsx")
"""Where the description of a case lies among its originals: it is about the pieces, and none of them."""

_BATCH = 500  # identifiers that one query asks for
_TOGETHER = 1000  # rows that are read at once


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """One file of one version. `path` is below the representation's folder, `size` in bytes.

    `properties` is JSON; `source` the identifier of the object it was made from, None for an original.
    """

    identifier: str
    objid: str
    version: int
    representation: str
    path: str
    original_name: str
    size: int
    sha256: str
    puid: str | None
    format_name: str
    format_version: str
    properties: str
    source: str | None

    @property
    def name(self) -> str:
        """The depositor's name of it as people read it, or where it lies for what has none."""
        return readable(self.deposited) or self.path.removeprefix("data/")

    @property
    def deposited(self) -> str:
        """The depositor's name of it byte for byte, undecodable ones as surrogates."""
        if "%" not in self.original_name:  # nothing is written out in it, as in nearly every name
            return self.original_name
        return original_bytes(self.original_name).decode("utf-8", "surrogateescape")

    @property
    def significant(self) -> dict[str, str]:
        """Its significant properties by name; the last one where a name stands more than once."""
        return dict(json.loads(self.properties))


_COLUMNS = [files.c[name] for name in ObjectRow.__dataclass_fields__]


def _rows(connection: Connection, query: Select[Any]) -> list[ObjectRow]:
    return [ObjectRow(*row) for row in connection.execute(query)]


def of_version(connection: Connection, objid: str, version: int, representation: str = "") -> list[ObjectRow]:
    """The files of a version, or of one representation of it, by their paths."""
    query = select(*_COLUMNS).where(files.c.objid == objid, files.c.version == version)
    if representation:
        query = query.where(files.c.representation == representation)
    return _rows(connection, query.order_by(files.c.path, files.c.representation))


def of_case(connection: Connection, objid: str) -> list[ObjectRow]:
    """The files of every version of a case, oldest version first, then by representation and path."""
    query = select(*_COLUMNS).where(files.c.objid == objid)
    return _rows(connection, query.order_by(files.c.version, files.c.representation, files.c.path))


def originals(connection: Connection, objid: str) -> list[ObjectRow]:
    """The originals of a case's newest version, by their paths."""
    newest = select(func.max(versions.c.version)).where(versions.c.objid == objid).scalar_subquery()
    here = (files.c.objid == objid, files.c.version == newest, files.c.representation == "original")
    return _rows(connection, select(*_COLUMNS).where(*here).order_by(files.c.path))


def originals_among(connection: Connection, objid: str, identifiers: Iterable[str]) -> Iterator[ObjectRow]:
    """Those originals of a case's newest version that have these identifiers, in their order."""
    newest = select(func.max(versions.c.version)).where(versions.c.objid == objid).scalar_subquery()
    here = (files.c.objid == objid, files.c.version == newest, files.c.representation == "original")
    waiting = iter(sorted(set(identifiers)))
    while batch := list(islice(waiting, _BATCH)):
        query = select(*_COLUMNS).where(files.c.identifier.in_(batch), *here)
        yield from _rows(connection, query.order_by(files.c.identifier))


def originals_of_many(connection: Connection, objids: Iterable[str]) -> Iterator[ObjectRow]:
    """The same of each of these cases, at most some thousand, in the order of their objids; read as they are taken."""
    newest = select(func.max(versions.c.version)).where(versions.c.objid == files.c.objid).scalar_subquery()
    here = (files.c.objid.in_(objids), files.c.version == newest, files.c.representation == "original")
    query = select(*_COLUMNS).where(*here).order_by(files.c.objid, files.c.path)
    for row in connection.execute(query, execution_options={"yield_per": _TOGETHER}):
        yield ObjectRow(*row)


def pieces_of(connection: Connection, objids: Iterable[str]) -> dict[str, int]:
    """By objid: how many originals its newest version holds, which is what an archivist calls its pieces (件)."""
    pieces: dict[str, int] = {}
    waiting = iter(sorted(set(objids)))
    newest = select(func.max(versions.c.version)).where(versions.c.objid == files.c.objid).scalar_subquery()
    while batch := list(islice(waiting, _BATCH)):
        query = (
            select(files.c.objid, func.count())
            .where(files.c.objid.in_(batch), files.c.version == newest)
            .where(files.c.representation == "original", files.c.path.not_in(DESCRIPTIONS))
            .group_by(files.c.objid)
        )
        pieces |= {str(objid): int(count) for objid, count in connection.execute(query)}
    return pieces


def read(connection: Connection, identifier: str, version: int) -> ObjectRow:
    """The object as a version holds it. Raises Refused where that has none of this identifier."""
    query = select(*_COLUMNS).where(files.c.identifier == identifier, files.c.version == version)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("request.nothing-there", identifier)
    return ObjectRow(**row._mapping)


def made_from(
    connection: Connection, identifier: str, objid: str, version: int, representation: str = ""
) -> list[ObjectRow]:
    """What a version holds that was made from an object, in any representation or in one, by path."""
    query = select(*_COLUMNS).where(files.c.source == identifier, files.c.objid == objid, files.c.version == version)
    if representation:
        query = query.where(files.c.representation == representation)
    return _rows(connection, query.order_by(files.c.path))


def names_of(connection: Connection, identifiers: Iterable[str]) -> dict[str, tuple[str, int]]:
    """By identifier: the depositor's name of each object that there is, and its bytes."""
    names = {}
    waiting = iter(sorted(set(identifiers)))
    while batch := list(islice(waiting, _BATCH)):
        for row in _rows(connection, select(*_COLUMNS).where(files.c.identifier.in_(batch))):
            names[row.identifier] = (row.name, row.size)
    return names


def count_unidentified(connection: Connection, objid: str) -> int:
    """How many files of a case, over all its versions, no identifier could name."""
    query = select(func.count()).select_from(files).where(files.c.objid == objid, files.c.puid.is_(None))
    return int(connection.execute(query).scalar_one())
