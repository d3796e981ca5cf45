"""The workbook goes round, comes back with answers, and the answers count."""

from __future__ import annotations

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
