"""Several workers of one archive, as processes, over a real server: killed, hung, cut off; each case there once."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from preserve.administration.duties import Role
from preserve.data_management import deliveries
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.errors import Busy, PreserveError
from preserve.services import cluster, jobs, metrics
from preserve.services.delivered_work import take_over
from tests.support import postgresql
from tests.support.people import entries, session, staffed
from tests.support.program import Archive as Program
from tests.support.program import kill
from tests.support.tiny_case import write_whole_case
from tests.support.wire import Wire

PATIENCE = 90.0


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    """A server that may be killed."""
    started = postgresql.start()
    yield started
    started.stop()


@pytest.fixture
def archive(tmp_path: Path, server: postgresql.Server) -> Iterator[Archive]:
    """An archive on it."""
    opened = staffed(tmp_path / "home", server.make_database(f"d{uuid4().hex}"), zhou=Role.DEPOSITOR, wu=Role.ARCHIVIST)
    yield opened
    opened.close()


@contextmanager
def machines(archive: Archive, *names: str) -> Iterator[dict[str, int]]:
    """A worker for each name; their processes."""
    program = Program(archive.home.path)
    started = {name: program.start("worker", "--join", "--node", name) for name in names}
    try:
        until(lambda: {node.name for node in seen(archive) if node.state == "working"} >= set(names))
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            kill(process)


def seen(archive: Archive) -> tuple[cluster.NodeShown, ...]:
    """The machines, as who keeps the archive sees them."""
    return cluster.status(session(archive, "wu")).nodes


def until(wanted: Callable[[], bool]) -> None:
    """Look again and again, with a deadline; while the server is away there is nothing to see."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if wanted():
                return
        except PreserveError:
            pass
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


def ask(archive: Archive, count: int) -> list[str]:
    """Hand in some cases; their jobs."""
    asked = []
    for number in range(1, count + 1):
        sip = write_whole_case(archive.home.path / "inbox" / str(number), case_number=f"临文综罚〔2026〕{number}号")
        given = {"sip": str(sip), "jobs": 1}
        asked.append(jobs.ask(session(archive, "zhou"), "deposits.ingest", given, key=f"case {number}").id)
    return asked


def row_of(archive: Archive, job: str) -> rows.JobRow:
    with archive.catalogue.read() as connection:
        return rows.read(connection, job)


def at_work(archive: Archive, job: str, attempt: int = 1) -> rows.JobRow:
    """A job once its child is at work."""
    found: list[rows.JobRow] = []

    def is_child() -> bool:
        row = row_of(archive, job)
        found.append(row)
        name = Path(f"/proc/{row.pid}/cmdline")
        return row.attempt == attempt and row.state == "running" and name.exists() and job in name.read_text()

    until(is_child)
    return found[-1]


def all_there_once(archive: Archive, asked: list[str]) -> None:
    """Each case was registered once, its package is there once, and the ledger proves itself."""
    until(lambda: all(row_of(archive, job).state == "done" for job in asked))
    registered = [entry["subject"] for entry in entries(archive, "case.registered")]
    assert len(registered) == len(set(registered)) == len(asked)
    program = Program(archive.home.path)
    packages = program.packages()
    assert len(packages) == len(asked)
    assert all(program.run("verify", str(package)).returncode == 0 for package in packages)
    assert program.json("ledger", "verify")["ok"] is True


def test_another_machine_goes_on_with_what_a_killed_one_did(archive: Archive) -> None:
    (job,) = asked = ask(archive, 1)
    with machines(archive, "a", "b") as processes:
        row = at_work(archive, job)
        assert row.node in processes and row.pid is not None
        os.kill(row.pid, signal.SIGSTOP)  # a machine that fails ends nothing gently
        os.kill(processes[row.node], signal.SIGKILL)
        os.kill(row.pid, signal.SIGKILL)
        until(lambda: row_of(archive, job).attempt == 2)
        other = row_of(archive, job).node
        assert other in processes and other != row.node
        all_there_once(archive, asked)
    assert row_of(archive, job).resumed == 1


def test_a_machine_that_hung_writes_nothing_when_it_comes_back(archive: Archive) -> None:
    (job,) = asked = ask(archive, 1)
    with machines(archive, "a", "b") as processes:
        row = at_work(archive, job)
        assert row.node in processes and row.pid is not None
        for pid in (processes[row.node], row.pid):
            os.kill(pid, signal.SIGSTOP)
        until(lambda: row_of(archive, job).attempt == 2)
        all_there_once(archive, asked)  # whatever the stopped ones still hold
        for pid in (processes[row.node], row.pid):
            os.kill(pid, signal.SIGCONT)
        until(lambda: not Path(f"/proc/{row.pid}").exists())
    all_there_once(archive, asked)


def test_the_server_is_killed_and_everything_is_there_once(archive: Archive, server: postgresql.Server) -> None:
    asked = ask(archive, 4)
    with machines(archive, "a", "b"):
        at_work(archive, asked[0])
        assert metrics.show(session(archive, "wu")).worker
        server.kill()
        server.process = postgresql.run(server.folder, server.port)
        until(lambda: row_of(archive, asked[0]).state in ("queued", "running", "done"))
    with machines(archive, "c"):
        all_there_once(archive, asked)


def test_a_machine_whose_network_was_away_does_nothing_twice(
    archive: Archive, server: postgresql.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire(server.port, listen=("127.0.0.2", server.port))
    asked = ask(archive, 3)
    with monkeypatch.context() as patch:
        patch.setenv("PGHOSTADDR", "127.0.0.2")  # libpq: the same server, by another way
        with machines(archive, "a") as first:
            patch.undo()
            row = at_work(archive, asked[0])
            with machines(archive, "b"):
                wire.cut()
                until(lambda: row_of(archive, asked[0]).attempt == 2)
                all_there_once(archive, asked)
                wire.mend()
                until(lambda: not Path(f"/proc/{row.pid}").exists())
                all_there_once(archive, asked)
            assert first
    wire.close()


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


def test_of_two_that_look_for_lost_work_at_once_one_takes_it(archive: Archive) -> None:
    (job,) = ask(archive, 1)
    with archive.catalogue.begin() as connection:
        assert rows.start(connection, job, pid=1, boot="gone", moment=archive.now(), node="gone") == 1
        schema = deliveries.schema_of_work(connection)
        connection.exec_driver_sql(f"UPDATE {schema}.procrastinate_jobs SET status = 'doing'")
        (number,) = connection.exec_driver_sql(f"SELECT id FROM {schema}.procrastinate_jobs").scalars()
    begin = threading.Barrier(2)

    def look() -> None:
        begin.wait()
        take_over(archive, int(number), job, 1)

    both = [threading.Thread(target=look) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert (row_of(archive, job).state, row_of(archive, job).resumed) == ("queued", 1)
    with archive.catalogue.read() as connection:
        assert deliveries.waiting(connection) == {"ingest": 1}
        assert deliveries.undelivered(connection, {job: 2}) == []


def test_a_job_that_is_rolled_back_is_not_delivered(archive: Archive) -> None:
    class Undone(Exception):
        pass

    row = rows.JobRow("01J", "copies.replicate", "{}", "", "wu", "", "zh", "work", "", "queued", 0, 0, "2026-01-01")
    with pytest.raises(Undone), archive.catalogue.begin() as connection:
        rows.ask(connection, row, archive.now())
        assert deliveries.waiting(connection) == {"work": 1}
        raise Undone
    with archive.catalogue.read() as connection:
        assert (deliveries.waiting(connection), rows.is_there(connection, "01J")) == ({}, False)


def test_what_nothing_carries_is_found_again(archive: Archive) -> None:
    asked = ask(archive, 1)
    with archive.catalogue.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM {deliveries.schema_of_work(connection)}.procrastinate_jobs")
    with machines(archive, "a"):
        all_there_once(archive, asked)
