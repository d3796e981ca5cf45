"""Sums over the newest version of each case, kept while versions come and go, so that a report reads some hundred rows.

Every change to the rows that are summed is made within `following`: what the case added before is taken off, and what
it adds now is put on. `fill` makes all of them again, and `compare` says where what is kept is not what there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection, text

from metadata.findings import Finding
from preserve.data_management.engines.dialect import is_sqlite


class Sum(NamedTuple):
    """So many cases that have it, files of it, their bytes, and their pixels over all frames where they are known."""

    cases: int
    files: int
    size: int
    pixels: int


Sums = dict[tuple[str, str], Sum]
"""By what is summed, and its name."""

FORMAT, KIND, SIGNATURES, PROGRAM, SUPERSEDED = "format", "kind", "signatures", "program", "superseded"
"""Formats in a representation; kinds by their number; signatures that named originals; programs that made copies, by
`files`; versions that are not the newest of their case, counted as `cases`."""

_NOTHING = Sum(0, 0, 0, 0)
_LATER = "EXISTS (SELECT 1 FROM versions n WHERE n.objid = r.objid AND n.version > r.version)"
_FILES = "sum(r.files), sum(r.size), sum(r.pixels) FROM version_formats r JOIN formats f ON f.id = r.format"
# As `json_array` writes it, which PostgreSQL lacks.
_FORMAT = "json_array(f.representation, f.puid, f.name, f.version)"
_FORMAT_OF_PARTS = " || ',' || ".join(f"to_json(f.{name})" for name in ("representation", "puid", "name", "version"))
# The first line of an event's detail names the program with its version.
_LINE = "substr(r.detail, 1, instr(r.detail || char(10), char(10)) - 1)"
_LINE_OF_PARTS = "split_part(r.detail, chr(10), 1)"
# Each of the rows of everything, or of one case in place of {one}.
_QUESTIONS = (
    f"SELECT '{FORMAT}', {_FORMAT}, count(DISTINCT r.objid), {_FILES} WHERE NOT {_LATER}{{one}} GROUP BY {_FORMAT}",
    f"SELECT '{KIND}', CAST(f.id AS text), count(*), {_FILES} WHERE NOT {_LATER}{{one}} GROUP BY f.id",
    f"SELECT '{SIGNATURES}', f.signatures, count(DISTINCT r.objid), {_FILES}"
    f" WHERE f.representation = 'original' AND NOT {_LATER}{{one}} GROUP BY f.signatures",
    f"SELECT '{PROGRAM}', {_LINE}, 0, count(*), 0, 0 FROM events r WHERE r.kind IN ('normalization', 'migration')"
    f" AND r.outcome <> 'fail' AND NOT {_LATER}{{one}} GROUP BY {_LINE}",
    f"SELECT '{SUPERSEDED}', '', count(*), 0, sum(r.size), 0 FROM versions r WHERE {_LATER}{{one}} HAVING count(*) > 0",
)
_WHOLE = " UNION ALL ".join(question.format(one="") for question in _QUESTIONS)
_ONE = " UNION ALL ".join(question.format(one=" AND r.objid = :objid") for question in _QUESTIONS)
_ADD = text(
    "INSERT INTO sums (kind, name, cases, files, size, pixels) VALUES (:kind, :name, :cases, :files, :size, :pixels)"
    " ON CONFLICT (kind, name) DO UPDATE SET cases = sums.cases + excluded.cases, files = sums.files + excluded.files,"
    " size = sums.size + excluded.size, pixels = sums.pixels + excluded.pixels"
)


def read(connection: Connection, kind: str) -> dict[str, Sum]:
    """The sums of one sort, by the name of what is summed."""
    query = text("SELECT name, cases, files, size, pixels FROM sums WHERE kind = :kind ORDER BY name")
    return {str(name): Sum(*counts) for name, *counts in connection.execute(query, {"kind": kind})}


def read_formats(connection: Connection) -> dict[tuple[str, str, str, str], Sum]:
    """The sums of formats, by representation, PUID, name and version."""
    by_name = ((json.loads(name), counted) for name, counted in read(connection, FORMAT).items())
    return {
        (str(role), str(puid), str(name), str(version)): counted for (role, puid, name, version), counted in by_name
    }


@contextmanager
def following(connection: Connection, objid: str) -> Iterator[None]:
    """Keep the sums right over a change of one case's rows; not within another one about the same case."""
    before = _reckoned(connection, _ONE, {"objid": objid})
    yield
    after = _reckoned(connection, _ONE, {"objid": objid})
    changes: Sums = {}
    for key in before.keys() | after.keys():
        pairs = zip(before.get(key, _NOTHING), after.get(key, _NOTHING), strict=True)
        changes[key] = Sum(*(now - was for was, now in pairs))
    _add(connection, {key: change for key, change in sorted(changes.items()) if change != _NOTHING})
    if before.keys() - after.keys():
        connection.execute(text("DELETE FROM sums WHERE cases = 0 AND files = 0 AND size = 0 AND pixels = 0"))


def fill(connection: Connection) -> None:
    """Make all sums again from the rows."""
    connection.execute(text("DELETE FROM sums"))
    _add(connection, _reckoned(connection, _WHOLE, {}))


def compare(connection: Connection) -> Iterator[Finding]:
    """One finding where the sums are not what there is."""
    rows = connection.execute(text("SELECT * FROM sums"))
    if {(kind, name): Sum(*counts) for kind, name, *counts in rows} != _reckoned(connection, _WHOLE, {}):
        yield Finding("ledger.contradicts-index", "", "error", {"table": "sums"})


def _reckoned(connection: Connection, query: str, values: Mapping[str, str]) -> Sums:
    if not is_sqlite(connection):
        query = query.replace(_FORMAT, f"'[' || {_FORMAT_OF_PARTS} || ']'").replace(_LINE, _LINE_OF_PARTS)
    rows = connection.execute(text(query), values)
    return {(str(kind), str(name)): Sum(*map(int, counts)) for kind, name, *counts in rows}


def _add(connection: Connection, sums: Sums) -> None:
    if sums:
        rows = [{"kind": kind, "name": name, **counted._asdict()} for (kind, name), counted in sums.items()]
        connection.execute(_ADD, rows)
