"""Old cases as a bureau has them: a list, two disc images and a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import openpyxl

from tests.support.program import Archive

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


def make_places(tmp_path: Path) -> list[Path]:
    """Two images and a folder with six cases; the first of them lies on the folder as well."""
    roots = [tmp_path / name for name in ("one", "two", "drive")]
    for case in range(1, CASES + 1):
        write_files(roots[(case - 1) // 2], case)
    first = "临文罚字[2012]第1号"
    shutil.copytree(roots[0] / first, roots[2] / "备份" / first)
    (roots[2] / "杂物.txt").write_text("不属于任何案件", encoding="utf-8")
    write_list(tmp_path / "list.xlsx", CASES)
    return [burn(roots[0], "DISC1"), burn(roots[1], "DISC2"), roots[2]]


def plan(archive: Archive, places: list[Path]) -> dict[str, object]:
    listed = places[0].parent / "list.xlsx"
    return archive.json("import", "plan", str(listed), *map(str, places))
