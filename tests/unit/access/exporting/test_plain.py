"""The plain form: what lies there is read with nothing of ours."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.support.asking import Counter
from tests.support.exported import digests_below, originals, written

pytestmark = pytest.mark.xdist_group("exporting-steps")


def test_plain_folders_need_nothing_of_ours(counter: Counter, tmp_path: Path) -> None:
    export = written(counter, "plain", tmp_path)
    root = tmp_path / export.number
    assert not subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=root, check=False).returncode
    (year,) = [path for path in root.iterdir() if path.is_dir()]
    assert year.name == "2026"
    (case,) = year.iterdir()
    assert case.name.startswith(counter.case.replace("/", "_")[:10])
    found = digests_below(case / "原件")
    assert found == originals(counter)
    book = openpyxl.load_workbook(root / "catalogue.xlsx", read_only=True)
    rows = list(book["案卷"].iter_rows(values_only=True))
    assert counter.case in rows[1]
    with (root / "files.csv").open(encoding="utf-8-sig", newline="") as lines:
        files = list(csv.DictReader(lines))
    assert {line["数字摘要（SHA-256）"] for line in files} == set(originals(counter).values())
    assert all((root / line["所在位置"]).is_file() for line in files)
    readme = (root / "README.txt").read_text(encoding="utf-8")
    assert "不依赖任何专用程序" in readme
    assert "Nothing here depends" in readme
    listed = len((root / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    assert listed == sum(path.is_file() for path in root.rglob("*")) - 1
