"""Leases on a real server: held by one, lost with time, taken over by a later attempt, and no writing after that."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from preserve.administration.duties import Role
from preserve.archival_storage.media import server_store
from preserve.data_management import jobs, leases, replacing, successors
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.leases import Leases
from preserve.data_management.rebuild import rebuild
from preserve.errors import Busy, Conflict
from preserve.services import jobs as work
from preserve.work import hold
from tests.support import postgresql
from tests.support.people import session, staffed

BUSY = Conflict("audit.under-way", "x")


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    """A real server."""
    started = postgresql.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, server: postgresql.Server) -> Iterator[Archive]:
    """An archive with its catalogue on it."""
    url = server.make_database(f"d{uuid4().hex}")
    opened = staffed(tmp_path_factory.mktemp("leases") / "home", url, wu=Role.ARCHIVIST)
    yield opened
    opened.close()


@pytest.fixture
def file(archive: Archive) -> Path:
    """A lock of its own for each test."""
    return archive.home.work / f"{uuid4().hex}.lock"


def another(archive: Archive) -> Leases:
    """Another machine of the same archive."""
    return Leases(archive.home.path, archive.catalogue.place)


def run_out(archive: Archive, server: postgresql.Server, file: Path) -> None:
    """Let a lease be older than its term, as after a process was stopped for so long."""
    change(archive, server, file, "until = '2020-01-01T00:00:00.000000Z'")


def change(archive: Archive, server: postgresql.Server, file: Path, how: str) -> None:
    """Write something else into the row of a lease."""
    database = archive.catalogue.place.name.rpartition("/")[2].partition("#")[0]
    schema = archive.catalogue.place.name.rpartition("#")[2]
    name = str(file.relative_to(archive.home.path))
    server.ask(f"UPDATE {schema}.leases SET {how} WHERE name = '{name}'", database)


def test_a_lock_of_the_archive_is_a_lease_and_no_file(archive: Archive, file: Path) -> None:
    with hold(file, BUSY):
        assert not file.exists()
        with pytest.raises(Conflict), another(archive).hold(file, BUSY, 0):
            pass
    with another(archive).hold(file, BUSY, 0):
        pass


def test_of_many_at_once_one_holds_it(archive: Archive, file: Path) -> None:
    inside, most, lock = 0, 0, threading.Lock()
    begin = threading.Barrier(8)

    def take() -> None:
        nonlocal inside, most
        begin.wait()
        for _ in range(3):
            with another(archive).hold(file, BUSY, 60):
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=take) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (inside, most) == (0, 1)


def test_who_lost_a_lease_writes_nothing_more(archive: Archive, server: postgresql.Server, file: Path) -> None:
    with hold(file, BUSY):
        with archive.catalogue.begin():
            pass
        run_out(archive, server, file)
        with another(archive).hold(file, BUSY, 0):
            with pytest.raises(Busy) as refused, archive.catalogue.begin():
                pass
            assert refused.value.code == "lease.lost"
    with archive.catalogue.begin():
        pass


def test_nobody_takes_a_lease_between_the_question_and_the_commit(
    archive: Archive, server: postgresql.Server, file: Path
) -> None:
    order: list[str] = []
    with hold(file, BUSY):
        with archive.catalogue.begin():
            run_out_later = threading.Thread(target=lambda: (run_out(archive, server, file), order.append("taken")))
            run_out_later.start()
            run_out_later.join(1)
            order.append("committed")
        run_out_later.join(30)
    assert order == ["committed", "taken"]


def test_a_later_attempt_of_a_job_takes_its_leases_and_another_job_does_not(archive: Archive, file: Path) -> None:
    with leases.taken_by("01JOB", 1), hold(file, BUSY):
        for job, attempt in (("01JOB", 1), ("01OTHER", 2)):
            with leases.taken_by(job, attempt), pytest.raises(Conflict), another(archive).hold(file, BUSY, 0):
                pass
        with leases.taken_by("01JOB", 2), another(archive).hold(file, BUSY, 0):
            pass
        with pytest.raises(Busy), archive.catalogue.begin():
            pass


def test_what_an_attempt_left_behind_is_anybodys_once_that_attempt_is_over(archive: Archive, file: Path) -> None:
    job = work.ask(session(archive, "wu"), "audit.run", {"wish": {"everything": True}}).id

    def is_free() -> bool:
        with suppress(Conflict), leases.taken_by("01OTHER", 1), another(archive).hold(file, BUSY, 0):
            return True
        return False

    with archive.catalogue.begin() as connection:
        jobs.start(connection, job, pid=1, boot="", moment=archive.now())
    with leases.taken_by(job, 1), hold(file, BUSY):
        assert not is_free()
        with archive.catalogue.aside() as connection:
            jobs.end(connection, job, 1, "failed", archive.now())
        assert is_free()
    with archive.catalogue.begin() as connection:
        jobs.queue_again(connection, job)
    with leases.taken_by(job, 1), hold(file, BUSY):
        assert is_free()
    with leases.taken_by(job, 2), hold(file, BUSY):
        assert not is_free()  # it is about to begin
    with archive.catalogue.begin() as connection:
        jobs.start(connection, job, pid=1, boot="", moment=archive.now())
    with leases.taken_by(job, 1), hold(file, BUSY):
        assert is_free()


_LEAVES = """
import os, sys
from pathlib import Path
from preserve.data_management.archive import open_archive
from preserve.errors import Busy
from preserve.work import hold

archive = open_archive(Path(sys.argv[1]))
with hold(Path(sys.argv[2]), Busy("x")):
    os._exit(0)
"""


def leave(archive: Archive, file: Path) -> None:
    """Leave a lease behind as a command does that is killed: it runs out by itself, and nobody renews it."""
    subprocess.run([sys.executable, "-c", _LEAVES, str(archive.home.path), str(file)], check=True)


def test_a_job_waits_for_what_a_killed_command_left_and_a_person_is_told(archive: Archive, file: Path) -> None:
    leave(archive, file)
    with pytest.raises(Conflict), another(archive).hold(file, BUSY, 0):
        pass
    with leases.taken_by("01JOB", 1), another(archive).hold(file, BUSY, 0):
        pass


def test_a_job_is_refused_by_who_lives(archive: Archive, file: Path) -> None:
    with hold(file, BUSY), pytest.raises(Conflict), leases.taken_by("01JOB", 1), another(archive).hold(file, BUSY, 0):
        pass


def test_a_catalogue_is_not_replaced_by_who_lost_the_lease(archive: Archive, server: postgresql.Server) -> None:
    lock = replacing.lock_of(archive.home.catalogue)

    def told(what: str) -> None:
        if what == "made":  # this process was stopped, and another began meanwhile
            change(archive, server, lock, "holder = 'another'")

    with pytest.raises(Busy) as refused:
        rebuild(archive.home, [server_store(archive.home)], told=told)
    assert refused.value.code == "lease.lost"
    assert successors.former_of(archive.home) == []
    run_out(archive, server, lock)
    assert rebuild(archive.home, [server_store(archive.home)]).kept


@pytest.mark.sqlite
def test_an_archive_on_one_machine_locks_files(tmp_path: Path) -> None:
    opened = staffed(tmp_path / "home")
    file = opened.home.work / "x.lock"
    with hold(file, BUSY):
        assert file.exists()
    opened.close()
    again = open_archive(opened.home.path)
    with again.catalogue.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM leases").scalar_one() == 0
    again.close()


def test_who_lost_a_lease_removes_nothing_either(archive: Archive, server: postgresql.Server, file: Path) -> None:
    removed: list[str] = []
    with hold(file, BUSY):
        run_out(archive, server, file)
        with another(archive).hold(file, BUSY, 0), pytest.raises(Busy), archive.catalogue.while_held():
            removed.append("what another one makes")
    assert removed == []
