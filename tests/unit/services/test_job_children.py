"""What becomes of a job whose process is gone: it waits again, so many times, and is then lost."""

from __future__ import annotations

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
