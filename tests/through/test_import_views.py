"""A disc that ends early: what it gives comes in, what it does not give is told by bytes."""

from __future__ import annotations

import os
from pathlib import Path

import openpyxl
import pytest

from storage_adapters.optical.reading import list_files
from tests.support.old_cases import make_places, number, plan, write_files
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("imports")


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    return make_places(tmp_path)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return found(tmp_path / "archive")


def test_a_disc_that_ends_early_gives_its_whole_files_and_tells_the_others(
    archive: Archive, places: list[Path]
) -> None:
    length = places[0].stat().st_size
    last = list_files(places[0])[-1]
    os.truncate(places[0], last.extents[0][0] + 100)
    assert places[0].stat().st_size < length
    made = plan(archive, places[:1])
    assert made["damaged"] == 1
    campaign = str(made["campaign"])
    archive.run("import", "run", campaign)
    damaged = archive.json("import", "show", campaign, "--view", "damaged")["lines"]
    assert [(one["path"], one["why"]) for one in damaged] == [(last.path, f"100-{last.size - 1}")]
    kept = [file for package in archive.packages() for file in package.rglob("original/data/**/*.txt")]
    assert len(kept) == 3


def test_what_was_denied_of_every_case_is_told_as_unlisted_and_its_case_as_missing(
    archive: Archive, tmp_path: Path
) -> None:
    cases, drive = tmp_path / "list.xlsx", tmp_path / "LJ-01"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["案号", "案件名称", "保管期限", "光盘号"])
    for case in (1, 2):
        book.active.append([number(case), f"某网吧{case}接纳未成年人案", "30年", "LJ-01"])
    book.save(cases)
    write_files(drive, 1)
    (drive / "杂物.txt").write_text("不属于任何案件", encoding="utf-8")
    made = archive.json("import", "plan", str(cases), str(drive))
    campaign, answers = str(made["campaign"]), tmp_path / "answers.xlsx"
    assert (made["counts"]["asked"], made["questions"], made["unlisted"]) == (1, 1, 0)
    assert archive.run("import", "show", campaign, "--xlsx", str(answers)).returncode == 0
    book = openpyxl.load_workbook(answers)
    book.worksheets[2].cell(2, 9).value = "否"
    book.save(answers)
    assert archive.run("import", "decide", campaign, str(answers)).returncode == 0
    shown = archive.json("import", "show", campaign, "--view", "unlisted")
    assert [one["path"] for one in shown["lines"]] == ["杂物.txt"]
    assert {state: count for state, count in shown["campaign"]["counts"].items() if count} == {"ready": 1, "missing": 1}
