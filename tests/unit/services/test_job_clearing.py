"""What jobs left goes by term, and with the case that it is about."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.clock import now
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.errors import NotFound
from preserve.services import job_folders, jobs
from preserve.services.job_clearing import clear
from preserve.services.job_profile import read_jobs_profile
from tests.support.people import session, staffed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("clearing") / "home", wu=Role.ARCHIVIST)
    yield opened
    opened.close()


def done(archive: Archive, case: str = "") -> str:
    job = jobs.ask(session(archive, "wu"), "copies.replicate", {"case": case}).id
    with archive.catalogue.begin() as connection:
        assert rows.start(connection, job, pid=1, boot="b", moment=now()) == 1
        rows.end(connection, job, 1, "done", now(), result={"zh": {"ok": True}, "en": {"ok": True}})
    job_folders.outbox(archive.home, job).mkdir(parents=True)
    (job_folders.outbox(archive.home, job) / "a.pdf").write_bytes(b"a")
    job_folders.note_state(archive.home, job, "done", "2026-01-01T00:00:00Z")
    return job


def later(archive: Archive, days: int) -> Archive:
    return replace(archive, now=lambda: now() + timedelta(days=days))


def test_files_go_before_the_record(archive: Archive) -> None:
    job, profile = done(archive), read_jobs_profile(None)
    clear(archive, profile)
    assert len(jobs.show(session(archive, "wu"), job).files) == 1
    clear(later(archive, profile.outbox_days + 1), profile)
    shown = jobs.show(session(archive, "wu"), job)
    assert (shown.files, shown.state) == ((), "done")
    assert clear(later(archive, profile.days + 1), profile) == 1
    with pytest.raises(NotFound):
        jobs.show(session(archive, "wu"), job)


def test_what_was_said_of_a_destroyed_case_goes_with_it(archive: Archive) -> None:
    job, other = done(archive, "临文综罚〔2026〕9号"), done(archive, "临文综罚〔2026〕10号")
    with archive.catalogue.begin() as connection:
        rows.forget_about(connection, "aip-none", "临文综罚〔2026〕9号")
        assert (rows.is_there(connection, job), rows.is_there(connection, other)) == (False, True)
    place: Path = job_folders.folder(archive.home, job)
    for path in (place, archive.home.outbox / job):
        os.utime(path, (1, 1))
    clear(archive, read_jobs_profile(None))
    assert not place.exists() and not (archive.home.outbox / job).exists()
    assert job_folders.folder(archive.home, other).exists()
