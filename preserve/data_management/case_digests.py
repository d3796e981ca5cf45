"""What the rows of a case and of its versions come to, as digests (SHA-256, hex): of one version, or of many cases.

The text that is hashed is one line of JSON a row, in one order, so that both ways give the same digest. What they
should be is not known here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Row, Select, Table, select

from preserve.data_management.tables import cases as case_table
from preserve.data_management.tables import events, files, versions
from preserve.description.stored import whole

if TYPE_CHECKING:
    from hashlib import _Hash

# What an identifier says of a format may be revised later (`case.reidentified`), so it is not among what was sealed.
_OF_FILES = (
    files.c.identifier,
    files.c.representation,
    files.c.path,
    files.c.original_name,
    files.c.size,
    files.c.sha256,
    files.c.properties,
    files.c.source,
)
_OF_EVENTS = (
    events.c.identifier,
    events.c.kind,
    events.c.happened,
    events.c.outcome,
    events.c.detail,
    events.c.outcome_detail,
)
_CONTENTS: tuple[tuple[Table, tuple[Column[object], ...]], ...] = ((files, _OF_FILES), (events, _OF_EVENTS))
_PIECE = 1 << 20  # characters
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def of_version(connection: Connection, objid: str, version: int) -> dict[str, str]:
    """The digests of a case's row, and of the rows of one version with its files and events."""
    return {"case_sha256": _case(connection, objid), "contents_sha256": _contents(connection, objid, version)}


def of_cases(connection: Connection, objids: Sequence[str]) -> dict[str, dict[str, dict[str, str]]]:
    """By case, by package name, oldest first: what `of_version` gives, in a few queries for some thousand cases.

    The digest of the case's row stands with its newest version alone. A case without versions is not in it.
    """
    digests: dict[tuple[str, int], _Hash] = {}
    names: dict[str, dict[int, str]] = {}
    query = select(versions).where(versions.c.objid.in_(objids)).order_by(versions.c.objid, versions.c.version)
    for known in connection.execute(query):
        names.setdefault(known.objid, {})[known.version] = known.name
        digests[known.objid, known.version] = hashlib.sha256(_line(list(known)))
    for table, columns in _CONTENTS:
        key = (table.c.objid, table.c.version)
        rows = select(*key, *columns).where(table.c.objid.in_(objids)).order_by(*key, table.c.identifier)
        for row in _stream(connection, rows):
            objid, version, *said_of_it = row
            if digest := digests.get((objid, version)):
                digest.update(_line(said_of_it))
    said = {
        objid: {name: {"contents_sha256": digests[objid, version].hexdigest()} for version, name in of_case.items()}
        for objid, of_case in names.items()
    }
    for row in connection.execute(select(case_table).where(case_table.c.objid.in_(objids))):
        if row.objid in names:
            newest = names[row.objid][max(names[row.objid])]
            said[row.objid][newest]["case_sha256"] = _of_case_row(row)
    return said


def _case(connection: Connection, objid: str) -> str:
    return _of_case_row(connection.execute(select(case_table).where(case_table.c.objid == objid)).first())


def _of_case_row(row: Row[*tuple[Any, ...]] | None) -> str:
    if row is None:
        return hashlib.sha256(_line(None)).hexdigest()
    said = {**row._mapping, "long_term": bool(row.long_term)}
    # The description of a large case has a hundred megabytes: what stands around it, and it piece by piece.
    head, key, end = _line({**said, "description": ""}).partition(b'"description":"')
    digest = hashlib.sha256(head + key)
    try:
        for text in whole(str(said["description"])):
            for begin in range(0, len(text), _PIECE):
                digest.update(_ENCODER.encode(text[begin : begin + _PIECE])[1:-1].encode())
    except ValueError:
        return ""  # what cannot be unpacked is not what was registered
    digest.update(end)
    return digest.hexdigest()


def _contents(connection: Connection, objid: str, version: int) -> str:
    digest = hashlib.sha256()
    here = select(versions).where(versions.c.objid == objid, versions.c.version == version)
    for known in connection.execute(here):
        digest.update(_line(list(known)))
    for table, columns in _CONTENTS:
        rows = select(*columns).where(table.c.objid == objid, table.c.version == version).order_by(table.c.identifier)
        for row in _stream(connection, rows):
            digest.update(_line(list(row)))
    return digest.hexdigest()


def _stream(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    yield from connection.execute(query, execution_options={"yield_per": 2000})


def _line(said: object) -> bytes:
    return _ENCODER.encode(said).encode() + b"\n"
