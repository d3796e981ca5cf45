"""The life of a case on paper: nothing left out, proven, and no more than its reader may see."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from lxml import etree

from preserve.clock import now
from preserve.data_management import ledger
from preserve.data_management.database import open_catalogue
from preserve.home import open_home
from tests.support.office import Office

pytestmark = pytest.mark.xdist_group("bureau")
_PREMIS = "{http://www.loc.gov/premis/v3}"


def text_of(pdf: Path) -> str:
    """What another program reads in it, without line breaks, spaces and places where lines may break."""
    done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, text=True, check=True)
    return re.sub(r"[\s\u200b]+", "", done.stdout)


def append(office: Office, *entries: tuple[str, str, dict[str, Any]]) -> None:
    """Entries as other parts of the program write them."""
    catalogue = open_catalogue(open_home(office.archive.home))
    with catalogue.begin() as connection:
        for action, subject, details in entries:
            ledger.append(connection, action=action, subject=subject, actor="root", details=details, moment=now())
    catalogue.close()


def objid(office: Office) -> str:
    return str(office.json("", "show", office.case)["case"]["objid"])


def party(office: Office) -> str:
    return str(office.json("", "show", office.case)["description"]["parties"][0]["name"])


def test_everything_is_told_and_proven(bureau: Office, tmp_path: Path) -> None:
    number = bureau.approved()
    bureau.json("", "search", "演出")
    refused = bureau.open("party", "某不相干的人")
    bureau.json("wang", "request", "examine", refused, "--against", "--note", "x")
    bureau.json("head", "request", "refuse", refused, "--article", "21", "--reason", "无关")
    assert bureau.run("system", "show", bureau.case).returncode == 6
    append(bureau, ("hold.unheard-of", objid(bureau), {"why": "复议"}))
    pdf, page = tmp_path / "履历.pdf", tmp_path / "履历.html"
    done = bureau.run("", "show", bureau.case, "--history", "--pdf", str(pdf), "--html", str(page), lang="zh")
    assert done.returncode == 0, done.stderr
    text, case = text_of(pdf), objid(bureau)
    entries = [one for one in bureau.log() if one["number"] <= int(re.findall(r"覆盖第1至第(\d+)条", text)[0])]
    entries = [one for one in entries if "log" not in one]
    named = [one for one in entries if case in json.dumps(one) or one["subject"] in (bureau.case, number, refused)]
    told = {int(one) for one in re.findall(r"日志第(\d+)条", text)}
    assert {one["number"] for one in named} <= told
    for words in (
        "案卷履历",
        "开始接收",
        "病毒检测",
        "登记入库",
        "检索结果中显示本案",
        "越权操作被拒绝",
        "不予提供利用",
        "批准利用申请",
        "hold.unheard-of",
        "定期检测：完好",
        "复议",
    ):
        assert words in text, words
    assert "某不相干的人" not in text, "a person who asked is named"
    # What the package says, read by another program.
    package = bureau.archive.packages()[0]
    events = [
        one.findtext(f"{_PREMIS}eventIdentifier/{_PREMIS}eventIdentifierValue")
        for path in package.rglob("premis.xml")
        for one in etree.parse(str(path)).iter(f"{_PREMIS}event")
    ]
    assert len(events) > 8
    assert [one for one in events if f"存档信息包事件{one}" not in text] == []
    # The proof beside it, checked by the program in it; the document names it by its digest.
    proof = tmp_path / "履历-proof"
    checked = subprocess.run(
        [sys.executable, "check_proof.py", "proof.json", "--key", str(bureau.archive.home / "keys" / "ledger.pub")],
        cwd=proof,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    written = json.loads((proof / "proof.json").read_text(encoding="utf-8"))
    assert told <= {json.loads(one["entry"])["number"] for one in written["entries"]}
    assert hashlib.sha256((proof / "proof.json").read_bytes()).hexdigest() in text
    assert re.findall(r"key: ([0-9a-f]{64})", checked.stdout)[0] in text, "the fingerprint a reader compares"
    assert "hold.unheard-of" in page.read_text(encoding="utf-8")
    with pikepdf.open(pdf) as opened, opened.open_metadata() as known:
        assert (known["pdfaid:part"], known["pdfaid:conformance"]) == ("2", "B")
    # The look is itself the last thing told, and the proof shows it under a root in the ledger.
    looks = [json.loads(one["entry"]) for one in written["looks"]]
    assert looks[-1]["action"] == "history.viewed"
    assert {one["number"] for one in looks} == {int(one) for one in re.findall(r"查阅记录第(\d+)条", text)}


def test_an_object_is_told_with_what_was_made_from_it(bureau: Office, tmp_path: Path) -> None:
    name = next(
        one["file"]
        for one in bureau.json("", "show", bureau.case)["description"]["objects"]
        if one["file"].endswith(".jpg")
    )
    pdf = tmp_path / "object.pdf"
    done = bureau.run("", "show", bureau.case, "--history", "--object", name, "--pdf", str(pdf))
    assert done.returncode == 0, done.stderr
    text = text_of(pdf)
    data = next(bureau.archive.packages()[0].rglob(f"original/data/{name}")).read_bytes()
    assert hashlib.sha256(data).hexdigest() in text
    document = bureau.json("", "show", bureau.case, "--history", "--object", name)
    package = [one for one in document["events"] if one["source"] == "package"]
    made = [one for one in package if one["code"] == "normalization"]
    assert [one for one in made if name.rpartition("/")[2] not in one["told"]] == [] and len(made) == 1
    assert {"virus check", "message digest calculation", "format identification"} <= {one["code"] for one in package}
    assert bureau.run("", "show", bureau.case, "--history", "--object", "没有这个文件").returncode == 3
    looks = [one for one in bureau.log() if one["action"] == "history.viewed"]
    assert looks[-1]["details"]["object"] == document["object"]["identifier"]
    assert name not in json.dumps(looks, ensure_ascii=False)


def test_an_auditor_sees_deeds_and_no_content(bureau: Office, tmp_path: Path) -> None:
    pdf = tmp_path / "audit.pdf"
    assert bureau.run("auditor", "show", bureau.case, "--history", "--pdf", str(pdf), lang="zh").returncode == 0
    text = text_of(pdf)
    case = bureau.json("", "show", bureau.case)
    assert "内容不予显示" in text and "登记入库" in text and bureau.case in text
    hidden = [
        case["case"]["title"],
        party(bureau),
        *(one["file"].rpartition("/")[2] for one in case["description"]["objects"]),
    ]
    document = json.dumps(bureau.json("auditor", "show", bureau.case, "--history"), ensure_ascii=False)
    assert [one for one in hidden if re.sub(r"\s", "", one) in text or one in document] == []
    shut = bureau.run(
        "auditor", "show", bureau.case, "--history", "--object", case["description"]["objects"][0]["file"]
    )
    assert shut.returncode == 6
    assert bureau.run("auditor", "show", bureau.case).returncode == 6
    assert bureau.run("system", "show", bureau.case, "--history", "--pdf", str(tmp_path / "no.pdf")).returncode == 6
    assert not (tmp_path / "no.pdf").exists() and not (tmp_path / "no-proof").exists()


def test_a_thousand_looks_are_all_told(bureau: Office, tmp_path: Path) -> None:
    case = objid(bureau)
    append(bureau, *(("case.viewed", case, {"what": "catalogue"}) for _ in range(1500)))
    page = tmp_path / "long.html"
    document = bureau.json("", "show", bureau.case, "--history", "--html", str(page))
    assert sum(one["code"] == "case.viewed" for one in document["events"]) >= 1500
    assert page.read_text(encoding="utf-8").count("<tr>") > 1500
    proof = json.loads((tmp_path / "long-proof" / "proof.json").read_text(encoding="utf-8"))
    assert len(proof["entries"]) >= 1500


def test_nothing_is_written_over_and_what_was_cut_off_is_made_anew(bureau: Office, tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    assert bureau.run("", "show", bureau.case, "--history", "--html", str(page)).returncode == 0
    before = page.read_bytes()
    assert bureau.run("", "show", bureau.case, "--history", "--html", str(page)).returncode == 3
    assert page.read_bytes() == before
    page.unlink()  # as a kill between the proof and the document leaves it
    assert bureau.run("", "show", bureau.case, "--history", "--html", str(page)).returncode == 0
    page.unlink()
    (tmp_path / "a-proof" / "mine.txt").write_text("x")
    assert bureau.run("", "show", bureau.case, "--history", "--html", str(page)).returncode == 3
    assert (tmp_path / "a-proof" / "mine.txt").exists() and not page.exists()
    assert bureau.run("", "show", bureau.case, "--pdf", str(page)).returncode == 2


def test_what_is_not_as_it_should_be_is_said(bureau: Office) -> None:
    premis = next(bureau.archive.packages()[0].glob("data/*/representations/original/metadata/preservation/premis.xml"))
    whole = premis.read_bytes()
    try:
        premis.write_bytes(whole.replace(b"virus check", b"virus chock"))
        done = bureau.run("", "--json", "show", bureau.case, "--history")
        document = json.loads(done.stdout)
        assert done.returncode == 4 and document["intact"] is False
        assert [one["code"] for one in document["findings"]] == ["history.package-unread"]
        assert "virus check" in {one["code"] for one in document["events"]}, "the catalogue's events are there"
        assert "virus chock" not in done.stdout
    finally:
        premis.write_bytes(whole)
    assert bureau.run("", "--json", "show", bureau.case, "--history").returncode == 0
