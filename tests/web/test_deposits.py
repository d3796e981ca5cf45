"""Deposits in the browser: inbox and upload, description, check, return, and the case that comes of it."""

from __future__ import annotations

import hashlib
import html
import io
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pypdfium2 as pdfium
import pytest

from tests.support.tiny_case import write_case, write_whole_case
from tests.support.web import Served, fields, opened, send, serving, start

HOSTILE = '<img src=x onerror="alert(1)">\u202egpj'


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("deposits")
    inbox = folder / "share"
    write_whole_case(inbox / "临江77号")
    write_case(inbox / "缺文书", case_number="临文综罚〔2026〕78号", acceptances=[])
    (inbox / "没有著录").mkdir()
    (inbox / "没有著录" / "现场检查笔录.txt").write_text("现场检查笔录", encoding="utf-8")
    (inbox / "没有著录" / "page.html").write_text("<script>alert(1)</script>", encoding="utf-8")
    (inbox / HOSTILE).mkdir()
    (inbox / "link").symlink_to("/etc")
    with serving(folder) as first:
        first.stop()
        with (first.home / "preserve.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[web]\ninbox = ["{inbox}", "{folder / "card-reader"}"]\n')
        running = start(first.home)
        try:
            yield running
        finally:
            running.stop()


def listed(served: Served, role: str = "archivist", state: str = "all") -> dict[str, str]:
    """The deposits of the list by what they are called there, and their numbers."""
    shown = served.client(role).get(f"/deposits?state={state}")
    assert shown.status_code == 200
    rows = re.findall(r'href="/deposits/((?:in|up)-[0-9a-z]+)">(.*?)</a>', shown.text)
    return {html.unescape(re.sub("<[^>]+>", "", name)): number for number, name in rows}


def until(what: str, ask: Any, seconds: float = 60) -> Any:
    """What `ask` gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := ask():
            return found
        time.sleep(0.1)  # between two questions to another process
    raise AssertionError(f"not in time: {what}")


def work(served: Served, role: str, page: str, address: str, **form: Any) -> str:
    """Ask for long work by a page's form, and wait until its job has ended; the job's state."""
    sent = send(served.client(role), page, address, **form)
    assert (sent.status_code, sent.headers["location"].split("/")[1]) == (303, "jobs"), sent.text[-800:]
    job = sent.headers["location"].rpartition("/")[2]

    def ended() -> str:
        archive = opened(served.home)
        try:
            with archive.catalogue.read() as connection:
                from sqlalchemy import text

                state = connection.execute(text("SELECT state FROM jobs WHERE id = :id"), {"id": job}).scalar_one()
        finally:
            archive.close()
        return "" if state in ("queued", "running") else str(state)

    return str(until(f"{address} {job}", ended))


def test_an_inbox_is_listed_and_hostile_names_are_only_names(served: Served) -> None:
    there = listed(served)
    assert {"临文综罚〔2026〕77号", "临文综罚〔2026〕78号", "没有著录"} < set(there)
    assert "link" not in there
    page = served.client("archivist").get("/deposits").text
    assert "<img src=x" not in page and "\u202e" not in page
    assert "card-reader" in page  # an inbox that is not there is said
    assert str(served.home.parent) not in page
    for path in ("in-" + "0" * 24, "..%2f..%2fetc", "in-../../../etc", "share", "up-01arz3ndektsv4rrffq69g5fav"):
        assert served.client("archivist").get(f"/deposits/{path}").status_code == 404


def test_who_sees_which_deposits(served: Served) -> None:
    number = listed(served)["临文综罚〔2026〕77号"]
    assert listed(served, "depositor") == {}
    assert served.client("depositor").get(f"/deposits/{number}").status_code == 404
    for role in ("examiner", "auditor", "system", "security"):
        assert served.client(role).get("/deposits").status_code == 403
        assert served.client(role).get(f"/deposits/{number}").status_code == 403


def test_a_case_is_checked_sent_back_and_taken_in(served: Served) -> None:
    page = f"/deposits/{listed(served)['临文综罚〔2026〕77号']}"
    assert work(served, "archivist", page, f"{page}/check") == "done"
    given = fields(served.client("archivist").get(page).text)
    form = {"csrf": given["csrf"], "key": given["key"]}
    twice = [served.client("archivist").post(f"{page}/check", data=form).headers["location"] for _ in range(2)]
    assert twice[0] == twice[1]  # a double click is one job
    shown = served.client("archivist").get(page).text
    assert "filed-late" in shown or "逾期" in shown
    back = send(served.client("archivist"), page, f"{page}/send-back", reasons="  ")
    assert back.status_code == 422
    back = send(
        served.client("archivist"), page, f"{page}/send-back", reasons="请补充\n送达回证", codes="rule.filed-late"
    )
    assert back.status_code == 303
    shown = served.client("archivist").get(page).text
    assert "请补充" in shown and "已退回" in shown
    letter = served.client("archivist").get(f"{page}/papers/letter-1")
    assert letter.content.startswith(b"%PDF-") and letter.headers["content-type"] == "application/pdf"
    assert served.client("archivist").get(f"{page}/papers/letter-2").status_code == 404
    assert served.client("depositor").get(f"{page}/papers/letter-1").status_code == 404


def test_an_error_waits_for_the_head_and_is_asked_for_by_name(served: Served) -> None:
    page = f"/deposits/{listed(served)['临文综罚〔2026〕78号']}"
    head, archivist = served.client("head"), served.client("archivist")
    assert "待负责人答复" not in head.get("/").text
    assert work(served, "archivist", page, f"{page}/check") == "done"
    assert "1 件归档材料检查有错误，待负责人答复" in head.get("/").text
    assert "待负责人答复" not in archivist.get("/").text, "whose answer it is not has no line"
    assert set(listed(served, "head", "to-answer")) == set(listed(served, "archivist", "to-answer"))
    assert set(listed(served, "head", "to-answer")) == {"临文综罚〔2026〕78号"}
    assert "to-answer" not in served.client("depositor").get("/deposits").text
    assert "已列入其工作台" in archivist.get(page).text and "由您负责" in head.get(page).text
    shown = head.get(f"{page}/description").text
    row = re.findall(r'name="acceptances\.(\d+)\.finding" type="text" value="([^"]+)"', shown)
    assert row and all(re.search("[\u4e00-\u9fff]", name) for _, name in row), row


def test_a_finding_leads_to_the_form_of_its_file(served: Served) -> None:
    number = listed(served)["临文综罚〔2026〕78号"]
    page = f"/deposits/{number}"
    assert work(served, "archivist", page, f"{page}/check") == "done"
    (kept,) = served.home.rglob(f"{number}/found.json")
    found = json.loads(kept.read_bytes())
    found["findings"][0]["where"] = "送达/../没有.txt"
    found["findings"][1]["where"] = json.loads((served.home.parent / "share" / "缺文书" / "case.json").read_bytes())[
        "objects"
    ][1]["file"]
    kept.write_text(json.dumps(found), encoding="utf-8")
    shown = served.client("archivist").get(page).text
    links = re.findall(rf'href="{page}/description/files/(\d+)">([^<]+)<', shown)
    assert [(line, name) for line, name in links] == [("2", found["findings"][1]["where"])]
    assert links[0][1] in served.client("archivist").get(f"{page}/description/files/2").text


def test_what_the_files_show_is_drafted_and_completed(served: Served) -> None:
    number = listed(served)["没有著录"]
    page = f"/deposits/{number}/description"
    assert work(served, "archivist", page, f"{page}/draft") == "done"
    shown = served.client("archivist").get(page).text
    assert "现场检查笔录.txt" in shown and "page.html" in shown
    version = fields(shown)["version"]
    sent = {
        "case_number": "临文综罚〔2026〕79号",
        "title": "没有著录的案件",
        "cause": "无证经营",
        "case_type": "penalty",
        "producer.name": "某局",
        "start": "2026-03-01",
        "closed": "2026-02-30",
        "parties.0.name": HOSTILE,
        "parties.2.name": "王某",
        "officers.1.number": "13000001",
        "measures.0.measure": "",
    }
    kept = send(served.client("archivist"), page, page, version=version, **sent)
    assert kept.status_code == 303, kept.text[-500:]
    shown = served.client("archivist").get(page).text
    assert 'value="2026-02-30"' in shown and 'id="m-closed"' in shown  # what is wrong stays, with its mistake beside it
    assert 'id="m-officers.0.name"' in shown
    assert "<img src=x" not in shown
    stale = send(served.client("archivist"), page, page, version=version, case_number="另一个人的案号")
    assert stale.status_code == 409 and "另一个人的案号" in stale.text
    book = openpyxl.load_workbook(io.BytesIO(served.client("archivist").get(f"{page}/workbook").content))
    assert "临文综罚〔2026〕79号" in {cell.value for row in book["案件"].iter_rows() for cell in row}
    inbox = served.home.parent / "share" / "没有著录"
    assert sorted(path.name for path in inbox.iterdir()) == ["page.html", "现场检查笔录.txt"]


def test_a_workbook_is_read_and_a_file_is_seen_beside_its_form(served: Served) -> None:
    page = f"/deposits/{listed(served)['临文综罚〔2026〕78号']}/description"
    client = served.client("archivist")
    data = client.get(f"{page}/workbook").content
    book = openpyxl.load_workbook(io.BytesIO(data))
    for row in book["案件"].iter_rows():
        for cell in row:
            if cell.value == "测试案":
                cell.value = "改过的题名"
    changed = io.BytesIO()
    book.save(changed)
    given = fields(client.get(page).text)

    def read(name: str, content: bytes) -> httpx.Response:
        return client.post(
            f"{page}/import",
            data={
                "csrf": given["csrf"],
                "key": os.urandom(8).hex(),
                "version": fields(client.get(page).text)["version"],
            },
            files={"file": (name, content)},
        )

    assert read("案卷.xlsx", b"no workbook").status_code == 422
    assert read("../../案卷.exe", changed.getvalue()).status_code == 422
    assert read("案卷.xlsx", changed.getvalue()).status_code == 303
    assert "改过的题名" in client.get(page).text
    one = client.get(f"{page}/files/1").text
    assert "现场检查笔录" in one
    address = re.search(r'href="(/deposits/in-[0-9a-f]+/files/[0-9a-f]+)" download', one)
    assert address is not None
    sent = client.get(address[1])
    assert sent.text == "现场检查笔录"
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"].startswith("attachment")
    part = client.get(address[1], headers={"range": "bytes=0-5"})
    assert (part.status_code, part.text) == (206, "现场")
    version = fields(one)["version"]
    kept = send(
        client, f"{page}/files/1", f"{page}/files/1", version=version, kind="询问笔录", stage="调查", then="next"
    )
    assert kept.headers["location"].startswith(f"{page}/files/2")
    assert "询问笔录" in client.get(page).text
    assert client.get(f"{page}/files/99").status_code == 404


def manifest(folder: Path) -> tuple[list[Path], bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    rows = [{"name": folder.name}]
    for path in paths:
        status = path.stat()
        rows.append(
            {
                "path": f"{folder.name}/{path.relative_to(folder)}",
                "size": status.st_size,
                "mtime": status.st_mtime_ns // 1_000_000,
            }
        )
    return paths, "\n".join(json.dumps(row) for row in rows).encode()


def upload(client: httpx.Client, folder: Path) -> str:
    """A folder by packs, as the page's script sends it; the deposit's number."""
    paths, rows = manifest(folder)
    headers = {"x-csrf": fields(client.get("/deposits/new").text)["csrf"]}
    made = client.post("/deposits/uploads", content=rows, headers=headers)
    assert made.status_code == 201, made.text
    pack = b""
    for line, path in enumerate(paths, 1):
        data = path.read_bytes()
        head = {"line": line, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        pack += json.dumps(head).encode() + b"\n" + data
    deposit = str(made.json()["id"])
    assert client.patch(f"/deposits/{deposit}/pack", content=pack, headers=headers).status_code == 200
    closed = client.post(f"/deposits/{deposit}/close", headers=headers)
    assert (closed.status_code, closed.json()["next"]) == (200, f"/deposits/{deposit}")
    return deposit


def test_a_depositor_hands_in_and_gets_a_receipt(served: Served, tmp_path: Path) -> None:
    folder = write_whole_case(tmp_path / "上传的案件", case_number="临文综罚〔2026〕80号")
    mine = served.client("depositor")
    deposit = upload(mine, folder)
    page = f"/deposits/{deposit}"
    assert listed(served, "depositor") == {"临文综罚〔2026〕80号": deposit}
    assert served.client("archivist").get(page).status_code == 200
    assert deposit not in listed(served).values()  # it is not handed in yet
    refused = send(mine, page, f"{page}/take-in")
    assert refused.status_code == 403
    assert send(mine, page, f"{page}/hand-in").status_code == 303
    assert send(mine, page, f"{page}/hand-in").status_code == 303
    assert deposit in listed(served).values()
    assert send(mine, page, f"{page}/give-up").status_code == 409
    assert work(served, "archivist", page, f"{page}/take-in") == "done"
    done = mine.get(page).text
    assert "已入库" in done and "aip-" in done
    receipt = mine.get(f"{page}/papers/receipt")
    assert receipt.content.startswith(b"%PDF-")
    assert "某depositor" in pdfium.PdfDocument(receipt.content)[0].get_textpage().get_text_range()
    assert mine.get(f"{page}/description").status_code == 409
    assert served.client("head").get(page).status_code == 200  # who answers for errors sees what waits for an answer
    assert served.client("examiner").get(page).status_code == 403
    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            from preserve.data_management.cases import find_case

            assert find_case(connection, "临文综罚〔2026〕80号")
    finally:
        archive.close()


def test_the_protocol_is_tus(served: Served, tmp_path: Path) -> None:
    (tmp_path / "案").mkdir()
    (tmp_path / "案" / "执法.mp4").write_bytes(bytes(range(256)) * 4000)
    _, rows = manifest(tmp_path / "案")
    client = served.client("depositor")
    headers = {"x-csrf": fields(client.get("/deposits/new").text)["csrf"], "tus-resumable": "1.0.0"}
    assert client.post("/deposits/uploads", content=rows).status_code == 403  # without the session's token
    made = client.post("/deposits/uploads", content=rows, headers=headers).json()
    address = f"/deposits/{made['id']}/upload/1"
    piece = {**headers, "content-type": "application/offset+octet-stream", "upload-offset": "0"}
    wrong = {**piece, "upload-checksum": "sha256 " + "A" * 43 + "="}
    assert client.patch(address, content=b"abc", headers=wrong).status_code == 460
    assert client.patch(address, content=b"abc", headers={**piece, "upload-checksum": "md5 x"}).status_code == 400
    assert client.patch(address, content=b"abc", headers=headers).status_code == 400
    assert client.patch(address, content=bytes(range(256)) * 1000, headers=piece).status_code == 204
    head = client.head(address)
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == ("256000", "1024000")
    assert "upload-expires" in head.headers
    again = client.patch(address, content=b"abc", headers=piece)
    assert (again.status_code, again.headers["upload-offset"]) == (409, "256000")
    assert client.post(f"/deposits/{made['id']}/close", headers=headers).json()["code"] == "deposit.lines-missing"
    assert client.patch(address, content=b"x" * (17 << 20), headers=piece).status_code == 413
    assert client.head(f"/deposits/{made['id']}/upload/2").status_code == 404
    assert served.client("head").head(address).status_code == 404
    assert client.delete(address, headers=headers).status_code == 204
    assert client.head(address).headers["upload-offset"] == "0"
    assert send(client, f"/deposits/{made['id']}", f"/deposits/{made['id']}/give-up").status_code == 303
    for rows in (b"no json", b'{"name":"x"}\n[]', b"", b'{"name":"x"}\n{"path":"a","size":"x","mtime":0}'):
        refused = client.post("/deposits/uploads", content=rows, headers=headers)
        assert refused.status_code in (400, 422), refused.text
    hostile = b'{"name":"x"}\n{"path":"../../etc/passwd","size":1,"mtime":0}'
    answer = client.post("/deposits/uploads", content=hostile, headers=headers)
    assert answer.status_code == 422 and answer.json()["findings"][0]["where"] == "../../etc/passwd"


def test_a_returned_upload_gets_another_file_and_sends_only_that(served: Served, tmp_path: Path) -> None:
    folder = write_whole_case(tmp_path / "补正的案件", case_number="临文综罚〔2026〕84号")
    mine = served.client("depositor")
    deposit = upload(mine, folder)
    page = f"/deposits/{deposit}"
    assert f"/deposits/new?into={deposit}" in mine.get(page).text
    shown = mine.get(f"/deposits/new?into={deposit}").text
    assert f'data-into="{deposit}"' in shown
    assert 'data-into=""' in mine.get('/deposits/new?into="><script>').text
    (folder / "补充.txt").write_text("补充", encoding="utf-8")
    paths, rows = manifest(folder)
    headers = {"x-csrf": fields(shown)["csrf"]}
    again = mine.post(f"{page}/reopen", content=rows, headers=headers)
    line = paths.index(folder / "补充.txt") + 1
    assert again.json()["missing"] == [[line, 0]]
    assert "没有收齐" in mine.get(page).text
    assert mine.post(f"{page}/close", headers=headers).json()["code"] == "deposit.lines-missing"
    data = "补充".encode()
    head = json.dumps({"line": line, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}).encode()
    assert mine.patch(f"{page}/pack", content=head + b"\n" + data, headers=headers).json() == {"taken": 1}
    assert mine.post(f"{page}/close", headers=headers).status_code == 200
    assert served.client("head").post(f"{page}/reopen", content=rows).status_code == 403  # no token of that session
    assert send(mine, page, f"{page}/give-up").status_code == 303
    assert mine.get(page).status_code == 404
