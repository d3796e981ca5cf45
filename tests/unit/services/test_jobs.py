"""Jobs: asked for once, run by a worker as who asked; killed, stopped and gone on with, they give the same package."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from preserve.administration.appointing import change_person
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.errors import Busy, Conflict
from preserve.messages import speaking
from preserve.services import job_folders, jobs
from preserve.services.documents import as_document
from preserve.services.job_children import TRIES, vanished
from preserve.services.job_views import JobShown
from tests.support import postgresql
from tests.support.people import entries, session, staffed
from tests.support.program import Archive as Program
from tests.support.program import kill
from tests.support.tiny_case import write_whole_case

PATIENCE = 120.0
NUMBER = "临文综罚〔2026〕77号"
SECURITY = Person("security", "某security", frozenset({Role.SECURITY_ADMINISTRATOR}))


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    """A real server."""
    started = postgresql.start()
    yield started
    started.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def archive(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Archive]:
    """An archive whose worker looks at the table, and one whose jobs Procrastinate delivers: the same is asked of both."""
    url = ""
    if request.param == "postgresql":
        url = request.getfixturevalue("server").make_database(f"d{uuid4().hex}")
    opened = staffed(tmp_path / "home", url, zhou=Role.DEPOSITOR, wu=Role.ARCHIVIST)
    write_whole_case(opened.home.path / "inbox" / "case")
    yield opened
    opened.close()


@contextmanager
def working(archive: Archive) -> Iterator[Program]:
    """A worker, ended as a service manager does."""
    program = Program(archive.home.path)
    worker = program.start("worker")
    try:
        yield program
        worker.terminate()
        assert worker.wait(30) == 0, worker.communicate()
    finally:
        kill(worker)


def handed_in(archive: Archive, key: str = "") -> str:
    sip = archive.home.path / "inbox" / "case"
    return jobs.ask(session(archive, "zhou"), "deposits.ingest", {"sip": str(sip), "jobs": 1}, key=key).id


def until(wanted: Callable[[], bool]) -> None:
    """Look again and again, with a deadline."""
    end = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def row_of(archive: Archive, job: str) -> rows.JobRow:
    with archive.catalogue.read() as connection:
        return rows.read(connection, job)


def wait_for(archive: Archive, job: str, *states: str) -> JobShown:
    until(lambda: row_of(archive, job).state in (states or ("stopped", "done", "refused", "failed", "lost")))
    return jobs.show(session(archive, "wu"), job)


def in_the_middle(archive: Archive, job: str, attempt: int) -> int:
    """Wait until an attempt has told of its work; its process."""
    before = job_folders.newest(archive.home, job)
    told = before.number if before else 0

    def at_work() -> bool:
        newest, row = job_folders.newest(archive.home, job), row_of(archive, job)
        return row.attempt == attempt and newest is not None and newest.number > told

    until(at_work)
    pid = row_of(archive, job).pid
    assert pid is not None
    return pid


def is_told(child: int) -> bool:
    """Whether SIGTERM waits for a process that is stopped."""
    status = Path(f"/proc/{child}/status").read_text(encoding="ascii", errors="replace")
    waiting = int(status.partition("ShdPnd:")[2].split()[0], 16)
    return bool(waiting & (1 << (signal.SIGTERM - 1)))


def one_package(archive: Archive, done: JobShown) -> None:
    """One case, registered once, by who handed it in, and its package is whole."""
    assert (done.state, done.failure) == ("done", None), done
    assert done.result is not None and done.result["case_number"] == NUMBER
    registered = entries(archive, "case.registered")
    assert [(entry["actor"], entry["subject"]) for entry in registered] == [("zhou", done.result["objid"])]
    program = Program(archive.home.path)
    (package,) = program.packages()
    assert program.run("verify", str(package)).returncode == 0


def test_a_deposit_is_taken_in_as_who_asked_and_asked_for_once(archive: Archive) -> None:
    found: list[str] = []
    both = [threading.Thread(target=lambda: found.append(handed_in(archive, "k1"))) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    job = found[0]
    assert found == [job, job]
    with pytest.raises(Conflict):
        jobs.ask(session(archive, "zhou"), "deposits.ingest", {"sip": str(archive.home.path / "inbox" / "b")}, key="k1")
    assert len(entries(archive, "job.asked")) == 1
    with working(archive) as program:
        done = wait_for(archive, job)
        second = program.json("worker")
        assert second["error"]["code"] == "job.worker-there"
    assert done.attempt == 1
    one_package(archive, done)
    assert str(archive.home.path) not in (row_of(archive, job).result or "")
    assert done.progress is not None and done.steps
    with speaking("en"):
        english = as_document(jobs.show(session(archive, "zhou"), job))
    with speaking("zh"):
        chinese = as_document(jobs.show(session(archive, "zhou"), job))
    assert (english["title"], chinese["title"]) == ("Take a deposit in", "接收入库")
    assert english["progress"]["title"] != chinese["progress"]["title"]


def test_a_child_that_is_killed_goes_on_by_itself_and_not_for_ever(archive: Archive) -> None:
    job, tries = handed_in(archive), TRIES if archive.catalogue.is_on_a_server else 1
    with working(archive):
        for attempt in range(1, tries + 1):
            os.kill(in_the_middle(archive, job, attempt), signal.SIGKILL)
            until(lambda next_one=attempt + 1: row_of(archive, job).attempt == next_one)  # type: ignore[misc]
            assert row_of(archive, job).resumed == attempt
        os.kill(in_the_middle(archive, job, tries + 1), signal.SIGKILL)
        lost = wait_for(archive, job, "lost")
        assert lost.failure is not None and lost.failure.code == "job.vanished" and lost.may_resume
        jobs.resume(session(archive, "zhou"), job)
        done = wait_for(archive, job)
    assert done.attempt == tries + 2
    one_package(archive, done)


def test_a_worker_that_is_killed_takes_its_child_along_gently(archive: Archive) -> None:
    job = handed_in(archive)
    worker = Program(archive.home.path).start("worker")
    child = in_the_middle(archive, job, 1)
    worker.kill()
    worker.communicate()
    until(lambda: row_of(archive, job).state == "queued" or not Path(f"/proc/{child}").exists())
    with working(archive):
        done = wait_for(archive, job)
    assert done.attempt == 2
    one_package(archive, done)


def test_after_a_power_loss_the_next_worker_goes_on_by_itself(archive: Archive) -> None:
    job = handed_in(archive)
    worker = Program(archive.home.path).start("worker")
    child = in_the_middle(archive, job, 1)
    os.kill(child, signal.SIGSTOP)  # so that it cannot end gently
    worker.kill()
    os.kill(child, signal.SIGKILL)
    worker.communicate()
    until(lambda: not Path(f"/proc/{child}").exists())
    assert row_of(archive, job).state == "running"
    with working(archive):
        done = wait_for(archive, job)
    assert (done.attempt, row_of(archive, job).resumed) == (2, 1)
    one_package(archive, done)


def test_a_job_is_stopped_and_goes_on(archive: Archive) -> None:
    job = handed_in(archive)
    with working(archive):
        child = in_the_middle(archive, job, 1)
        os.kill(child, signal.SIGSTOP)  # so that it does not end before the word reaches it
        jobs.stop(session(archive, "zhou"), job)
        until(lambda: is_told(child))
        os.kill(child, signal.SIGCONT)
        stopped = wait_for(archive, job, "stopped")
        assert stopped.failure is not None and stopped.failure.code == "work.stopped"
        jobs.resume(session(archive, "zhou"), job)
        done = wait_for(archive, job)
    one_package(archive, done)
    told = entries(archive, "job.asked", "job.stop-asked", "job.resumed")
    assert [(entry["action"], entry["actor"]) for entry in told] == [
        ("job.asked", "zhou"),
        ("job.stop-asked", "zhou"),
        ("job.resumed", "zhou"),
    ]


def test_a_stale_attempt_that_wakes_up_writes_nothing(archive: Archive) -> None:
    job = handed_in(archive)
    with working(archive):
        child = in_the_middle(archive, job, 1)
        _stop_outside_of_a_transaction(archive, child)
        with archive.catalogue.begin() as connection:
            rows.end(connection, job, 1, "stopped", now())
            rows.queue_again(connection, job)
            assert rows.start(connection, job, pid=1, boot="another", moment=now()) == 2
        os.kill(child, signal.SIGCONT)
        until(lambda: not Path(f"/proc/{child}").exists())
        assert entries(archive, "case.registered") == []
        if archive.catalogue.is_on_a_server:  # else the one worker of the home sees that nobody is there
            with archive.catalogue.begin() as connection:
                vanished(archive, connection, rows.read(connection, job), 1)
        done = wait_for(archive, job)
    assert done.attempt == 3
    one_package(archive, done)


def _stop_outside_of_a_transaction(archive: Archive, child: int) -> None:
    """Stop it; where it holds the one lock of a catalogue that is a file, a moment later."""
    while True:
        os.kill(child, signal.SIGSTOP)
        with suppress(Busy), archive.catalogue.begin():
            return
        os.kill(child, signal.SIGCONT)


def test_who_was_suspended_meanwhile_is_refused(archive: Archive) -> None:
    job = handed_in(archive)
    change_person(archive.catalogue, "zhou", roles=None, os_user=None, state="suspended", actor=SECURITY, moment=now())
    with working(archive):
        refused = wait_for(archive, job)
    assert refused.state == "refused" and refused.failure is not None
    assert refused.failure.code == "people.suspended"
    assert [entry["actor"] for entry in entries(archive, "access.denied")] == ["zhou"]
    assert entries(archive, "case.registered") == []


def test_what_an_update_took_away_and_what_the_ledger_does_not_tell_is_refused_and_stops_nothing(
    archive: Archive,
) -> None:
    row = rows.JobRow("01GONE", "no.such", "{}", "", "wu", "", "zh", "work", "", "queued", 0, 0, "2026-01-01T00:00:00Z")
    with archive.catalogue.begin() as connection:
        rows.ask(connection, row, now())
    asked = jobs.ask(session(archive, "wu"), "copies.replicate", {}).id
    altered = jobs.ask(session(archive, "wu"), "copies.replicate", {"case": "x"}).id
    with archive.catalogue.engine.connect() as raw, raw.begin():
        raw.execute(text("UPDATE jobs SET account = 'zhou' WHERE id = :id"), {"id": altered})
    with working(archive):
        gone, done = wait_for(archive, "01GONE"), wait_for(archive, asked)
        until(lambda: row_of(archive, altered).state in ("lost", "failed", "refused"))
    assert (gone.state, done.state) == ("refused", "done")
    assert gone.failure is not None and gone.failure.code == "job.no-such-work"
    assert row_of(archive, altered).result is None
