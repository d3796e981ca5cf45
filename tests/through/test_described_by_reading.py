"""`preserve describe --read`: a workbook whose yellow cells count where a person says yes to them, and not before."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from preserve.description.drafted_sheet import SHEET
from tests.support.page_scans import NUMBER, draw_page, write_scan
from tests.support.program import Archive


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases") / "扫描案"
    write_scan(folder / "01" / "0001.jpg", draw_page())
    return folder


def test_what_was_read_waits_for_a_persons_yes(case: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "none")
    done = archive.run("--json", "describe", "--read", str(case))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {one["field"]: one["value"] for one in told["read"] if one["sheet"] == "case"}["case_number"] == NUMBER
    book = openpyxl.load_workbook(case / "案卷.xlsx")
    assert book["案件"]["B2"].value == NUMBER and len(book[SHEET]._images) > 5
    found = archive.run("init", "--institution", "临江市文化和旅游局")
    assert found.returncode == 0, found.stderr
    untouched = json.loads(archive.run("--json", "check", str(case)).stdout)["findings"]
    unconfirmed = [one for one in untouched if one["code"] == "reading.draft-unconfirmed"]
    assert unconfirmed and {one["severity"] for one in unconfirmed} == {"warning"}
    assert any(one["severity"] == "refuse" and one["where"].endswith("案件!B2") for one in untouched)

    sheet = book[SHEET]
    sheet["B2"] = "陈立新"
    for row in sheet.iter_rows(min_row=4):
        if row[3].value:
            row[0].value = "是"
    book.save(case / "案卷.xlsx")
    confirmed = json.loads(archive.run("--json", "check", str(case)).stdout)["findings"]
    assert not [one for one in confirmed if one["code"] == "reading.draft-unconfirmed"]
    (note,) = [one for one in confirmed if one["code"] == "reading.draft-confirmed"]
    assert note["values"]["person"] == "陈立新" and note["values"]["count"] == len(unconfirmed)
    assert not [one for one in confirmed if one["where"].endswith("案件!B2")]
