"""Forms of case files in the browser: of a case, of a year, and the papers about a fonds."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from preserve.data_management import jobs
from preserve.data_management.archive import open_archive
from preserve.services import job_folders
from tests.support.reading import entries
from tests.support.web import Served, send, serving

pytestmark = pytest.mark.xdist_group("web-file-forms")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("forms")) as running:
        yield running


def files_of(served: Served, answer: httpx.Response) -> dict[str, Path]:
    """What the job left that an answer leads to, once it has ended well, by name."""
    assert answer.status_code == 303, answer.text[-300:]
    job = answer.headers["location"].rpartition("/")[2]
    archive = open_archive(served.home)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with archive.catalogue.read() as connection:
                row = jobs.read(connection, job)
            if row.state not in ("queued", "running"):
                break
            time.sleep(0.1)
        assert row.state == "done", row
        found = job_folders.files_of(archive.home, job)
        return {one.name: job_folders.file_of(archive.home, job, one.number) for one in found}
    finally:
        archive.close()


def test_the_forms_of_a_case_are_written_from_its_page(served: Served) -> None:
    client = served.client("head")
    (objid, *_) = re.findall(r"/cases/(aip-[0-9a-z]+)", client.get("/cases").text)
    page = f"/cases/{objid}?tab=description"
    assert "编制案卷用表" in client.get(page).text
    files = files_of(served, send(client, page, f"/cases/{objid}/forms"))
    assert {"案卷封面.pdf", "卷内文件目录.pdf", "卷内文件目录.xlsx", "卷内备考表.pdf"} <= set(files)
    assert files["案卷封面.pdf"].read_bytes()[:5] == b"%PDF-"
    assert "案卷封面.pdf" in client.get(page).text
    assert any(entry["actor"] == "head" for entry in entries(served.home, "forms.printed"))


def test_the_lists_of_a_year_and_what_is_none(served: Served) -> None:
    client = served.client("archivist")
    files = files_of(served, send(client, "/forms", "/forms", year="2026"))
    assert set(files) == {"案卷目录.pdf", "归档文件目录.pdf", "移交清册.pdf", "档案移交登记表.pdf"}
    assert "案卷目录.pdf" in client.get("/forms?year=2026").text
    wrong = send(client, "/forms", "/forms", year="26<b>")
    assert wrong.status_code == 400 and 'role="alert"' in wrong.text and "<b>" not in wrong.text


def test_the_papers_about_a_fonds_are_gathered_from_its_page(served: Served) -> None:
    client = served.client("archivist")
    send(client, "/fonds", "/fonds", code="culture", name="临江市文化和旅游局")
    files = files_of(served, send(client, "/fonds/culture", "/fonds/culture/papers"))
    assert {"全宗卷目录.pdf", "2-整理/全宗单.pdf"} <= set(files)
    assert "全宗卷目录.pdf" in client.get("/fonds/culture").text


def test_what_was_printed_of_internal_volumes_is_fetched_by_who_asked_alone(served: Served) -> None:
    head, archivist = served.client("head"), served.client("archivist")
    asked = send(head, "/forms", "/forms", year="2025", inner="1")
    assert files_of(served, asked)
    address = f"{asked.headers['location']}/files/1"
    assert head.get(address).status_code == 200
    assert archivist.get(address).status_code == 403
    assert send(archivist, "/forms", "/forms", year="2025", inner="1").status_code == 403


def test_who_sees_no_cases_prints_none(served: Served) -> None:
    client = served.client("auditor")
    assert send(client, "/", "/forms", year="2026").status_code == 403
