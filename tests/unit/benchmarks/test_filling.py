"""A catalogue that is filled by COPY holds what the program would have written, one case after the other."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from benchmarks import filling, search
from benchmarks.chinese_cases import FREQUENT, Made, make_cases
from preserve.data_management import search as room
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from tests.support import postgresql

COUNT = 60
_TABLES = {
    "cases": "*",
    "findable": "*",
    "facets": "*",
    "search": "closed, number, part, in_head, divided, words::text",
}


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    started = postgresql.start(None, *filling.SETTINGS)
    yield started
    started.stop()


def _cases() -> list[Made]:
    half = COUNT // filling.PROCESSES
    return [made for begin in (0, half) for made in make_cases(COUNT, part=range(begin, begin + half))]


def _by_the_program(catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        for number, made in enumerate(_cases()):
            search.enter(connection, number, made)
        room.fill(connection)


def _rows(place: PostgresqlSchema, table: str) -> list[tuple[object, ...]]:
    with psycopg.connect(place.url, **place.arguments(place.schema)) as connection:
        return sorted(connection.execute(f"SELECT {_TABLES[table]} FROM {table}").fetchall(), key=repr)


def test_it_holds_what_the_program_writes(server: postgresql.Server) -> None:
    filled, written = (PostgresqlSchema(server.make_database(name), name) for name in ("filled", "written"))
    catalogues = [create_catalogue(place) for place in (filled, written)]
    some = filling.fill(filled, COUNT)
    _by_the_program(catalogues[1])
    assert some and all(made in _cases() for made in some)
    for table in _TABLES:
        assert _rows(filled, table) == _rows(written, table), table
    assert len(_rows(filled, "search")) == 2 * COUNT
    for word in FREQUENT:
        with catalogues[0].read() as one, catalogues[1].read() as other:
            assert room.find(one, word) == room.find(other, word)
    for catalogue in catalogues:
        catalogue.close()


def test_every_year_has_its_index_and_the_whole_takes_it_for_its_own(server: postgresql.Server) -> None:
    filled, empty = (PostgresqlSchema(server.make_database(name), name) for name in ("indexed", "empty"))
    for place in (filled, empty):
        create_catalogue(place).close()
    filling.fill(filled, COUNT)
    asked = (
        "SELECT c.relname, i.indisvalid, (SELECT count(*) FROM pg_inherits h WHERE h.inhparent = c.oid)"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'search'::regclass ORDER BY 1"
    )
    with psycopg.connect(filled.url, **filled.arguments("indexed")) as connection:
        told = connection.execute(asked).fetchall()
        years = connection.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'search'::regclass").fetchone()
    with psycopg.connect(empty.url, **empty.arguments("empty")) as connection:
        wanted = [name for name, _, _ in connection.execute(asked)]
    assert years is not None and [(name, True, years[0]) for name in wanted] == told
