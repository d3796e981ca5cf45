"""What becomes of a job, told as it happens, and from where one left off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import NotFound
from preserve.services import job_events, job_folders, jobs
from preserve.services.job_child import Told
from preserve.services.job_events import JobEvent
from tests.support.people import session, staffed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("events") / "home", wu=Role.ARCHIVIST, ye=Role.DEPOSITOR)
    yield opened
    opened.close()


async def _all(events: AsyncIterator[JobEvent]) -> list[JobEvent]:
    return [event async for event in events]


def heard(events: AsyncIterator[JobEvent]) -> list[JobEvent]:
    with ThreadPoolExecutor(1) as beside:  # another test's browser may have a loop in this thread
        return beside.submit(lambda: asyncio.run(_all(events))).result()


def test_news_end_with_the_job_and_go_on_where_one_left_off(archive: Archive) -> None:
    asked = jobs.ask(session(archive, "wu"), "copies.replicate", {})
    job_folders.note_state(archive.home, asked.id, "running", "2026-01-01T00:00:00Z")
    told = Told(job_folders.folder(archive.home, asked.id) / job_folders.PROGRESS)
    told.begin("plan.step-identify", 100)
    told(40)
    told.close()
    job_folders.note_state(archive.home, asked.id, "done", "2026-01-01T00:00:01Z")
    events = heard(job_events.follow(session(archive, "wu"), asked.id))
    assert [(event.kind, event.state, event.percent) for event in events] == [
        ("state", "running", None),
        ("progress", "", 40),
        ("state", "done", None),
    ]
    (last,) = heard(job_events.follow(session(archive, "wu"), asked.id, after=events[1].number))
    assert last == events[2] and last.text == "done"


def test_following_ends_after_a_while_and_a_job_that_ended_is_told_at_once(archive: Archive) -> None:
    asked = jobs.ask(session(archive, "wu"), "copies.replicate", {})
    assert heard(job_events.follow(session(archive, "wu"), asked.id, longest=0.1)) == []
    jobs.stop(session(archive, "wu"), asked.id)
    (event,) = heard(job_events.follow(session(archive, "wu"), asked.id))
    assert (event.kind, event.state) == ("state", "stopped")


def test_nobody_follows_what_is_not_theirs(archive: Archive) -> None:
    asked = jobs.ask(session(archive, "wu"), "copies.replicate", {})
    with pytest.raises(NotFound):
        job_events.follow(session(archive, "ye"), asked.id)
