"""A COMMIT whose answer is lost: what the server committed counts, and nothing is written twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from preserve.data_management import ledger
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.errors import Busy
from tests.support import postgresql
from tests.support.wire import Wire

MOMENT = datetime(2026, 11, 28, 8, tzinfo=UTC)


@pytest.fixture
def wired(schema: PostgresqlSchema, postgresql_server: postgresql.Server) -> Iterator[Callable[[bool], Catalogue]]:
    create_catalogue(schema).close()
    lines: list[Wire] = []

    def over(delivered: bool) -> Catalogue:
        lines.append(Wire(postgresql_server.port, at=b"ledger_append", delivered=delivered))
        url = schema.url.replace(f":{postgresql_server.port}/", f":{lines[-1].port}/")
        place = PostgresqlSchema(url, schema.schema)
        return Catalogue(place, place.engine())

    yield over
    for line in lines:
        line.close()


@contextmanager
def _one(catalogue: Catalogue) -> Iterator[None]:
    with catalogue.begin() as connection:
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
        yield


def test_what_the_server_committed_is_done(wired: Callable[[bool], Catalogue]) -> None:
    catalogue = wired(True)
    with _one(catalogue):
        pass
    with catalogue.read() as connection:
        assert ledger.size(connection) == 1


def test_what_the_server_never_heard_was_not_done_and_is_not_repeated(wired: Callable[[bool], Catalogue]) -> None:
    catalogue = wired(False)
    with pytest.raises(Busy, match=r"catalogue\.not-committed"), _one(catalogue):
        pass
    with catalogue.read() as connection:
        assert ledger.size(connection) == 0
