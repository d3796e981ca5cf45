"""The list of cases and the page of one: searched, filtered, kept, chosen, worked on; each for who may."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import pytest

from preserve.data_management import jobs
from preserve.data_management.archive import open_archive
from preserve.services import job_folders
from tests.support.reading import entries
from tests.support.web import CASE_NUMBER, Served, person, send, serving

TABS = ("", "?tab=description", "?tab=copies", "?tab=life", "?tab=use", "?tab=findings", "/timeline", "/history")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door"), cases=2) as running:
        yield running


def objids(client: httpx.Client, address: str = "/cases") -> list[str]:
    shown = client.get(address)
    assert shown.status_code == 200, shown.text[-800:]
    return re.findall(r'<td class="case"><a href="/cases/(aip-[0-9a-z]+)">', shown.text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_of_a_case_is_shown(served: Served, language: str) -> None:
    client = served.client("head", language)
    first = objids(client)[0]
    for tab in TABS:
        shown = client.get(f"/cases/{first}{tab}")
        assert shown.status_code == 200, (tab, shown.text[-800:])
        assert shown.text.count("<h1>") == 1 and CASE_NUMBER in shown.text
    assert "笔录.txt" in client.get(f"/cases/{first}").text


@pytest.mark.parametrize(("role", "status"), [("archivist", 200), ("examiner", 200), ("auditor", 403), ("system", 403)])
def test_a_case_is_for_who_may_find(served: Served, role: str, status: int) -> None:
    first = objids(served.client("head"))[0]
    assert served.client(role).get(f"/cases/{first}").status_code == status
    assert served.client(role).get("/cases").status_code == status


def test_the_auditor_reads_the_history_without_title_or_content(served: Served) -> None:
    first = objids(served.client("head"))[0]
    shown = served.client("auditor").get(f"/cases/{first}/history")
    assert shown.status_code == 200 and "笔录" not in shown.text
    assert f'href="/cases/{first}"' not in shown.text


def test_a_search_stands_in_the_address_and_is_recorded_without_words(served: Served) -> None:
    client = served.client("archivist")
    both = objids(client, "/cases?words=现场检查")
    assert len(both) == 2
    assert objids(client, "/cases?words=现场检查&stage=investigation&since=2026-02-02&until=2026-02-02") == both
    assert objids(client, "/cases?party=没有这个人") == []
    assert "<mark>" in client.get("/cases?words=现场检查").text
    told = entries(served.home, "catalogue.searched")
    assert told and "现场检查" not in str(told)


@pytest.mark.parametrize(
    "query", ["since=gestern", "since=2026-02-03&until=2026-02-02", "words=。", "words=现场&after=x"]
)
def test_what_cannot_be_searched_is_said_on_the_page(served: Served, query: str) -> None:
    shown = served.client("archivist").get(f"/cases?{query}")
    assert shown.status_code == 400 and 'role="alert"' in shown.text and 'name="words"' in shown.text


def test_what_was_typed_is_shown_and_is_no_markup(served: Served) -> None:
    shown = served.client("archivist").get("/cases", params={"party": '"><script>alert(1)</script>', "words": "现场"})
    assert "<script>alert" not in shown.text and "&lt;script&gt;alert(1)" in shown.text


def test_a_search_is_kept_by_its_reader(served: Served) -> None:
    client = served.client("archivist")
    page = "/cases?words=现场检查&stage=investigation"
    kept = send(client, page, "/cases/searches", words="现场检查", stage="investigation", name="<i>检查")
    assert kept.status_code == 303 and "stage=investigation" in kept.headers["location"]
    shown = client.get("/cases").text
    assert "&lt;i&gt;检查" in shown and "&amp;stage=investigation" in shown
    assert "&lt;i&gt;检查" not in served.client("archivist2").get("/cases").text
    assert send(served.client("archivist2"), "/cases", "/cases/searches/forget", name="<i>检查").status_code == 404
    assert send(client, "/cases", "/cases/searches/forget", name="<i>检查").status_code == 303
    assert "&lt;i&gt;检查" not in client.get("/cases").text


def test_cases_are_chosen_and_stay_chosen(served: Served) -> None:
    client = served.client("archivist")
    first, second = objids(client)
    assert send(client, "/cases", "/cases/chosen", case=first, how="ticked").status_code == 303
    assert objids(client, "/cases/chosen") == [first]
    assert send(client, "/cases", "/cases/chosen", words="现场检查", how="found").status_code == 303
    assert objids(client, "/cases/chosen") == [first, second]
    assert objids(served.client("archivist2"), "/cases/chosen") == []
    assert send(client, "/cases", "/cases/chosen", case="aip-nothing", how="ticked").status_code == 404
    assert send(client, "/cases", "/cases/chosen", case=first, shown=[first, second], how="ticked").status_code == 303
    assert objids(client, "/cases/chosen") == [first], "whose box was emptied is chosen no more"
    send(client, "/cases", "/cases/chosen", how="found")
    send(client, "/cases/chosen", "/cases/chosen/drop", case=second, how="ticked")
    assert objids(client, "/cases/chosen") == [first]
    send(client, "/cases/chosen", "/cases/chosen/drop", how="all")
    assert objids(client, "/cases/chosen") == []


def test_work_on_chosen_cases_is_offered_and_done_for_who_may(served: Served) -> None:
    head = served.client("head")
    send(head, "/cases", "/cases/chosen", how="found")
    assert 'value="replicate"' not in head.get("/cases/chosen").text
    assert send(head, "/cases/chosen", "/cases/chosen/work", work="replicate").status_code == 403
    asked = send(head, "/cases/chosen", "/cases/chosen/work", work="export")
    assert asked.status_code == 303
    (path,) = ended(served, asked.headers["location"].rpartition("/")[2])
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        CASE_NUMBER,
        CASE_NUMBER.replace("1号", "2号"),
    ]
    (entry,) = entries(served.home, "catalogue.exported")
    assert entry["actor"] == "head" and len(entry["details"]["cases"]) == 2


def test_a_history_is_fetched_on_paper(served: Served) -> None:
    client = served.client("auditor")
    first = objids(served.client("head"))[0]
    asked = send(client, f"/cases/{first}/history", f"/cases/{first}/history")
    files = {path.name: path for path in ended(served, asked.headers["location"].rpartition("/")[2])}
    assert files["history.pdf"].read_bytes()[:5] == b"%PDF-" and "笔录" not in files["history.html"].read_text("utf-8")
    assert any("proof" in name for name in files)


def test_each_chosen_case_has_a_line_on_the_page_of_the_job(served: Served) -> None:
    client = served.client("archivist2")
    send(client, "/cases", "/cases/chosen", how="found")
    asked = send(client, "/cases/chosen", "/cases/chosen/work", work="verify")
    ended(served, asked.headers["location"].rpartition("/")[2])
    shown = client.get(asked.headers["location"]).text
    assert shown.count('<span class="badge good">完成</span>') == 2 and CASE_NUMBER in shown


def ended(served: Served, job: str) -> list[Path]:
    """The files of a job, when it is done."""
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


def test_the_list_is_used_with_keys_and_without_script(served: Served) -> None:
    with person(served, "examiner") as page:
        page.goto("/cases")
        page.keyboard.press("/")
        page.keyboard.type("现场检查")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "words=" in address)
        page.click("[data-all]")
        assert page.locator("tbody input:checked").count() == 2
    with person(served, "examiner", java_script_enabled=False) as page:
        page.goto("/cases")
        page.check("tbody tr:first-child input[type=checkbox]")
        page.click("button[value=ticked]")
        page.wait_for_selector(".note")
        assert page.locator("tbody input:checked").count() == 1
