"""Old cases over two disc images and a folder come in by one campaign that is killed once."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import openpyxl
import pytest

from tests.support.old_cases import CASES, make_places, number, plan
from tests.support.program import Archive, found, kill

pytestmark = pytest.mark.xdist_group("imports")


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    return make_places(tmp_path)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return found(tmp_path / "archive")


def test_killed_once_everything_came_in_and_is_what_it_was(archive: Archive, places: list[Path]) -> None:
    made = plan(archive, places)
    assert (made["cases"], made["counts"]["ready"], made["unlisted"], made["twice"]) == (CASES, CASES, 1, 2)  # type: ignore[index]
    campaign = str(made["campaign"])
    running = archive.start("import", "run", campaign)
    while running.poll() is None and archive.log_acts().count("done") < 2:
        try:
            running.wait(0.01)
        except Exception as waiting:  # noqa: BLE001  both kinds of process have a kind of their own
            assert "Expired" in type(waiting).__name__
    kill(running)
    done = archive.run("import", "run", campaign)
    assert done.returncode == 0, done.stderr
    assert archive.json("import", "show", campaign)["campaign"]["counts"]["kept"] == CASES
    assert len(archive.packages()) == CASES
    kept = {
        hashlib.sha256(file.read_bytes()).hexdigest()
        for package in archive.packages()
        for file in package.glob("data/*/representations/original/data/**/*.txt")
    }
    laid = [file for root in ("one", "two", "drive") for file in (places[0].parent / root).rglob("*号/*.txt")]
    assert {hashlib.sha256(file.read_bytes()).hexdigest() for file in laid} == kept
    for package in archive.packages():
        assert archive.run("verify", str(package)).returncode == 0
    paper = next(file for file in archive.home.rglob("carriers.json") if number(1) in file.read_text(encoding="utf-8"))
    content = json.loads(paper.read_text(encoding="utf-8"))
    assert [one["id"] for one in content["carriers"]] == ["C1", "C3"]
    assert all("also_at" in one for one in content["files"])
    assert [one["as_written"]["立案日期"] for one in content["rows"]] == ["2012年3月5日"]
    target = places[0].parent / "report"
    assert archive.run("import", "report", campaign, "--output", str(target)).returncode == 0
    assert {file.suffix for file in target.iterdir()} == {".pdf", ".xlsx"}
    book = openpyxl.load_workbook(target / f"import-{campaign}.xlsx", read_only=True)
    rows = [row for sheet in book.worksheets[1:2] for row in sheet.iter_rows(values_only=True)]
    assert [row[1] for row in rows[1:]] == [number(case) for case in range(1, CASES + 1)]
