"""系统, 统计 and 格式与技术 by HTTP: what each shows, to whom, in both languages; backup and report as jobs."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.keeping import ended
from tests.support.web import CASE_NUMBER, Served, person, send, serving

PAGES = (
    "/system",
    "/system/doctor",
    "/system/profiles",
    "/system/cluster",
    "/statistics",
    "/planning",
    "/planning/preview?policy=compact",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        (running.home / "profiles" / "audit.toml").write_text("hours = 7\n", encoding="utf-8")
        yield running


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_page_shows_in_one_language_and_names_no_case(served: Served, address: str, language: str) -> None:
    shown = served.client("archivist").get(address, headers={"accept-language": language})
    assert shown.status_code == 200, shown.text[-600:]
    assert shown.text.count("<h1>") == 1 and CASE_NUMBER not in shown.text
    (body,) = re.findall(r"<main.*?</main>", shown.text, re.DOTALL)
    assert "web." not in re.sub(r"<[^>]+>", "", body)
    if language == "en":
        assert not re.search(
            r"[\u4e00-\u9fff]", re.sub(r"<[^>]+>", "", body).replace("某局", "").replace("某archivist", "")
        ), body


def test_a_mistake_in_a_profile_is_told_on_the_systems_page(served: Served) -> None:
    client = served.client("system")
    assert "1 个规则文件有错误" in client.get("/system").text
    rules = client.get("/system/profiles").text
    assert "有错误" in rules and "hours" in rules


def test_the_catalogue_is_copied_by_a_job_and_listed(served: Served) -> None:
    client = served.client("system")
    row = ended(served.home, send(client, "/system", "/system/backup").headers["location"])
    assert row.state == "done", row.failure
    assert "catalogue-2" in client.get("/system").text
    assert send(served.client("head"), "/statistics", "/system/backup").status_code == 403


def test_plots_stand_in_the_page_without_script_or_style(served: Served) -> None:
    for address in ("/statistics", "/planning"):
        shown = served.client("auditor").get(address).text
        assert "<svg" in shown and " style=" not in shown and "onload" not in shown


def test_a_year_that_is_none_is_refused(served: Served) -> None:
    for wrong in ("x", "20260", "-1", "<script>"):
        refused = served.client("auditor").get("/statistics", params={"year": wrong})
        assert refused.status_code == 400 and "<script>" not in refused.text.partition("<main")[2]
    assert served.client("auditor").get("/statistics?year=2019").status_code == 200
    assert served.client("depositor").get("/statistics").status_code == 403


def test_who_may_not_is_refused(served: Served) -> None:
    assert served.client("depositor").get("/system").status_code == 403
    assert served.client("depositor").get("/system/doctor").status_code == 403
    assert served.client("depositor").get("/planning").status_code == 403
    assert send(served.client("auditor"), "/planning", "/planning/run").status_code == 403
    assert "/planning/run" not in served.client("system").get("/planning/preview").text


def test_new_versions_are_made_and_the_report_written_by_jobs(served: Served) -> None:
    client = served.client("archivist")
    row = ended(served.home, send(client, "/planning/preview", "/planning/run", limit="1").headers["location"])
    assert row.state == "done", row.failure
    assert send(client, "/planning/preview", "/planning/run", limit="many").status_code == 400
    report = ended(served.home, send(client, "/planning", "/planning/report").headers["location"])
    assert report.state == "done", report.failure
    assert list((served.home / "outbox" / report.id).rglob("*.pdf"))
    assert client.get("/planning/preview?policy=none").status_code == 400


@pytest.mark.parametrize("address", ["/statistics", "/media", "/system"])
def test_a_page_prints_without_its_bar_and_says_who_printed_it(served: Served, tmp_path: Path, address: str) -> None:
    with person(served, "system" if address == "/system" else "archivist") as page:
        page.goto(address)
        title = page.locator("h1").inner_text()
        page.pdf(path=str(tmp_path / "page.pdf"), format="A4")
    words = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "page.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    assert title in words and "打印于" in words
    assert "退出" not in words and "工作台" not in words
