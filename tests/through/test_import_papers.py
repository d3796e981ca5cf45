"""The workbook goes round, comes back with answers, and the answers count."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.support.old_cases import CASES, make_places, number, plan
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("imports")


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    return make_places(tmp_path)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return found(tmp_path / "archive")


def test_answers_that_came_back_count_and_a_wrong_one_keeps_none(
    archive: Archive, places: list[Path], tmp_path: Path
) -> None:
    campaign = str(plan(archive, places[2:])["campaign"])
    file = tmp_path / "answers.xlsx"
    assert archive.run("import", "show", campaign, "--xlsx", str(file)).returncode == 0
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[3]
    assert str(sheet.cell(2, 6).value) == "杂物.txt"
    sheet.cell(2, 9).value = "哪个案"
    book.save(file)
    assert archive.run("import", "decide", campaign, str(file)).returncode == 3
    sheet.cell(2, 9).value = number(CASES)
    book.save(file)
    assert archive.json("import", "decide", campaign, str(file))["decisions"] == 1
    assert archive.json("import", "show", campaign)["campaign"]["unlisted"] == 0
    other = str(plan(archive, places[2:])["campaign"])
    assert archive.run("import", "decide", other, str(file)).returncode == 3


def test_the_report_tells_what_is_missing_and_not_known_and_no_digest_runs_into_the_next_column(
    archive: Archive, places: list[Path], tmp_path: Path
) -> None:
    campaign = str(plan(archive, places[1:2])["campaign"])
    assert archive.run("import", "run", campaign, lang="zh").returncode == 0
    target = tmp_path / "report"
    assert archive.run("import", "report", campaign, "--output", str(target), lang="zh").returncode == 0
    paper = str(target / f"import-{campaign}.pdf")
    read = subprocess.run(["pdftotext", "-raw", paper, "-"], check=True, capture_output=True, text=True).stdout
    first, _, rest = read.partition("\f")
    assert "未找到文件的案件" in first
    assert all((number(case) in first) == (case not in (3, 4)) for case in range(1, CASES + 1))
    unknown = rest.partition("旧案无从查考的事项")[2].partition("清单以外的文件")[0]
    assert {"形成单位 2", "旧案无从查考：立案日期，只知道… 1"} <= set(unknown.splitlines()), unknown
    boxes = subprocess.run(["pdftotext", "-bbox", paper, "-"], check=True, capture_output=True, text=True).stdout
    words = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">([^<]*)<', boxes)
    mark = hashlib.sha256(places[1].read_bytes()).hexdigest()
    ((_, top, end, _),) = [word for word in words if word[3] == mark]
    right = [float(word[0]) for word in words if word[1] == top and word[3].startswith("20") and len(word[3]) == 10]
    assert right and float(end) < min(right), right
