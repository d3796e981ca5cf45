"""What becomes of a job whose process is gone: it waits again, so many times, and is then lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management import jobs as rows
from preserve.services import jobs
from preserve.services.job_children import Children, vanished
from tests.support.people import session, staffed


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
