"""Which deposits wait in a folder, and by when each must be filed, whatever bytes the description's name is in."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from preserve.home import Home
from preserve.ingest.waiting import cases_in, deadlines
from preserve.settings import Settings
from tests.support.foreign_packages import eark, laid
from tests.support.tiny_case import write_case


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", Settings(archive_id="01", institution="某局"))


def test_deposits_below_a_folder_are_found_and_one_comes_back_alone(home: Home, tmp_path: Path) -> None:
    first, second = write_case(tmp_path / "w/甲"), write_case(tmp_path / "w/乙")
    (tmp_path / "w/丙.zip").write_bytes(b"PK")
    (tmp_path / "w/别的").mkdir()
    assert cases_in(tmp_path / "w", home) == sorted([first, second, tmp_path / "w/丙.zip"])
    assert cases_in(first, home) == [first]
    assert cases_in(tmp_path / "w/别的", home) == [tmp_path / "w/别的"]


def test_a_description_is_found_by_what_its_name_says(home: Home, tmp_path: Path) -> None:
    from preserve.description.workbook import write_workbook

    folder = tmp_path / "w/甲"
    folder.mkdir(parents=True)
    content = {
        "case_number": "一号",
        "case_type": "penalty",
        "title": "题",
        "cause": "由",
        "producer": {"name": "局"},
        "start": "2026-03-01",
        "closed": "2026-04-01",
        "objects": [{"file": "a.txt", "kind": "笔录", "stage": "investigation"}],
    }
    write_workbook(tmp_path / "案卷.xlsx", content)
    (tmp_path / "案卷.xlsx").rename(folder / os.fsdecode("案卷.xlsx".encode("gbk")))
    (row,) = deadlines(home, [tmp_path / "w"], date(2026, 6, 20))
    assert (row.path, row.case_number, row.standing) == (folder, "一号", "late")
    (unknown,) = deadlines(home, [write_case(tmp_path / "x/乙", closed="不是日子")], date(2026, 6, 20))
    assert (unknown.standing, unknown.due) == ("unknown", None)


def test_an_inspection_waits_from_its_end_and_a_penalty_from_its_closing(home: Home, tmp_path: Path) -> None:
    stages = [{"stage": "investigation", "start": "2026-09-08", "end": "2026-09-11"}]
    for number, kind in enumerate(("inspection", "penalty")):
        write_case(
            tmp_path / "deposits" / kind,
            case_number=f"临〔2026〕{number}号",
            case_type=kind,
            start="2026-09-08",
            closed="2026-10-30",
            stages=stages,
        )
    (tmp_path / "deposits" / "empty").mkdir()
    assert [path.name for path in cases_in(tmp_path / "deposits", home)] == ["inspection", "penalty"]
    inspection, penalty = deadlines(home, [tmp_path / "deposits"], date(2026, 11, 28))
    assert (inspection.closed, inspection.due, inspection.standing) == (date(2026, 9, 11), date(2026, 10, 29), "late")
    assert (penalty.closed, penalty.due, penalty.standing) == (date(2026, 10, 30), date(2026, 12, 11), "in-time")
    assert inspection.days == 21


def test_packages_of_other_systems_in_a_folder_wait_too(home: Home, tmp_path: Path) -> None:
    for name in ("b", "a"):
        laid(tmp_path / "w" / name, eark({"a.txt": b"one"}))
    assert cases_in(tmp_path / "w", home) == [tmp_path / "w/a", tmp_path / "w/b"]
    assert cases_in(tmp_path / "w/a", home) == [tmp_path / "w/a"]
    assert {row.standing for row in deadlines(home, [tmp_path / "w"], date(2026, 6, 20))} == {"unknown"}
