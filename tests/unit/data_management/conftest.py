"""A catalogue in a file of its own, and a transaction in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from preserve.data_management.database import Catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from tests.support import postgresql
from tests.support.catalogues import new_catalogue


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """A server for what is of PostgreSQL alone."""
    server = postgresql.start()
    server.make_database("plain")
    yield server
    server.stop()


@pytest.fixture
def schema(postgresql_server: postgresql.Server) -> PostgresqlSchema:
    """A place for a catalogue there, where none is yet."""
    return PostgresqlSchema(postgresql_server.url("plain"), f"t_{uuid4().hex}")


@pytest.fixture
def plain_catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue that belongs to no archive."""
    made = new_catalogue(tmp_path / "catalogue.sqlite")
    yield made
    made.close()


@pytest.fixture
def connection(plain_catalogue: Catalogue) -> Iterator[Connection]:
    """A write transaction in it."""
    with plain_catalogue.begin() as opened:
        yield opened
