"""A job's own process: it is nobody's who was not started by a worker, and a stale attempt writes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.clock import now
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted
from preserve.services import jobs
from preserve.services.job_child import Told
from preserve.services.people import who_am_i
from preserve.services.session import AsJob, Session
from tests.support.people import session, staffed
from tests.support.program import Archive as Program


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home", wu=Role.ARCHIVIST)
    yield opened
    opened.close()


def as_job(archive: Archive, job: str, attempt: int) -> Session:
    return Session(AsJob(job, attempt), "en", opened=archive, opened_home=archive.home)


def test_nobody_starts_a_job_by_hand(archive: Archive) -> None:
    asked = jobs.ask(session(archive, "wu"), "copies.replicate", {})
    tried = Program(archive.home.path).json("job", "run", asked.id, "--attempt", "1")
    assert (tried["status"], tried["error"]["code"]) == (6, "job.not-this-attempt")
    assert jobs.show(session(archive, "wu"), asked.id).state == "queued"
    strange = Program(archive.home.path).json("job", "run", "../../strange", "--attempt", "1")
    assert strange["error"]["code"] == "job.none"
    assert not (archive.home.path / "strange").exists()


def test_an_attempt_acts_as_who_asked_and_a_stale_one_as_nobody(archive: Archive) -> None:
    asked = jobs.ask(session(archive, "wu"), "copies.replicate", {})
    with pytest.raises(NotPermitted):
        who_am_i(as_job(archive, asked.id, 0))
    with archive.catalogue.begin() as connection:
        assert rows.start(connection, asked.id, pid=os.getpid(), boot="b", moment=now()) == 1
    assert who_am_i(as_job(archive, asked.id, 1)).account == "wu"
    with archive.catalogue.begin() as connection:
        rows.end(connection, asked.id, 1, "stopped", now())
        rows.queue_again(connection, asked.id)
        assert rows.start(connection, asked.id, pid=os.getpid(), boot="b", moment=now()) == 2
    with pytest.raises(NotPermitted):
        who_am_i(as_job(archive, asked.id, 1))
    with archive.catalogue.begin() as connection:
        assert not rows.end(connection, asked.id, 1, "done", now(), result={})
        with pytest.raises(NotPermitted):
            rows.require_attempt(connection, asked.id, 1)
        assert rows.read(connection, asked.id).state == "running"


def test_progress_is_written_some_times_a_second_and_does_not_grow_for_ever(tmp_path: Path) -> None:
    time = [0.0]
    path = tmp_path / "progress.jsonl"
    told = Told(path, lambda: time[0])
    told.begin("plan.step-identify", 10_000)
    for _ in range(100):
        time[0] += 0.01
        told(1)
    told.close()
    assert len(path.read_text().splitlines()) <= 6
    path.write_text(path.read_text() + ("x" * (1 << 20)) + "\n")
    time[0] += 1
    told(1)
    assert len(path.read_text().splitlines()) == 1
