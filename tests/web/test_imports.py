"""Old cases in bulk, in the browser: chosen, matched, asked about, taken in, reported; by mistake and by hand."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from tests.support.keeping import ended
from tests.support.old_cases import CASES, make_places, number, write_files
from tests.support.reading import entries
from tests.support.web import Served, fields, person, send, staffed_home, start

pytestmark = pytest.mark.xdist_group("web-imports")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door over an archive with an inbox in which two disc images, a folder and the list lie."""
    folder = tmp_path_factory.mktemp("imports")
    home, share = staffed_home(folder, cases=0), folder / "share"
    (share / "旧档").mkdir(parents=True)
    (folder / "made").mkdir()
    for place in make_places(folder / "made"):
        shutil.move(place, share / "旧档" / place.name)
    shutil.copy(folder / "made" / "list.xlsx", share / "旧档" / "案件登记表.xlsx")
    (share / "别处").symlink_to("/etc")
    with (home / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[web]\ninbox = ["{share}", "{folder / "not-mounted"}"]\n')
    running = start(home)
    try:
        yield running
    finally:
        running.stop()


def share_of(served: Served) -> Path:
    return served.home.parent / "share"


def ids(served: Served, address: str = "/imports/new") -> dict[str, str]:
    """What a page of places lists, by name."""
    page = served.client("archivist").get(address).text
    found = re.findall(
        r'name="(?:place|list)" value="([0-9a-f.]+)" aria-label="[^"]*?([^ "]+\.iso|[^ "]+\.xlsx|drive)', page
    )
    found += [
        (mark, name)
        for mark, name in re.findall(r'<th scope="row"><a href="[^"]*[?&](?:amp;)?in=([0-9a-f.]+)">([^<]+)<', page)
    ]
    return {name: mark for mark, name in found}


def inside(served: Served) -> dict[str, str]:
    """What lies in the folder with the old cases, by name."""
    share = ids(served)["share"]
    return ids(served, f"/imports/new?in={ids(served, f'/imports/new?in={share}')['旧档']}")


def planned(served: Served, *names: str, **given: str) -> str:
    """A plan of these places with the list of the inbox; its number."""
    there = inside(served)
    chosen = {"place": [there[name] for name in names], "list": there["案件登记表.xlsx"], **given}
    job = send(served.client("archivist"), "/imports/new", "/imports", **chosen)
    assert job.status_code == 303, re.sub(r"<[^>]+>", " ", job.text)[-600:]
    row = ended(served.home, job.headers["location"])
    assert row.state == "done" and row.result, row
    return str(next(iter(json.loads(row.result).values()))["campaign"])


def test_from_the_workbench_over_questions_to_the_report(served: Served) -> None:
    with person(served, "archivist", refused=True) as page:
        page.goto("/deposits")
        page.get_by_role("link", name="旧档批量接收").click()
        page.get_by_text("还没有批次。").wait_for()
        page.get_by_role("link", name="新建批次").click()
        page.get_by_text("not-mounted").wait_for()
        page.get_by_role("link", name="share").click()
        assert page.get_by_text("别处").count() == 0, "a link is no place"
        page.get_by_role("link", name="旧档", exact=True).click()
        for name in ("DISC1.iso", "drive"):
            page.get_by_label(f"选择 {name}").check()
        page.get_by_role("button", name="加入所选").click()
        assert page.locator("table .badge", has_text="已选").count() == 2
        page.locator("input[type=file]").set_input_files(share_of(served) / "旧档" / "案件登记表.xlsx")
        page.get_by_role("button", name="开始核对").click()
        page.wait_for_url("**/jobs/*")
        assert ended(served.home, page.url).state == "done"
        page.locator("[data-job]").wait_for(state="detached")  # it loads itself anew
        page.get_by_role("link", name="继续办理：档案接收").click()
        campaign = page.url.rpartition("/")[2]
        page.get_by_text(f"清单中 {CASES} 案").wait_for()
        page.get_by_role("link", name="未找到文件的案件 2").click()
        assert page.locator("tbody").first.inner_text().count("〔2012〕") == 2
        page.get_by_role("link", name="清单以外的文件 1").click()
        page.get_by_label("杂物.txt 所属案号").fill("哪个案")
        page.get_by_role("button", name="保存答复").click()
        page.get_by_text("答复“哪个案”无法识别。").wait_for()
        assert page.get_by_label("杂物.txt 所属案号").input_value() == "哪个案"
        page.get_by_label("杂物.txt 所属案号").fill(number(CASES))
        page.get_by_role("button", name="保存答复").click()
        page.get_by_text("答复已保存。").wait_for()
        page.get_by_role("link", name="清单以外的文件 0").wait_for()
        page.get_by_role("button", name="开始接收 4 案").click()
        page.wait_for_url("**/jobs/*")
        assert ended(served.home, page.url, 300).state == "done"
        page.locator("[data-job]").wait_for(state="detached")  # it loads itself anew
        page.goto(f"/imports/{campaign}")
        page.get_by_text("已收 4").wait_for()
        page.get_by_role("link", name=number(1)).click()
        page.get_by_text("旧案").first.wait_for()
        page.goto(f"/imports/{campaign}")
        page.get_by_role("button", name="编写报告").click()
        page.wait_for_url("**/jobs/*")
        assert ended(served.home, page.url).state == "done"
        page.locator("[data-job]").wait_for(state="detached")  # it loads itself anew
        page.goto(f"/imports/{campaign}")
        with page.expect_download() as fetched:
            page.get_by_role("link", name=f"import-{campaign}.pdf").click()
        assert fetched.value.path().read_bytes().startswith(b"%PDF-")
        assert page.get_by_role("link", name=f"import-{campaign}.xlsx").count() == 1


def test_answers_go_round_as_a_workbook(served: Served) -> None:
    campaign, client = planned(served, "drive"), served.client("archivist")
    fetched = client.get(f"/imports/{campaign}/workbook")
    assert fetched.status_code == 200 and "attachment" in fetched.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(fetched.content))
    book.worksheets[3].cell(2, 9).value = "不收"
    filled = io.BytesIO()
    book.save(filled)
    page = f"/imports/{campaign}"
    wrong = send(client, page, f"{page}/workbook", files={"file": ("x.xlsx", b"no workbook")})
    assert wrong.status_code == 422 and 'role="alert"' in wrong.text
    sent = send(client, page, f"{page}/workbook", files={"file": ("答复.xlsx", filled.getvalue())})
    assert sent.status_code == 303, sent.text[-500:]
    assert any(entry["subject"] == campaign for entry in entries(served.home, "import.decided"))


def test_a_carrier_that_is_away_is_asked_for_and_is_found_elsewhere(served: Served) -> None:
    campaign, client = planned(served, "DISC2.iso"), served.client("archivist")
    disc = share_of(served) / "旧档" / "DISC2.iso"
    elsewhere = share_of(served) / "搬到这里"
    elsewhere.mkdir()
    shutil.move(disc, elsewhere / disc.name)
    page = f"/imports/{campaign}"
    job = send(client, page, f"{page}/runs").headers["location"]
    assert ended(served.home, job).state == "done"
    shown = client.get(page).text
    assert "请放入以下载体" in shown and "DISC2" in shown and "继续接收 2 案" in shown
    assert "个旧档批次没有办完" in client.get("/").text
    top = f"{page}/places"
    share = ids(served, top)["share"]
    moved = ids(served, f"{top}?in={share}")["搬到这里"]
    there = ids(served, f"{top}?in={moved}")
    job = send(client, top, f"{page}/runs", place=[there["DISC2.iso"]]).headers["location"]
    assert ended(served.home, job, 300).state == "done"
    assert "已收 2" in client.get(page).text


def test_a_run_that_was_stopped_goes_on(served: Served) -> None:
    place = share_of(served) / "旧档" / "drive"
    for case in range(20, 24):
        write_files(place, case)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["序号", "案号", "案件名称", "当事人", "立案日期", "结案日期", "保管期限"])
    for case in range(20, 24):
        book.active.append([case, number(case), f"某店{case}案", f"某店{case}", "2012", "2012.4.6", "30年"])
    data, client = io.BytesIO(), served.client("archivist")
    book.save(data)
    there, name = inside(served), "另一份.xlsx"
    shown = fields(client.get("/imports/new").text)
    form = {"csrf": shown["csrf"], "key": shown["key"], "place": [there["drive"]]}
    asked = client.post("/imports", data=form, files={"file": (name, data.getvalue())})
    assert asked.status_code == 303, asked.text[-500:]
    row = ended(served.home, asked.headers["location"])
    campaign = next(iter(json.loads(row.result or "").values()))["campaign"]
    page = f"/imports/{campaign}"
    job = send(client, page, f"{page}/runs").headers["location"]
    assert send(client, job, f"{job}/stop").status_code == 303
    assert ended(served.home, job, 300).state in ("stopped", "done")
    if "继续" in client.get(job).text and f"{job}/resume" in client.get(job).text:
        assert send(client, job, f"{job}/resume").status_code == 303
        assert ended(served.home, job, 300).state == "done"
    assert "已收 4" in client.get(page).text


def test_what_is_wrong_is_told_on_the_page_and_nobody_else_may(served: Served) -> None:
    client, there = served.client("archivist"), inside(served)
    for given, code in (
        ({"list": there["案件登记表.xlsx"]}, 400),
        ({"place": [there["drive"]]}, 400),
        ({"place": ["00.11"], "list": there["案件登记表.xlsx"]}, 404),
        ({"place": [ids(served)["share"]]}, 400),
    ):
        refused = send(client, "/imports/new", "/imports", **given)
        assert refused.status_code == code, (given, refused.status_code)
        assert 'role="alert"' in refused.text
    shown = fields(client.get("/imports/new").text)
    form = {"csrf": shown["csrf"], "key": shown["key"], "place": [there["drive"]]}
    kind = client.post("/imports", data=form, files={"file": ("x.exe", b"MZ")})
    assert kind.status_code == 400 and 'role="alert"' in kind.text
    for address in (
        "/imports/new?in=../..",
        "/imports/new?place=/etc",
        "/imports/0-0",
        "/imports/..%2f..",
        "/imports/x/workbook",
    ):
        assert client.get(address).status_code == 404, address
    for who in ("depositor", "head", "auditor", "system"):
        for address in ("/imports", "/imports/new"):
            assert served.client(who).get(address).status_code == 403, (who, address)


def test_in_english_the_pages_say_the_same(served: Served) -> None:
    with person(served, "archivist", "en") as page:
        page.goto("/imports/new")
        page.get_by_role("link", name="share").click()
        page.get_by_role("button", name="Add what is ticked").wait_for()
        page.get_by_role("link", name="Old cases in bulk").click()
        page.get_by_role("link", name="New import").wait_for()
