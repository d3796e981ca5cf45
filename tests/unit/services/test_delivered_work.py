"""Several workers of one archive, as processes, over a real server: killed, hung, cut off; each case there once."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from preserve.clock import now, running_on
from preserve.data_management import deliveries, nodes
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.errors import Refused
from preserve.profiles import SHIPPED
from preserve.services import metrics
from preserve.services.delivered_work import BEAT, take_over, work
from preserve.services.job_profile import read_jobs_profile
from preserve.services.joining import APART, joined
from tests.support import postgresql
from tests.support.delivered import all_there_once, ask, at_work, machines, row_of, until
from tests.support.on_postgresql import archive, server
from tests.support.people import session
from tests.support.program import Archive as Program
from tests.support.program import kill

__all__ = ["archive", "server"]


def test_another_machine_goes_on_with_what_a_killed_one_did(archive: Archive) -> None:
    with machines(archive, "a", "b") as processes:
        (job,) = asked = ask(archive, 1)
        row = at_work(archive, asked)
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
    with machines(archive, "a", "b") as processes:
        (job,) = asked = ask(archive, 1)
        row = at_work(archive, asked)
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
    with machines(archive, "a", "b"):
        asked = ask(archive, 4)
        row = at_work(archive, asked)
        assert metrics.show(session(archive, "wu")).worker
        server.kill()
        server.process = postgresql.run(server.folder, server.port)
        until(lambda: row_of(archive, row.id).state in ("queued", "running", "done"))
    with machines(archive, "c"):
        all_there_once(archive, asked)


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


def test_a_worker_that_cannot_ask_for_work_any_more_says_why(archive: Archive) -> None:
    with archive.catalogue.read() as connection:
        schema = deliveries.schema_of_work(connection)
    program = Program(archive.home.path)
    working = program.start("worker", "--join", "--node", "a")
    try:
        until(lambda: bool(here(archive)))
        with archive.catalogue.begin() as connection:
            connection.exec_driver_sql(f"ALTER SCHEMA {schema} RENAME TO gone")
        _, said = working.communicate(timeout=60)
        assert working.returncode == 5 and "catalogue cannot be reached" in said
    finally:
        kill(working)


def here(archive: Archive) -> list[str]:
    """The machines that are there."""
    with archive.catalogue.read() as connection:
        return [node.name for node in nodes.all_nodes(connection)]


def test_a_machine_whose_clock_goes_wrong_ends(archive: Archive) -> None:
    profile = read_jobs_profile(archive.home.profiles)
    with ThreadPoolExecutor(1) as beside, joined(archive, "a", {"ingest": 1}) as node:
        joined_at = seen_at(archive)
        working = beside.submit(work, archive, {"ingest": 1}, profile, node)
        until(lambda: seen_at(archive) > joined_at)
        assert not working.done()
        wrong = now() + 2 * APART
        with running_on(lambda: wrong), pytest.raises(Refused, match=r"cluster\.clock"):
            working.result(timeout=60)


def seen_at(archive: Archive) -> str:
    """When the first machine was seen."""
    with archive.catalogue.read() as connection:
        return nodes.all_nodes(connection)[0].seen


def test_rules_that_were_changed_while_others_work_keep_no_machine_out(archive: Archive) -> None:
    own = archive.home.profiles / "jobs.toml"
    with machines(archive, "a"):
        own.write_text((SHIPPED / "jobs.toml").read_text(encoding="utf-8") + "\n# ours\n", encoding="utf-8")

        def may_join() -> bool:
            with suppress(Refused), joined(archive, "b", {"ingest": 1}):
                return True
            return False

        until(may_join)


def test_a_worker_whose_signs_of_life_failed_for_a_while_gives_them_again(
    archive: Archive, server: postgresql.Server
) -> None:
    place = archive.catalogue.place
    assert isinstance(place, PostgresqlSchema)
    taken, database = deliveries.work_schema(place.schema), place.url.rsplit("/", 1)[1]
    oldest = f"SELECT coalesce(max(extract(epoch FROM now() - last_heartbeat)), 0) FROM {taken}.procrastinate_workers"

    def silent() -> float:
        return float(str(server.ask(oldest, database)[0][0]))

    with machines(archive, "a"):
        full = "BEGIN RAISE disk_full; END"
        beat = f"{taken}.procrastinate_update_heartbeat_v1"
        server.ask(f"ALTER FUNCTION {beat} RENAME TO as_it_was", database)
        server.ask(f"CREATE FUNCTION {beat}(bigint) RETURNS void LANGUAGE plpgsql AS $$ {full} $$", database)
        until(lambda: silent() > 3 * BEAT)
        server.ask(
            f"DROP FUNCTION {beat}; ALTER FUNCTION {taken}.as_it_was RENAME TO procrastinate_update_heartbeat_v1",
            database,
        )
        until(lambda: silent() < BEAT + 1)
        asked = ask(archive, 2)
        all_there_once(archive, asked)
    assert [row_of(archive, job).attempt for job in asked] == [1, 1]
