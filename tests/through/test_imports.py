"""Old cases over two disc images and a folder come in by one campaign, killed once; a damaged disc is told by bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from storage_adapters.optical.reading import list_files
from tests.support.program import Archive, found, kill

pytestmark = pytest.mark.xdist_group("imports")
CASES = 6


def number(case: int) -> str:
    return f"临文罚字〔2012〕第{case}号"


def write_list(path: Path, cases: int) -> None:
    """A bureau's own list, with a title above its headings."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["案件登记表"])
    sheet.append(["序号", "案号", "案件名称", "当事人", "立案日期", "结案日期", "保管期限"])
    for case in range(1, cases + 1):
        day = "2012年3月5日" if case % 2 else "2012"
        sheet.append([case, number(case), f"某网吧{case}接纳未成年人案", f"某网吧{case}", day, "2012.4.6", "30年"])
    book.save(path)


def write_files(folder: Path, case: int) -> None:
    """The papers of a case under its number as folders have it."""
    place = folder / f"临文罚字[2012]第{case}号"
    place.mkdir(parents=True)
    (place / "立案审批表.txt").write_text(f"立案 {case}\n" * 60, encoding="utf-8")
    (place / "送达回证.txt").write_text(f"送达 {case}\n" * 2000, encoding="utf-8")


def burn(folder: Path, name: str) -> Path:
    """An image of a folder as a bureau's own program makes it: Joliet and Rock Ridge."""
    image = folder.parent / f"{name}.iso"
    command = ["xorriso", "-as", "mkisofs", "-J", "-r", "-V", name, "-o", str(image), str(folder)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    return image


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    """Two images and a folder with six cases; the first of them lies on the folder as well."""
    roots = [tmp_path / name for name in ("one", "two", "drive")]
    for case in range(1, CASES + 1):
        write_files(roots[(case - 1) // 2], case)
    first = "临文罚字[2012]第1号"
    shutil.copytree(roots[0] / first, roots[2] / "备份" / first)
    (roots[2] / "杂物.txt").write_text("不属于任何案件", encoding="utf-8")
    write_list(tmp_path / "list.xlsx", CASES)
    return [burn(roots[0], "DISC1"), burn(roots[1], "DISC2"), roots[2]]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return found(tmp_path / "archive")


def plan(archive: Archive, places: list[Path]) -> dict[str, object]:
    listed = places[0].parent / "list.xlsx"
    return archive.json("import", "plan", str(listed), *map(str, places))


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
    target = places[0].parent / "report"
    assert archive.run("import", "report", campaign, "--output", str(target)).returncode == 0
    assert {file.suffix for file in target.iterdir()} == {".pdf", ".xlsx"}
    book = openpyxl.load_workbook(target / f"import-{campaign}.xlsx", read_only=True)
    rows = [row for sheet in book.worksheets[1:2] for row in sheet.iter_rows(values_only=True)]
    assert [row[1] for row in rows[1:]] == [number(case) for case in range(1, CASES + 1)]


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


def test_a_carrier_that_is_away_is_waited_for_and_one_that_was_altered_is_refused(
    archive: Archive, places: list[Path]
) -> None:
    campaign = str(plan(archive, places)["campaign"])
    away = places[1].with_suffix(".away")
    places[1].rename(away)
    with places[0].open("r+b") as image:
        image.seek(16 * 2048 + 40)
        image.write(b"OTHER")
    done = archive.json("import", "run", campaign)
    assert done["insert"] == ["C2 DISC2"]
    assert {name: count for name, count in done["counts"].items() if count} == {"kept": 2, "refused": 2, "waiting": 2}
    after = archive.json("import", "run", campaign, str(away))
    assert after["counts"]["kept"] == 4
    assert after["insert"] == []
