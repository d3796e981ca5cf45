"""Jobs: asked for once, seen by whom they concern, run by a worker as who asked, stopped and gone on with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.messages import speaking
from preserve.services import jobs
from preserve.services.documents import as_document
from preserve.services.job_views import JobShown
from tests.support.people import entries, session, staffed
from tests.support.program import Archive as Program
from tests.support.program import kill
from tests.support.tiny_case import write_whole_case

PATIENCE = 60.0


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home", zhou=Role.DEPOSITOR, wu=Role.ARCHIVIST, wang=Role.EXAMINER)
    write_whole_case(opened.home.path / "inbox" / "case")
    yield opened
    opened.close()


@contextmanager
def working(archive: Archive) -> Iterator[None]:
    worker = Program(archive.home.path).start("worker")
    try:
        yield
        worker.terminate()
        assert worker.wait(30) == 0, worker.communicate()
    finally:
        kill(worker)


def wait_for(archive: Archive, job: str, wanted: Callable[[JobShown], bool], user: str = "") -> JobShown:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        shown = jobs.show(session(archive, user), job)
        if wanted(shown):
            return shown
        time.sleep(0.05)
    raise AssertionError(shown)


def ended(shown: JobShown) -> bool:
    return shown.state not in ("queued", "running", "stopping")


def test_a_deposit_is_taken_in_by_a_worker_as_who_asked(archive: Archive) -> None:
    sip = archive.home.path / "inbox" / "case"
    asked = jobs.ask(session(archive, "zhou"), "deposits.ingest", {"sip": str(sip), "jobs": 1}, key="k1")
    assert (asked.state, asked.again) == ("queued", False)
    again = jobs.ask(session(archive, "zhou"), "deposits.ingest", {"jobs": 1, "sip": sip}, key="k1")
    assert (again.id, again.again) == (asked.id, True)
    with working(archive):
        done = wait_for(archive, asked.id, ended, "zhou")
    assert (done.state, done.attempt, done.failure) == ("done", 1, None), done
    assert done.result is not None and done.result["case_number"] == "临文综罚〔2026〕77号"
    assert {entry["actor"] for entry in entries(archive, "ingest.started", "case.registered")} == {"zhou"}
    assert done.progress is not None and done.progress.number > 0
    with speaking("en"):
        english = as_document(jobs.show(session(archive, "zhou"), asked.id))
    assert english["title"] == "Take a deposit in"
