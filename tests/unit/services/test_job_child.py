"""A job's own process: it is nobody's who was not started by a worker, and a stale attempt writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.clock import now
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import NotPermitted
from preserve.services import jobs
from preserve.services.job_child import Told
from preserve.services.job_children import TRIES
from preserve.services.people import who_am_i
from preserve.services.session import AsJob, Session
from preserve.settings import ObjectStore
from preserve.work import boot_id
from tests.support import postgresql
from tests.support.buckets import bucket
from tests.support.buckets import server as bucket_server
from tests.support.object_store import ObjectStore as Server
from tests.support.on_postgresql import server, staffed_on
from tests.support.people import session, staffed
from tests.support.program import Archive as Program
from tests.support.tiny_case import write_whole_case

__all__ = ["bucket_server", "server"]


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


_AN_ATTEMPT = """
import sys
from pathlib import Path
from preserve.data_management import sealer
from preserve.services import job_child
from preserve.services.session import SystemUser, begin

sealer._PATIENCE = 0.2
job_child.run(begin(Path(sys.argv[1]), SystemUser("zhou"), "en", "home"), sys.argv[2], int(sys.argv[3]))
"""


def test_a_job_waits_for_the_sealer_however_often_it_has_to(tmp_path: Path, server: postgresql.Server) -> None:
    founded = staffed_on(server, tmp_path, zhou=Role.DEPOSITOR)
    settings = founded.home.path / "preserve.toml"
    settings.write_text(settings.read_text().replace("[catalogue]\n", "[catalogue]\nsealer = true\n"))
    founded.close()
    archive = open_archive(founded.home.path)
    sip = write_whole_case(archive.home.path / "inbox" / "1")
    job = jobs.ask(session(archive, "zhou"), "deposits.ingest", {"sip": str(sip), "jobs": 1}).id
    for attempt in range(1, TRIES + 2):
        with archive.catalogue.begin() as connection:
            rows.start(connection, job, pid=os.getpid(), boot=boot_id(), moment=archive.now())
        asked = [sys.executable, "-c", _AN_ATTEMPT, str(archive.home.path), job, str(attempt)]
        subprocess.run(asked, check=True, capture_output=True)
        with archive.catalogue.read() as connection:
            row = rows.read(connection, job)
        assert (row.state, row.attempt, row.resumed) == ("queued", attempt, 0), row.failure
    archive.close()


_WAITS = """
import sys
from pathlib import Path
from preserve.services import job_child
from preserve.services.session import SystemUser, begin

job_child.run(begin(Path(sys.argv[1]), SystemUser("wu"), "en", "home"), sys.argv[2], 1)
"""


def test_an_attempt_waits_for_a_store_that_is_away_before_it_is_begun(tmp_path: Path, bucket_server: Server) -> None:
    place = ObjectStore(kind="s3", bucket=bucket(bucket_server).bucket, endpoint=bucket_server.endpoint)
    archive = staffed(tmp_path / "home", store=place, wu=Role.ARCHIVIST)
    job = jobs.ask(session(archive, "wu"), "audit.run", {"wish": {}}).id
    with archive.catalogue.begin() as connection:
        rows.start(connection, job, pid=os.getpid(), boot=boot_id(), moment=archive.now())
    bucket_server.kill()
    asked = [sys.executable, "-c", _WAITS, str(archive.home.path), job]
    try:
        with subprocess.Popen(asked, stderr=subprocess.PIPE, text=True) as attempt:
            assert attempt.stderr is not None and "tried again: storage.store-away" in attempt.stderr.readline()
            bucket_server.start()
            assert attempt.wait(120) == 0, attempt.stderr.read()
    finally:
        if bucket_server.process is None:
            bucket_server.start()
    with archive.catalogue.read() as connection:
        assert rows.read(connection, job).state == "done"
    archive.close()
