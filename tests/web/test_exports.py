"""Exports in the browser: asked for from a case, decided by the head, written as a job, fetched as one file."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator

import pytest

from tests.support.keeping import ended
from tests.support.reading import entries
from tests.support.web import CASE_NUMBER, PASSWORD, Served, fields, person, send, serving

pytestmark = pytest.mark.xdist_group("web-exports")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("exports"), cases=2) as running:
        yield running


def propose(served: Served, **given: str) -> str:
    wish = {"cases": CASE_NUMBER, "receiver": "某系统", "purpose": "迁移", "form": "plain", **given}
    made = send(served.client("archivist"), "/exports", "/exports", **wish)
    assert made.status_code == 303, made.text[-600:]
    return made.headers["location"].rpartition("/")[2].partition("?")[0]


def seen(served: Served, number: str) -> str:
    return re.findall(r'name="seen" value="([0-9a-f]{64})"', served.client("head").get(f"/exports/{number}").text)[-1]


def approve(served: Served, number: str) -> None:
    page = f"/exports/{number}"
    given = {"seen": seen(served, number), "confirm": PASSWORD, "verdict": "approve"}
    assert send(served.client("head"), page, f"{page}/decision", **given).status_code == 303


def test_it_goes_from_the_case_over_the_workbench_of_the_head_to_a_file(served: Served) -> None:
    with person(served, "archivist") as page:
        page.goto("/cases")
        page.get_by_role("link", name=CASE_NUMBER).click()
        page.locator("nav.tabs").get_by_role("link", name="利用").click()
        page.get_by_role("link", name="导出此案卷").click()
        assert page.input_value("[name=cases]") == CASE_NUMBER
        page.fill("[name=receiver]", "某系统")
        page.fill("[name=purpose]", "迁移")
        page.get_by_role("button", name="提出导出").click()
        number = page.url.rpartition("/")[2].partition("?")[0]
        page.get_by_text("下一步：负责人审批").wait_for()
    with person(served, "head") as page:
        page.get_by_role("link", name="1 项导出待批准").click()
        page.get_by_role("link", name=number).click()
        page.fill("[name=confirm]", PASSWORD)
        page.get_by_role("button", name="批准", exact=True).click()
        page.get_by_text("下一步：写出并取走文件").wait_for()
    with person(served, "archivist") as page:
        page.get_by_role("link", name="1 项导出已批准，待写出").click()
        page.get_by_role("link", name=number).click()
        page.get_by_role("button", name="写出").click()
        assert ended(served.home, page.url).state == "done"
        page.locator("[data-job]").wait_for(state="detached")  # it loads itself anew
        page.goto(f"/exports/{number}")
        with page.expect_download() as fetched:
            page.get_by_role("link", name=re.compile(r"个文件（zip）")).click()
        data = fetched.value.path().read_bytes()
        assert fetched.value.suggested_filename == f"{number}.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        (sums,) = [name for name in packed.namelist() if name.endswith("SHA256SUMS")]
        listed = [line.split("  ", 1) for line in packed.read(sums).decode().splitlines()]
        root = sums.rpartition("/")[0]
        assert any("/原件/" in name for _, name in listed)
        for digest, name in listed:
            assert hashlib.sha256(packed.read(f"{root}/{name.removeprefix('./')}")).hexdigest() == digest
    told = [entry for entry in entries(served.home, "job.file-fetched") if entry["actor"] == "archivist"]
    assert told[-1]["details"]["file"] == f"{number}.zip"


def test_who_proposed_it_and_who_may_not_decide_are_refused_and_what_is_wrong_is_told(served: Served) -> None:
    empty = send(served.client("archivist"), "/exports", "/exports", cases=CASE_NUMBER, receiver="某系统", purpose=" ")
    assert empty.status_code == 400 and 'value="某系统"' in empty.text and 'role="alert"' in empty.text
    number = propose(served)
    page = f"/exports/{number}"
    assert 'name="confirm"' not in served.client("archivist").get(page).text
    own = {"seen": seen(served, number), "confirm": PASSWORD}
    assert send(served.client("archivist"), page, f"{page}/decision", **own, verdict="approve").status_code == 403
    assert send(served.client("archivist"), page, f"{page}/writing").status_code == 409
    assert send(served.client("head"), page, f"{page}/decision", **own).status_code == 400
    assert send(served.client("head"), page, f"{page}/decision", **own, verdict="refuse").status_code == 400
    stale = {"seen": "0" * 64, "confirm": PASSWORD, "verdict": "approve"}
    assert send(served.client("head"), page, f"{page}/decision", **stale).status_code == 412
    refused = send(served.client("head"), page, f"{page}/decision", **own, verdict="refuse", reason="不合用途")
    assert refused.status_code == 303
    assert "不合用途" in served.client("archivist").get(page).text
    assert number not in served.client("archivist").get("/exports").text
    assert number in served.client("archivist").get("/exports?state=all").text
    for who in ("depositor", "system", "security"):
        assert served.client(who).get("/exports").status_code == 403


def test_all_there_is_goes_the_same_way(served: Served) -> None:
    client = served.client("archivist")
    assert 'name="whole"' in client.get("/exports").text
    wrong = {"receiver": "某系统", "purpose": "迁移", "form": "plain", "whole": "1"}
    both = send(client, "/exports", "/exports", cases=CASE_NUMBER, **wrong)
    assert both.status_code == 400 and re.search(r'name="whole"[^>]* checked', both.text)
    number = propose(served, cases="", whole="1")
    approve(served, number)
    page = f"/exports/{number}"
    job = send(client, page, f"{page}/writing").headers["location"]
    assert ended(served.home, job).state == "done"
    with zipfile.ZipFile(io.BytesIO(client.get(f"{job}/files.zip").content)) as packed:
        cases = {name.split("/")[-3] for name in packed.namelist() if "/原件/" in name}
    assert len(cases) == 2


def test_it_is_withdrawn_with_a_reason_and_a_title_is_not_for_the_auditor(served: Served) -> None:
    number = propose(served, form="ocfl")
    page = f"/exports/{number}"
    shown = served.client("auditor").get(page)
    assert shown.status_code == 200 and CASE_NUMBER in shown.text and "files.zip" not in shown.text
    assert send(served.client("archivist"), page, f"{page}/withdrawal", why=" ").status_code == 400
    assert send(served.client("archivist"), page, f"{page}/withdrawal", why="改期").status_code == 303
    assert "改期" in served.client("archivist").get(page).text


def test_what_a_selection_names_fills_the_form(served: Served) -> None:
    client = served.client("archivist")
    cases = re.findall(r'name="case" value="(aip-[0-9a-z]+)"', client.get("/cases").text)
    send(client, "/cases", "/cases/chosen", case=cases, how="ticked")
    assert "/exports?from=chosen" in client.get("/cases/chosen").text
    shown = client.get("/exports?from=chosen").text
    assert CASE_NUMBER in shown and CASE_NUMBER.replace("1号", "2号") in shown
    assert "&lt;script&gt;" in client.get("/exports?case=%3Cscript%3E").text


def test_files_of_a_job_are_for_who_may_do_what_it_did(served: Served) -> None:
    number = propose(served)
    approve(served, number)
    page = f"/exports/{number}"
    job = send(served.client("archivist"), page, f"{page}/writing").headers["location"]
    assert ended(served.home, job).state == "done"
    assert served.client("archivist2").get(f"{job}/files.zip").status_code == 200
    assert served.client("head").get(f"{job}/files.zip").status_code == 404, "somebody else's, and no keeper"
    assert served.client("system").get(f"{job}/files.zip").status_code == 403
    assert served.client("archivist").get("/jobs/nothing/files.zip").status_code == 404
    csrf = fields(served.client("archivist").get("/").text)["csrf"]
    again = served.client("archivist").post(f"{page}/writing", data={"csrf": csrf})
    assert again.status_code == 409, "it is written"
