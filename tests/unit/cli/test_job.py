"""Jobs on the command line: as tables in two languages, and as documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.data_management.archive import Archive
from preserve.services import jobs
from tests.support.people import session, staffed
from tests.support.program import Archive as Program


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("job") / "home")
    yield opened
    opened.close()


def test_a_job_is_listed_shown_stopped_and_goes_on(archive: Archive) -> None:
    asked = jobs.ask(session(archive), "copies.replicate", {}).id
    program = Program(archive.home.path)
    english, chinese = program.run("job", "list"), program.run("job", "list", lang="zh")
    assert asked in english.stdout and "Make copies" in english.stdout and "waiting" in english.stdout
    assert "制作副本" in chinese.stdout and "等待中" in chinese.stdout
    assert program.json("job", "list", "--state", "done")["jobs"] == []
    assert program.json("job", "show", asked)["operation"] == "copies.replicate"
    assert program.json("job", "stop", asked)["state"] == "stopped"
    assert program.json("job", "stop", asked)["error"]["code"] == "job.ended"
    resumed = program.json("job", "resume", asked)
    assert (resumed["state"], resumed["may_resume"], resumed["may_stop"]) == ("queued", False, True)


def test_what_is_not_there_is_said(archive: Archive) -> None:
    tried = Program(archive.home.path).run("job", "show", "../../keys")
    assert tried.returncode == 3 and "There is no such job" in tried.stderr
