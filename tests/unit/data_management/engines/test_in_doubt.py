"""A COMMIT whose answer is lost: what the server committed counts, what it did not is told, nothing is written twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Connection

from preserve.data_management import ledger
from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines import Question
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.engines.round_trips import taken
from preserve.errors import Busy, MediumProblem
from tests.support import postgresql
from tests.support.machines import DURABLE
from tests.support.wire import Wire

MOMENT = datetime(2026, 11, 28, 8, tzinfo=UTC)
_WAITS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@dataclass
class _Permits:
    """Rules that let an entry pass that stands alone."""

    question: str = "SELECT 1 AS one"

    def alone(self) -> Question | None:
        return Question(self.question, "asked.one = 1", "")

    def written(self, number: int) -> None:
        pass

    def before(self) -> None:
        pass

    def opening(self, connection: Connection) -> None:
        pass

    def closing(self, connection: Connection) -> None:
        pass


Over = Callable[..., Catalogue]
Write = Callable[[Catalogue], int]


def _alone(catalogue: Catalogue) -> int:
    return ledger.append_alone(catalogue, action="a", subject="s", actor="z", details={}, moment=MOMENT)


def _among_others(catalogue: Catalogue) -> int:
    with replace(catalogue, rules=None).begin() as connection:
        return ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)


both = pytest.mark.parametrize("write", [_alone, _among_others])


def _wired(server: postgresql.Server, schema: PostgresqlSchema, lines: list[Wire]) -> Over:
    def over(**how: object) -> Catalogue:
        lines.append(Wire(server.port, at=b"ledger_append", **how))  # type: ignore[arg-type]
        url = schema.url.replace(f":{server.port}/", f":{lines[-1].port}/")
        place = PostgresqlSchema(url, schema.schema)
        return Catalogue(place, place.engine(), _Permits())

    return over


@pytest.fixture
def wired(schema: PostgresqlSchema, postgresql_server: postgresql.Server) -> Iterator[Over]:
    create_catalogue(schema).close()
    lines: list[Wire] = []
    yield _wired(postgresql_server, schema, lines)
    for line in lines:
        line.close()


def _size(catalogue: Catalogue) -> int:
    with catalogue.read() as connection:
        return ledger.size(connection)


@both
def test_what_the_server_committed_is_done(wired: Over, write: Write) -> None:
    catalogue = wired(delivered=True)
    assert write(catalogue) == 1
    assert _size(catalogue) == 1
    assert write(catalogue) == 2


@both
def test_what_the_server_never_heard_was_not_done_and_is_not_repeated(wired: Over, write: Write) -> None:
    catalogue = wired(delivered=False)
    with pytest.raises(Busy, match=r"catalogue\.not-committed"):
        write(catalogue)
    assert _size(catalogue) == 0
    assert write(catalogue) == 1


class _Held:
    """The schema's lock, held by somebody else; and what waits for it."""

    def __init__(self, server: postgresql.Server, schema: PostgresqlSchema) -> None:
        self._server = server
        self._line = psycopg.connect(schema.url)
        self._line.execute(f"SELECT {taken(schema.schema)}")

    def waiting(self) -> int:
        """The process that waits for it."""
        while not (found := self._server.ask(_WAITS, "plain")):
            pass
        return int(str(found[0][0]))

    def let_go(self) -> None:
        """Another entry, the same as that which waits, and then its turn."""
        self._line.execute("COMMIT")
        self._line.close()


def test_what_is_still_under_way_is_waited_for(
    wired: Over, schema: PostgresqlSchema, postgresql_server: postgresql.Server
) -> None:
    """The client is gone, and the server, which has not noticed, appends when its turn comes."""
    held = _Held(postgresql_server, schema)

    def broke() -> None:
        held.waiting()
        threading.Timer(1, held.let_go).start()

    catalogue = wired(unanswered=True, broke=broke)
    assert _alone(catalogue) == 1
    assert _size(catalogue) == 1


def test_what_ends_before_its_turn_was_not_done(
    wired: Over, schema: PostgresqlSchema, postgresql_server: postgresql.Server
) -> None:
    held = _Held(postgresql_server, schema)

    def broke() -> None:
        ended = "SELECT pg_terminate_backend(%(pid)s)"
        pid = held.waiting()
        threading.Timer(1, lambda: postgresql_server.ask(ended, "plain", pid=pid)).start()

    catalogue = wired(unanswered=True, broke=broke)
    with pytest.raises(Busy, match=r"catalogue\.not-committed"):
        _alone(catalogue)
    held.let_go()
    assert _size(catalogue) == 0
    assert _alone(catalogue) == 1


def test_a_twin_that_another_wrote_is_not_taken_for_ones_own(wired: Over, schema: PostgresqlSchema) -> None:
    direct = Catalogue(schema, schema.engine(), _Permits())

    def broke() -> None:
        _alone(direct)

    catalogue = wired(delivered=False, broke=broke)
    with pytest.raises(Busy, match=r"catalogue\.not-committed"):
        _alone(catalogue)
    assert _size(catalogue) == 1
    direct.close()


@pytest.fixture
def mortal() -> Iterator[postgresql.Server]:
    """A server that may be killed, and is set as one that must lose nothing."""
    server = postgresql.start(None, *DURABLE)
    server.make_database("plain")
    yield server
    server.stop()


@both
@pytest.mark.parametrize("delivered", [True, False])
def test_a_server_that_was_killed_meanwhile_gives_the_same_answer(
    mortal: postgresql.Server, write: Write, delivered: bool
) -> None:
    """It forgets the numbers that it gave last, and gives them to others, who commit."""
    schema = PostgresqlSchema(mortal.url("plain"), f"t_{uuid4().hex}")
    create_catalogue(schema).close()
    seen = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    given = "SELECT pg_current_xact_id()::text::bigint"

    def killed() -> None:
        ((before,),) = mortal.ask(seen)
        mortal.kill()
        mortal.process = postgresql.run(mortal.folder, mortal.port, *DURABLE)
        while int(str(mortal.ask(given)[0][0])) <= int(str(before)) + 8:
            pass

    lines: list[Wire] = []
    catalogue = _wired(mortal, schema, lines)(delivered=delivered, broke=killed)
    if delivered:
        assert write(catalogue) == 1
    else:
        with pytest.raises(Busy, match=r"catalogue\.not-committed"):
            write(catalogue)
    assert _size(catalogue) == int(delivered)
    assert write(catalogue) == 1 + int(delivered)
    catalogue.close()
    for line in lines:
        line.close()


def test_of_what_has_no_entry_a_server_that_crashed_is_not_believed(mortal: postgresql.Server) -> None:
    """Its number may be another's by now: somebody has to look."""
    schema = PostgresqlSchema(mortal.url("plain"), f"t_{uuid4().hex}")
    create_catalogue(schema).close()

    def killed() -> None:
        mortal.kill()
        mortal.process = postgresql.run(mortal.folder, mortal.port, *DURABLE)

    line = Wire(mortal.port, at=b"marked", broke=killed)
    place = PostgresqlSchema(schema.url.replace(f":{mortal.port}/", f":{line.port}/"), schema.schema)
    catalogue = Catalogue(place, place.engine())
    with pytest.raises(MediumProblem, match=r"catalogue\.in-doubt"), catalogue.begin() as connection:
        connection.exec_driver_sql("COMMENT ON TABLE nodes IS 'marked'")
    catalogue.close()
    line.close()
