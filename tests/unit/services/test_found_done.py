"""A job whose end was not written down after its deed was: the next attempt finds it done, and does it no second time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preserve.access.transfer import steps as transfers
from preserve.administration.actor import Actor
from preserve.administration.disposal.executing import execute
from preserve.administration.duties import Role
from preserve.clock import now
from preserve.data_management import backup
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.tables import jobs as table
from preserve.errors import Stopped
from preserve.services import job_folders, jobs
from preserve.services.import_files import count_unfinished
from tests.support import exported
from tests.support.asking import Counter, counter_of
from tests.support.due_home import due_home, person
from tests.support.exported import digests_below
from tests.support.old_cases import make_places
from tests.support.people import entries, session, staffed
from tests.support.program import Archive as Program
from tests.support.program import kill
from tests.support.tiny_case import write_case
from tests.support.waiting import archive_with_inbox

Files = dict[str, str]

pytestmark = pytest.mark.xdist_group("found-done")


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """An archive with a case, and people who decide."""
    folder = tmp_path_factory.mktemp("bureau")
    archive = staffed(folder / "home", signs=True, wu=Role.ARCHIVIST, wang=Role.EXAMINER, head=Role.HEAD)
    write_case(folder / "case")
    yield counter_of(archive, folder, "wu")
    archive.close()


def worked(archive: Archive, job: str) -> rows.JobRow:
    """The job when a worker has done it."""
    worker = Program(archive.home.path).start("worker")
    end = time.monotonic() + 120
    try:
        while True:
            with archive.catalogue.read() as connection:
                row = rows.read(connection, job)
            if row.state not in ("queued", "running"):
                return row
            assert time.monotonic() < end, row
    finally:
        kill(worker)


def taken_over(archive: Archive, operation: str, given: dict[str, Any], who: str) -> tuple[Files, Files]:
    """Do it, forget that the job ended, and have it taken over; the files that each attempt left."""
    job = jobs.ask(session(archive, who), operation, given).id
    first = worked(archive, job)
    assert first.state == "done", first
    files = job_folders.outbox(archive.home, job)
    there = digests_below(files)
    with archive.catalogue.begin() as connection:
        connection.execute(table.update().where(table.c.id == job).values(state="running", ended=None, result=None))
    second = worked(archive, job)
    assert (second.state, second.attempt) == ("done", 2), second
    assert json.loads(second.result or "")["zh"].keys() == json.loads(first.result or "")["zh"].keys()
    return there, digests_below(files)


def twice(archive: Archive, operation: str, given: dict[str, Any], deed: str, who: str = "wu") -> None:
    """It is done once, and told once."""
    first, second = taken_over(archive, operation, given, who)
    assert first == second
    told = [entry for entry in entries(archive, deed) if entry["subject"] == given["number"]]
    assert len(told) == 1


def test_a_delivery_is_made_once(counter: Counter) -> None:
    number = counter.approved().number
    twice(counter.archive, "request.deliver", {"number": number, "handover": {"target": ""}}, "request.delivered")


def test_an_export_is_written_once(counter: Counter) -> None:
    number = exported.approved(counter, "plain")
    twice(counter.archive, "export.write", {"number": number, "target": ""}, "export.written")


def test_a_transfer_is_handed_over_once(counter: Counter) -> None:
    made = transfers.prepare(counter.actor(), [counter.case], receiver="市档案馆", basis="2026年度接收计划", form="bag")
    transfers.decide(counter.actor("head"), made.number, approve=True, reason="")
    twice(counter.archive, "transfer.hand_over", {"number": made.number, "target": ""}, "transfer.handed-over")


def test_a_disposal_is_carried_out_once_and_leaves_no_words_behind(tmp_path: Path) -> None:
    home, number, _ = due_home(tmp_path, 0)
    archive = open_archive(home)
    backup.back_up(archive.home, archive.catalogue, actor="li", moment=now(), progress=lambda moved: None)

    def cut_off(step: str) -> None:
        if step == "close":
            raise Stopped("work.stopped")

    with pytest.raises(Stopped):
        execute(Actor(archive, person("archivist")), number, watch=cut_off)
    # Whoever is cut off here is not missed: nobody carries out what has ended.
    assert backup.backups(archive.home) == []
    twice(archive, "disposal.execute", {"number": number}, "disposal.executed", who="")
    archive.close()


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("forms.case", {"cases": ["临文综罚〔2026〕77号"], "folder": ""}),
        ("history.write", {"case": "临文综罚〔2026〕77号", "folder": ""}),
        ("planning.report", {"target": ""}),
    ],
)
def test_papers_are_written_anew(counter: Counter, operation: str, given: dict[str, Any]) -> None:
    first, second = taken_over(counter.archive, operation, given, "wu")
    assert len(first) > 0 and first.keys() == second.keys()


def test_old_cases_are_planned_once(tmp_path: Path) -> None:
    archive = archive_with_inbox(tmp_path)
    places = make_places(tmp_path / "share")
    given = {"cases": str(tmp_path / "share" / "list.xlsx"), "places": [str(place) for place in places]}
    taken_over(archive, "import.plan", given, "")
    assert len(entries(archive, "import.planned")) == 1
    with archive.catalogue.read() as connection:
        assert count_unfinished(connection) == 1
    taken_over(archive, "import.plan", given, "")  # another job plans anew, though the list is the same
    assert len(entries(archive, "import.planned")) == 2
    archive.close()


def test_whoever_is_no_later_attempt_is_refused(counter: Counter, tmp_path: Path) -> None:
    number = counter.approved().number
    program = Program(counter.archive.home.path)
    assert program.run("request", "deliver", number, "--output", str(tmp_path)).returncode == 0
    assert (
        program.json("request", "deliver", number, "--output", str(tmp_path))["error"]["code"] == "request.step-wrong"
    )
