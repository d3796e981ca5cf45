"""Machines of one archive when the network, a COMMIT's answer or a day of the catalogue is gone; each case once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from preserve.data_management import deliveries
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.errors import Busy, PreserveError
from preserve.services import jobs
from tests.support import postgresql
from tests.support.delivered import all_there_once, ask, at_work, machines, row_of, unfinished, until
from tests.support.on_postgresql import archive, server
from tests.support.people import entries, session
from tests.support.program import Archive as Program
from tests.support.wire import Wire

__all__ = ["archive", "server"]


def test_a_machine_whose_network_was_away_does_nothing_twice(
    archive: Archive, server: postgresql.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire(server.port, listen=("127.0.0.2", server.port))
    with monkeypatch.context() as patch:
        patch.setenv("PGHOSTADDR", "127.0.0.2")  # libpq: the same server, by another way
        with machines(archive, "a"):
            patch.undo()
            asked = ask(archive, 4)
            row = at_work(archive, asked)
            wire.cut()
            with archive.catalogue.read() as connection:
                assert rows.count(connection).get("done", 0) < len(asked)
            with machines(archive, "b"):
                all_there_once(archive, asked)
                wire.mend()
                until(lambda: not Path(f"/proc/{row.pid}").exists())
                all_there_once(archive, asked)
    wire.close()


def test_a_writer_that_hangs_in_its_transaction_holds_nobody_up_for_long(archive: Archive) -> None:
    with pytest.raises(PreserveError), archive.catalogue.begin() as connection:
        kept = "SELECT setting::integer FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'"
        assert 0 < int(connection.exec_driver_sql(kept).scalar_one()) <= 30_000
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 1")  # as if that long were over
        until(lambda: another_writes(archive))
        connection.exec_driver_sql("SELECT 1")


def another_writes(archive: Archive) -> bool:
    with archive.catalogue.begin():
        return True


@pytest.mark.parametrize("delivered", [True, False])
def test_a_job_whose_commit_had_no_answer_is_asked_for_once(
    archive: Archive, server: postgresql.Server, *, delivered: bool
) -> None:
    wire = Wire(server.port, at=b"INSERT INTO jobs", delivered=delivered)
    place = archive.catalogue.place
    assert isinstance(place, PostgresqlSchema)
    over = replace(place, url=place.url.replace(f":{server.port}/", f":{wire.port}/"))
    far = replace(archive, catalogue=replace(archive.catalogue, place=over, engine=over.engine()))
    asked = []
    for _ in range(2):
        with suppress(Busy):  # it says so where nothing was written
            asked.append(jobs.ask(session(far, "wu"), "copies.replicate", {}, key="k"))
    assert wire.broken
    assert [again.again for again in asked] == ([False, True] if delivered else [False])
    with archive.catalogue.read() as connection:
        assert rows.count(connection) == {"queued": 1}
        assert deliveries.waiting(connection) == {"work": 1}
    assert len(entries(archive, "job.asked")) == 1
    far.close()
    wire.close()


@pytest.mark.parametrize("delivered", [True, False])
@pytest.mark.parametrize("step", ["start", "end"])
def test_an_attempt_whose_commit_had_no_answer_begins_and_ends_once(
    archive: Archive, server: postgresql.Server, step: str, *, delivered: bool
) -> None:
    job = jobs.ask(session(archive, "wu"), "copies.replicate", {}).id
    wire = Wire(server.port, at=b"UPDATE jobs", delivered=delivered)
    place = archive.catalogue.place
    assert isinstance(place, PostgresqlSchema)
    over = replace(place, url=place.url.replace(f":{server.port}/", f":{wire.port}/"))
    far = replace(archive.catalogue, place=over, engine=over.engine())
    if step == "end":
        with archive.catalogue.begin() as connection:
            rows.start(connection, job, pid=1, boot="x", moment=archive.now())
    done = []
    for _ in range(2):
        with suppress(Busy), far.begin() as connection:
            if step == "start":
                done.append(rows.start(connection, job, pid=1, boot="x", moment=archive.now()))
            else:
                done.append(rows.end(connection, job, 1, "done", archive.now(), result={}))
    assert wire.broken
    first = 1 if step == "start" else True
    assert done == ([first, None if step == "start" else False] if delivered else [first, first])
    assert (row_of(archive, job).attempt, row_of(archive, job).state) == (1, "running" if step == "start" else "done")
    far.close()
    wire.close()


def test_a_catalogue_that_was_set_back_does_nothing_twice(archive: Archive, server: postgresql.Server) -> None:
    with machines(archive, "a") as processes:
        asked = ask(archive, 2)
        row = at_work(archive, asked)
        server.kill()
        subprocess.run(["cp", "-a", server.folder / "data", server.folder / "before"], check=True)  # and whose they are
        for pid in (processes["a"], row.pid or 0):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    server.process = postgresql.run(server.folder, server.port)
    with machines(archive, "b"):
        all_there_once(archive, asked)
    server.kill()
    shutil.rmtree(server.folder / "data")
    (server.folder / "before").rename(server.folder / "data")
    server.process = postgresql.run(server.folder, server.port)
    with archive.catalogue.read() as connection:
        assert rows.read(connection, row.id).state == "running"
    refused = Program(archive.home.path).json("worker", "--join", "--node", "c")
    assert refused["error"]["code"] == "ledger.rolled-back", "the store knows more than the catalogue"
    assert Program(archive.home.path).run("catalogue", "rebuild").returncode == 0
    with machines(archive, "c"):
        until(lambda: not unfinished(archive))
    registered = [entry["subject"] for entry in entries(archive, "case.registered")]
    assert len(registered) == len(set(registered)) == len(asked)
    assert Program(archive.home.path).json("ledger", "verify")["ok"] is True
