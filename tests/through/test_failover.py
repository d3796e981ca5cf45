"""The server dies and its standby takes over: what was answered for is there, once, and the archive goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.administration.duties import Role
from preserve.data_management import ledger
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.database import create_catalogue, open_catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.errors import Busy, MediumProblem, NotIntact
from preserve.home import Home
from preserve.services import jobs
from tests.support.delivered import all_there_once, ask, at_work, machines, until
from tests.support.people import entries, session, staffed
from tests.support.program import Archive as Program
from tests.support.standby import Pair, pair
from tests.support.wire import Wire

_WRITTEN = "SELECT pg_current_wal_lsn()"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgresql")]


@pytest.fixture
def servers() -> Iterator[Pair]:
    with pair("preserve") as both:
        yield both


@pytest.fixture
def archive(tmp_path: Path, servers: Pair) -> Iterator[Archive]:
    """An archive on both."""
    opened = staffed(tmp_path / "home", servers.url("preserve"), zhou=Role.DEPOSITOR, wu=Role.ARCHIVIST)
    yield opened
    opened.close()


class Writers:
    """Four who write without end; which notes were answered for, and which may be there or not."""

    def __init__(self, home: Home, until: int) -> None:
        self.answered: list[str] = []
        self.in_doubt: list[str] = []
        self._home, self._until = home, until
        self._pool = ThreadPoolExecutor(4)
        self._working = [self._pool.submit(self._write, name) for name in "abcd"]

    def _write(self, name: str) -> None:
        archive, number = open_archive(self._home.path), 0
        while len(self.answered) < self._until:
            number += 1
            try:
                with archive.catalogue.begin() as connection:
                    ledger.note(self._home, connection, "x", {"note": f"{name}{number}"})
                self.answered.append(f"{name}{number}")
            except Busy:
                pass  # nothing was written: so it said, and is held to it below
            except MediumProblem as error:
                if error.code == "catalogue.in-doubt":
                    self.in_doubt.append(f"{name}{number}")
        archive.close()

    def wait(self) -> None:
        """Until they have done so many; what went wrong in one of them is raised."""
        for working in self._working:
            working.result(120)
        self._pool.shutdown()


def test_what_was_answered_for_outlasts_the_server(archive: Archive, servers: Pair) -> None:
    servers.follow_at_once()
    writers = Writers(archive.home, until=120)
    until(lambda: len(writers.answered) >= 40)
    servers.first.kill()
    before = len(writers.answered)
    servers.promote()
    writers.wait()
    assert len(writers.answered) >= before + 40
    archive.seal()
    there = Counter(entry["details"]["note"] for entry in entries(archive, "x"))
    assert set(there.values()) == {1}
    assert set(writers.answered) <= set(there) <= {*writers.answered, *writers.in_doubt}
    assert Program(archive.home.path).json("ledger", "verify")["ok"] is True


def test_machines_go_on_with_the_one_that_took_over(archive: Archive, servers: Pair) -> None:
    servers.follow_at_once()
    with machines(archive, "a", "b"):
        asked = ask(archive, 3)
        at_work(archive, asked)
        servers.first.kill()
        servers.promote()
        with machines(archive, "c"):  # a worker may have ended; a site's supervisor starts it again
            all_there_once(archive, asked)
    assert Program(archive.home.path).json("ledger", "verify")["ok"] is True


def test_behind_a_standby_that_was_late_nothing_is_written(archive: Archive, servers: Pair) -> None:
    """What was answered for is gone: the store knows of it, and the archive stands still until it has it again."""
    until(lambda: servers.second.ask("SELECT pg_last_wal_replay_lsn()") == servers.first.ask(_WRITTEN))
    servers.part()
    jobs.ask(session(archive, "wu"), "copies.replicate", {})
    archive.seal()
    servers.first.kill()
    servers.promote()
    with pytest.raises(NotIntact, match=r"ledger\.rolled-back"):
        jobs.ask(session(archive, "wu"), "copies.replicate", {})
    assert Program(archive.home.path).run("catalogue", "rebuild").returncode == 0
    assert len(entries(archive, "job.asked")) == 0
    assert jobs.ask(session(archive, "wu"), "copies.replicate", {}).id
    assert Program(archive.home.path).json("ledger", "verify")["ok"] is True


def test_a_number_that_another_server_gave_again_proves_nothing(servers: Pair) -> None:
    """The COMMIT did not arrive, and the server that answers has committed another transaction of that number."""
    made = create_catalogue(PostgresqlSchema(servers.first.url("preserve"), "t"))
    made.close()
    until(lambda: servers.second.ask("SELECT pg_last_wal_replay_lsn()") == servers.first.ask(_WRITTEN))
    servers.part()
    servers.promote()
    wire = Wire(servers.first.port, at=b"ledger_append", delivered=False)
    both = f"postgresql://preserve@127.0.0.1:{wire.port},127.0.0.1:{servers.second.port}/preserve"
    far, near = (open_catalogue(PostgresqlSchema(url, "t")) for url in (both, servers.second.url("preserve")))
    with pytest.raises(MediumProblem, match=r"catalogue\.in-doubt"), far.begin() as connection:
        number = _append(connection)
        given = 0
        while given < number:
            with near.begin() as other:
                given = _append(other)
        assert servers.second.ask(f"SELECT pg_xact_status('{number}')") == [("committed",)]
        wire.close()
    assert wire.broken
    for catalogue in (far, near):
        catalogue.close()


def _append(connection: Connection) -> int:
    """Write something; the transaction's number."""
    moment = datetime(2026, 11, 28, 8, tzinfo=UTC)
    ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=moment)
    return int(connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one())
