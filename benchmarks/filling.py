"""Fills a catalogue on PostgreSQL with generated cases by COPY: a million in minutes, where the program takes them one
after the other.

Two processes make the rows with the program's own functions, each of its half of the cases; the index of words is built
when all rows are there, two years at a time. What differs from `search.fill_in` is the way only: a test holds the rows
of both against each other.
"""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from functools import cache, lru_cache
from itertools import islice
from multiprocessing import get_context

import psycopg

from benchmarks import search
from benchmarks.chinese_cases import DAYS, Made, make_cases
from preserve.data_management import facets, search_postgresql
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.engines.postgresql_schema import SEARCH
from preserve.data_management.passages import Passage
from preserve.data_management.search import words_of
from preserve.data_management.tokens import folded

PROCESSES = 2
_BATCH = 500  # cases that are held before they are copied
_A_DAY = 1 << 14
_FIRST = date(2006, 1, 4)
_ASIDE = re.compile("[。,:;《》〔〕、\n]+")  # of what is generated: no token reaches over one of these
_INDEXES = SEARCH[1:]
_TABLES = {
    "cases": "COPY cases FROM STDIN",
    "findable": "COPY findable (number, objid, head, body) FROM STDIN",
    "facets": "COPY facets (kind, value, number, file) FROM STDIN",
    "search": "COPY search (closed, number, part, in_head, divided, words) FROM STDIN (FORMAT binary)",
}
_IMITATED = ("events", "files", "version_formats", "versions", "copies", "retention")
SETTINGS = ("wal_level=minimal", "max_wal_senders=0", "max_wal_size=4GB", "checkpoint_timeout=30min")
"""Of a server that is to be filled: nobody follows it."""
_VACUUM = "VACUUM (ANALYZE)"
"""As the server itself has done long since to a catalogue that grew; else it would do it while pages are measured."""
_QUICKLY = (
    "SET synchronous_commit = off; SET maintenance_work_mem = '256MB';"
    " SET session_replication_role = replica"  # no look at `cases` for each row of `findable`
)


def fill(place: PostgresqlSchema, count: int) -> list[Made]:
    """So many cases into an empty catalogue, with their index; some of them to ask for."""
    with _connected(place) as connection:
        for name in (statement.split()[2] for statement in _INDEXES):
            connection.execute(f"DROP INDEX {name}")
        for year in range(_FIRST.year, _day(count - 1, count).year + 1):
            connection.execute("SELECT search_partition(%s)", (year,))
    halves = [range(count * n // PROCESSES, count * (n + 1) // PROCESSES) for n in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        some = [made for found in pool.map(_write, [place] * PROCESSES, [count] * PROCESSES, halves) for made in found]
    _index(place)
    return some


def imitate(place: PostgresqlSchema, objid: str) -> None:
    """Give every case what the program wrote about this one: description, versions, files, events, copies, retention.

    Identifiers are made anew for each; days, sizes and digests are those of the one.
    """
    with _connected(place) as connection:
        statements = [_imitation(connection, table, objid) for table in _IMITATED]
    statements.append(
        "UPDATE cases c SET description = replace(p.description, p.case_number, c.case_number) FROM cases p"
        f" WHERE p.objid = '{objid}' AND c.objid <> p.objid"
    )
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(lambda statement: _run(place, statement), statements))
    _run(place, _VACUUM)


def _imitation(connection: psycopg.Connection[tuple[object, ...]], table: str, objid: str) -> str:
    described = connection.execute(f"SELECT * FROM {table} LIMIT 0").description or []
    values = {
        "objid": "c.objid",
        "name": f"replace(p.name, '{objid}', c.objid)",
        "identifier": "md5(c.objid || p.identifier)::uuid::text",
    }
    names = [column.name for column in described]
    chosen = ", ".join(values.get(name, f'p."{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)  # one is called `set`
    return (
        f"INSERT INTO {table} ({quoted}) SELECT {chosen} FROM cases c, {table} p"
        f" WHERE p.objid = '{objid}' AND c.objid <> p.objid"
    )


def _write(place: PostgresqlSchema, count: int, part: range) -> list[Made]:
    """The rows of some cases; of these again some, to ask for."""
    choose, some = random.Random(part.start + 5), []
    made = zip(part, make_cases(count, part=part), strict=True)
    with _connected(place) as connection:
        while batch := list(islice(made, _BATCH)):
            rows = [_Rows(number, count, case) for number, case in batch]
            for table, statement in _TABLES.items():
                with connection.cursor().copy(statement) as copy:
                    copy.write(_binary(rows) if table == "search" else "".join(getattr(one, table) for one in rows))
            some += [case for _, case in batch if choose.random() < 40 / count]
    return some


def _index(place: PostgresqlSchema) -> None:
    """Build the index of each year, two at a time, then the ones of the whole table, which take these for theirs."""
    with _connected(place) as connection:
        names = connection.execute("SELECT relname FROM pg_class WHERE relispartition ORDER BY relname")
        years = [name for name in (str(name) for (name,) in names) if re.fullmatch(r"search_\d{4}", name)]
    wanted = [
        statement.replace(f"INDEX {name}", f"INDEX {year}_{name}").replace("ON search ", f"ON {year} ")
        for year in years
        for statement in _INDEXES
        for name in [statement.split()[2]]
    ]
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(lambda statement: _run(place, statement), wanted))
    for statement in (*_INDEXES, _VACUUM):
        _run(place, statement)


def _run(place: PostgresqlSchema, statement: str) -> None:
    with _connected(place) as connection:
        connection.execute(statement)


def _connected(place: PostgresqlSchema) -> psycopg.Connection[tuple[object, ...]]:
    connection = psycopg.connect(place.url, autocommit=True, **place.arguments(place.schema))
    connection.execute(_QUICKLY)
    return connection


def _day(number: int, count: int) -> date:
    return date.fromordinal(_FIRST.toordinal() + DAYS * number // count)


class _Rows:
    """The rows of one case, as COPY takes them."""

    def __init__(self, number: int, count: int, made: Made) -> None:
        day = DAYS * number // count
        place = (_FIRST.toordinal() + day) * _A_DAY + number - -(-day * count // DAYS)
        head, body = search.passages_of(made)
        row, packed = search.row_of(number, made), words_of(head, body, tokens=False).packed
        found = dict.fromkeys(
            (kind, folded(value), file) for kind, value, file in facets.of_case(made.description) if value
        )
        self.cases = _line(*row)
        self.findable = _line(place, row[0], "\\\\x" + packed["head"].hex(), "\\\\x" + packed["body"].hex())
        self.facets = "".join([f"{kind}\t{value}\t{place}\t{file}\n" for kind, value, file in found])
        about = set().union(*(_about(kind, value) for kind, value, _ in found))
        in_head = about.union(*_pieces(head))
        self.search = tuple(
            _fields(date.fromordinal(place // _A_DAY).year, place, part, words)
            for part, words in enumerate((in_head, in_head.union(*_pieces(body))))
        )


def _line(*values: object) -> str:
    """A row as COPY takes it. What is generated has no blank or backslash that would have to be escaped."""
    return "\t".join(map(str, values)) + "\n"


def _pieces(passages: Sequence[Passage]) -> Iterator[frozenset[bytes]]:
    for passage in passages:
        for piece in _ASIDE.split(passage.text):
            yield _lexemes(piece)


@lru_cache(300_000)
def _lexemes(piece: str) -> frozenset[bytes]:
    """The lexemes of a piece of text, as the type tsvector has them: sentences of many cases say the same."""
    (words,) = search_postgresql.lexemes_of([Passage("", "", piece)])
    return _encoded(words)


@lru_cache(300_000)
def _about(kind: str, value: str) -> frozenset[bytes]:
    return _encoded(word for words in search_postgresql.lexemes_about([(kind, value)]) for word in words)


def _encoded(words: Iterable[str]) -> frozenset[bytes]:
    return frozenset(word.encode() + b"\0\0\0" for word in words)  # it ends, and stands at no place


@cache
def _number(form: str) -> struct.Struct:
    return struct.Struct(form)


def _fields(year: int, number: int, part: int, words: set[bytes]) -> bytes:
    """A row of the index as binary COPY takes it: six fields, each after its length."""
    vector = b"".join(words)
    assert len(vector) < 500_000, "the program would divide such a case"
    begin = _number(">hiiiqiiibib").pack(6, 4, year, 8, number, 4, part, 1, part == 0, 1, False)
    return begin + _number(">ii").pack(len(vector) + 4, len(words)) + vector


def _binary(rows: Sequence[_Rows]) -> bytes:
    begin, end = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
    return b"".join((begin, *(one for row in rows for one in row.search), end))
