"""载体 by HTTP: the inventory, one medium, check-in by its code, what is done with it, and who may."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import segno
from PIL import Image

from preserve.data_management import holdings
from tests.support.keeping import DIGEST, add_disc, ended
from tests.support.loop import loop
from tests.support.web import CASE_NUMBER, Served, fields, opened, person, send, serving

CODE = f"preserve:medium:disc-x-a?sha256={DIGEST}"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        add_disc(running.home, "a", "DA26_0001_01A")
        add_disc(running.home, "b", HOSTILE)
        yield running


def test_the_inventory_says_what_is_overdue_and_failing(served: Served) -> None:
    for role in ("archivist", "system", "auditor"):
        shown = served.client(role).get("/media?show=overdue").text
        assert "DA26_0001_01A" in shown and "逾期" in shown and "一号楼/A架" in shown
        assert "&lt;script&gt;alert(1)" in shown and HOSTILE not in shown
        assert "DA26_0001_01A" in served.client(role).get("/media?show=failing").text
        assert "DA26_0001_01A" not in served.client(role).get("/media?show=out").text
    assert served.client("depositor").get("/media").status_code == 403


def test_who_only_reports_is_offered_no_deed(served: Served) -> None:
    for address in ("/media", "/media/disc-x-a"):
        assert "/media/check-in" not in served.client("auditor").get(address).text
        assert "retirement" not in served.client("auditor").get(address).text
    assert send(served.client("auditor"), "/media", "/media/check-in", seen=CODE).status_code == 403


def test_a_medium_is_checked_in_by_the_text_of_its_code(served: Served) -> None:
    seen = send(served.client("system"), "/media", "/media/check-in", seen=f" {CODE} ", place="三号楼")
    assert seen.status_code == 200 and "已见到 DA26_0001_01A" in seen.text and "三号楼" in seen.text
    archive = opened(served.home)
    with archive.catalogue.read() as connection:
        row = holdings.read_medium(connection, "disc-x-a")
    archive.close()
    assert row is not None and row.place == "三号楼"


def photograph(*codes: str) -> bytes:
    """A picture of labels with these codes, a little turned, as a telephone takes it."""
    page = Image.new("RGB", (900, 500), "#d8d2c8")
    for number, code in enumerate(codes):
        drawn = io.BytesIO()
        segno.make(code, error="m").save(drawn, kind="png", scale=6, border=4)
        page.paste(Image.open(drawn).convert("RGB"), (40 + 440 * number, 60))
    taken = io.BytesIO()
    page.rotate(4, fillcolor="#d8d2c8").save(taken, "JPEG", quality=80)
    return taken.getvalue()


def sent(served: Served, picture: bytes, name: str = "标签.jpg") -> httpx.Response:
    client = served.client("archivist")
    given = fields(client.get("/media").text)
    data = {"csrf": given["csrf"], "key": given["key"], "seen": "", "place": ""}
    return client.post("/media/check-in", data=data, files={"photograph": (name, picture, "image/jpeg")})


def test_the_code_is_read_in_a_photograph_of_the_label(served: Served) -> None:
    seen = sent(served, photograph(CODE))
    assert seen.status_code == 200 and "已见到 DA26_0001_01A" in seen.text
    assert not list((served.home / "work").glob("label-*"))


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是能识读的图片"),
        (photograph("https://example.org/"), "没有找到载体标签的二维码"),
        (photograph(CODE, "preserve:medium:disc-x-b"), "2 个载体二维码"),
    ],
)
def test_a_photograph_without_one_code_of_ours_is_refused(served: Served, picture: bytes, sentence: str) -> None:
    refused = sent(served, picture)
    assert refused.status_code == 422 and sentence in refused.text


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        ("", 400, "必须填写"),
        ("/etc/passwd", 400, "这不是载体标签"),
        ("preserve:medium:disc-x-a?sha256=" + "cd" * 32, 500, "DA26_0001_01A"),
        ("preserve:medium:../../x", 422, "preserve:medium:../../x"),
        ("preserve:medium:unknown", 404, "unknown"),
    ],
)
def test_what_is_no_code_of_ours_is_refused_with_its_reason(
    served: Served, text: str, status: int, sentence: str
) -> None:
    refused = send(served.client("archivist"), "/media", "/media/check-in", seen=text)
    assert refused.status_code == status and sentence in refused.text and 'role="alert"' in refused.text


def test_a_label_is_a_pdf_and_names_no_case_to_who_keeps_only(served: Served) -> None:
    for role in ("archivist", "system"):
        paper = served.client(role).get("/media/disc-x-a/label")
        assert paper.content.startswith(b"%PDF") and paper.headers["content-disposition"].startswith("attachment")
    assert served.client("system").get("/media/disc-x-a/label?form=poster").status_code == 400
    store = next(name for name in served.client("system").get("/media").text.split('"') if "/media/store-" in name)
    assert served.client("system").get(store + "/label").status_code == 422


def test_it_moves_is_replaced_and_retired_each_with_its_reason(served: Served) -> None:
    client, page = served.client("archivist2"), "/media/disc-x-b"
    assert send(client, page, page + "/place", place="", custodian="王").status_code == 400
    moved = send(client, page, page + "/place", place="二号楼", custodian="王", reason="迁库")
    assert moved.status_code == 303 and "二号楼" in client.get(moved.headers["location"]).text
    assert send(client, page, page + "/replacement", replace_reason="").status_code == 400
    assert send(client, page, page + "/replacement", replace_reason="老化").status_code == 303
    assert send(client, page, page + "/retirement", retire_reason="老化").status_code == 303
    shown = client.get(page).text
    assert "已停用" in shown and "老化" in shown and 'action="/media/disc-x-b/retirement"' not in shown
    assert send(client, "/media/disc-x-a", page + "/retirement", retire_reason="again").status_code in (409, 422)
    assert client.get("/media/no-such").status_code == 404


def test_no_page_of_the_inventory_names_a_case_to_the_system_administrator(served: Served) -> None:
    client = served.client("system")
    store = next(name for name in client.get("/media").text.split('"') if "/media/store-" in name)
    shown = client.get(store).text
    assert "aip-" in shown and CASE_NUMBER not in shown


def test_a_code_is_typed_in_a_browser_and_the_console_is_silent(served: Served) -> None:
    with person(served, "system", "en") as page:
        page.goto("/media")
        page.keyboard.type(CODE)  # a hand scanner types into the field that has the focus, and ends with Enter
        page.keyboard.press("Enter")
        page.wait_for_selector("text=DA26_0001_01A was seen")


def test_an_empty_drive_that_is_connected_becomes_one_of_the_archive(served: Served) -> None:
    client = served.client("system")
    assert "没有接入空的硬盘" in client.get("/media/new").text
    folder = Path(tempfile.mkdtemp(dir="/mnt"))
    try:
        with loop(folder) as drive:
            shown = client.get("/media/new").text
            where = shown.split('<option value="')[1].split('"')[0]
            assert str(drive.top) in shown and "/" not in where
            assert send(client, "/media/new", "/media", where="/etc", label="DRV-01").status_code == 404
            assert send(client, "/media/new", "/media", where=where, label=" ").status_code == 400
            row = ended(
                served.home,
                send(client, "/media/new", "/media", where=where, label="DRV-01", place="二号楼").headers["location"],
            )
            assert row.state == "done", row.failure
            assert "DRV-01" in client.get("/media").text and "没有接入空的硬盘" in client.get("/media/new").text
            assert send(served.client("auditor"), "/media", "/media", where=where, label="x").status_code == 403
    finally:
        shutil.rmtree(folder)
