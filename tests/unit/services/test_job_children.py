"""What becomes of a job whose process is gone: it waits again, so many times, and is then lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.services import job_folders, jobs
from preserve.services.job_children import Children, vanished
from tests.support.on_postgresql import archive, server
from tests.support.people import session, staffed

__all__ = ["archive", "server"]


@pytest.mark.parametrize("tries", [0, 1, 3])
def test_a_job_goes_on_by_itself_as_often_as_it_may(tmp_path: Path, tries: int) -> None:
    archive = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    job = jobs.ask(session(archive, "wu"), "copies.replicate", {}).id
    for attempt in range(1, tries + 2):
        with archive.catalogue.begin() as connection:
            assert rows.start(connection, job, pid=1, boot="x", moment=archive.now(), node="a") == attempt
            vanished(archive, connection, rows.read(connection, job), tries)
            row = rows.read(connection, job)
        assert row.state == ("queued" if attempt <= tries else "lost")
    archive.close()


def test_one_that_was_to_stop_has_stopped(tmp_path: Path) -> None:
    archive = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    job = jobs.ask(session(archive, "wu"), "copies.replicate", {}).id
    with archive.catalogue.begin() as connection:
        rows.start(connection, job, pid=1, boot="x", moment=archive.now())
        rows.ask_to_stop(connection, rows.read(connection, job), "wu", archive.now())
    Children(archive).see_to_vanished(job)
    with archive.catalogue.read() as connection:
        assert rows.read(connection, job).state == "stopped"
    archive.close()


def row_of(archive: Archive, job: str) -> rows.JobRow:
    with archive.catalogue.read() as connection:
        return rows.read(connection, job)


def test_a_machine_that_was_late_does_not_end_what_another_has_begun(archive: Archive) -> None:
    job = jobs.ask(session(archive, "wu"), "copies.replicate", {}).id
    mine = Children(archive, 3, "a")
    assert mine.start(row_of(archive, job))
    mine.running[job].kill()
    mine.running[job].wait()
    with archive.catalogue.begin() as connection:  # it was silent for a while, and another took the job over
        vanished(archive, connection, rows.read(connection, job), 3)
        assert rows.start(connection, job, pid=1, boot="x", moment=archive.now(), node="b") == 2
    mine.reap(job)
    assert (row_of(archive, job).state, row_of(archive, job).attempt, row_of(archive, job).node) == ("running", 2, "b")


def test_a_child_that_was_killed_is_seen_to_at_once(archive: Archive) -> None:
    job = jobs.ask(session(archive, "wu"), "copies.replicate", {}).id
    mine = Children(archive, 3, "a")
    assert mine.start(row_of(archive, job))
    mine.running[job].kill()
    mine.running[job].wait()
    mine.reap(job)
    assert (row_of(archive, job).state, row_of(archive, job).resumed) == ("queued", 1)


def test_a_machine_that_can_begin_no_process_leaves_the_job_to_others(archive: Archive) -> None:
    job = jobs.ask(session(archive, "wu"), "copies.replicate", {}).id
    place = job_folders.folder(archive.home, job)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("no folder can be made here")
    mine = Children(archive, 3, "a")
    for attempt in range(1, 6):  # more often than a job may fail
        assert not mine.start(row_of(archive, job))
        assert mine.unable
        assert (row_of(archive, job).state, row_of(archive, job).attempt) == ("queued", attempt)
    assert row_of(archive, job).resumed == 0


_COUNTS = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print("ready", flush=True)
for _ in range(2):
    signal.sigwait([signal.SIGTERM])
    print("told", flush=True)
"""


def test_a_child_is_told_once_and_the_next_one_of_its_number_too(tmp_path: Path) -> None:
    archive = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    children = Children(archive)
    with subprocess.Popen([sys.executable, "-c", _COUNTS], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        children.running["first"] = child
        for _ in range(2):
            children.tell("first")
        assert child.stdout.readline() == b"told\n"
        assert child.poll() is None
        children.forget("first")
        children.tell("first")  # it ended between the look at the table and this
        children.running["second"] = child
        children.tell("second")
        assert child.stdout.readline() == b"told\n"
        assert child.wait(10) == 0
    children.tell("second")
    archive.close()


_SEES_TO_ONE = """
import sys
from pathlib import Path
from sqlalchemy import event
from preserve.data_management.archive import open_archive
from preserve.services.job_children import Children

archive, known = open_archive(Path(sys.argv[1])), []
rooms = lambda *_: known.append(sum(name.startswith("preserve.services.") for name in sys.modules))
event.listen(archive.catalogue.engine, "before_cursor_execute", rooms)
event.listen(archive.catalogue.engine, "commit", rooms)
Children(archive, 1, "a").see_to_vanished(sys.argv[2])
print(*known)
"""


def test_nothing_is_imported_while_the_catalogue_is_held(tmp_path: Path) -> None:
    archive = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    job = jobs.ask(session(archive, "wu"), "copies.replicate", {}).id
    with archive.catalogue.begin() as connection:
        rows.start(connection, job, pid=1, boot="x", moment=archive.now(), node="a")
    asked = [sys.executable, "-c", _SEES_TO_ONE, str(archive.home.path), job]
    known = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    assert row_of(archive, job).state == "queued"
    assert len(known) > 3 and len(set(known)) == 1, known
    archive.close()
