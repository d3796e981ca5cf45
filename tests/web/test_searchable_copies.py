"""The button for a searchable copy: where something was read, a job, and a file that is fetched and can be searched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management import jobs
from preserve.data_management.archive import open_archive
from preserve.home import acting_person
from preserve.machine_reading.records import Record
from preserve.services import job_folders, machine_readings
from preserve.services.machine_readings import ReadingWish
from preserve.services.session import Session, SystemUser
from tests.support.machine_reading import installed, reader
from tests.support.reading import entries, files_of, objid_of, reading_room
from tests.support.searchables import by_poppler, line, read
from tests.support.web import Served, send

PAPER, PHOTOGRAPH, TEXT = "立案审批表.pdf", ".jpg", ".txt"


def _reads(path: Path, name: str) -> Iterator[Record]:
    yield read(name, [line("机器读到的一行", 100, 100, 400, 130)])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with reading_room(tmp_path_factory.mktemp("door")) as running:
        archive = open_archive(running.home)
        try:
            session = Session(SystemUser(acting_person()), "zh", opened=archive, opened_home=archive.home)
            for ending in (".pdf", ".jpg"):
                with installed(reader(_reads, ending=ending)):
                    machine_readings.run(session, ReadingWish(cases=(objid_of(running.home),)))
        finally:
            archive.close()
        yield running


def _done(served: Served, job: str) -> list[Path]:
    archive = open_archive(served.home)
    try:
        ends = time.monotonic() + 90
        while time.monotonic() < ends:
            with archive.catalogue.read() as connection:
                row = jobs.read(connection, job)
            if row.state not in ("queued", "running", "stopping"):
                assert row.state == "done", row
                known = job_folders.files_of(archive.home, job)
                return [job_folders.file_of(archive.home, job, file.number) for file in known]
            time.sleep(0.2)
    finally:
        archive.close()
    raise AssertionError("the job did not end")


def test_a_copy_is_asked_for_beside_the_pages_and_fetched(served: Served) -> None:
    client = served.client("archivist")
    objid, file = objid_of(served.home), files_of(served.home)[PAPER]
    page = f"/cases/{objid}/view/{file}"
    shown = client.get(page).text
    assert f'action="{page}/searchable"' in shown and "未核对" in shown
    before = len(entries(served.home, "object.viewed"))
    asked = send(client, page, f"{page}/searchable")
    (path,) = _done(served, asked.headers["location"].rpartition("/")[2])
    assert path.name.endswith("（机读）.pdf") and "机器读到的一行" in by_poppler(path)
    looks = entries(served.home, "object.viewed")[before:]
    assert [one["details"]["objects"] for one in looks if one["details"]["what"] == "searchable"] == [[file]]
    fetched = client.get(asked.headers["location"])
    assert "（机读）.pdf" in fetched.text and "可检索的副本" in fetched.text


def test_of_a_case_there_is_one_document_without_the_inner_volume(served: Served) -> None:
    client, objid = served.client("archivist"), objid_of(served.home)
    page = f"/cases/{objid}/readings"
    asked = send(client, page, f"/cases/{objid}/searchable")
    (path,) = _done(served, asked.headers["location"].rpartition("/")[2])
    names = [name for name in files_of(served.home) if name.endswith(".pdf")]
    assert by_poppler(path).count("机器读到的一行") == len(names)


def test_where_nothing_was_read_there_is_no_button(served: Served) -> None:
    objid = objid_of(served.home)
    text = next(identifier for name, identifier in files_of(served.home).items() if name.endswith(TEXT))
    assert "/searchable" not in served.client("archivist").get(f"/cases/{objid}/view/{text}").text
    file = files_of(served.home)[PAPER]
    for role in ("depositor", "system"):
        asked = served.client(role).post(f"/cases/{objid}/view/{file}/searchable")
        assert asked.status_code in (403, 404)
