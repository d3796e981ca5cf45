"""The demonstration's case is a sound one, is what it says, and can be drafted again from its own files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from demo.make_case import make_case
from preserve.description.reading import check_content, match_files, read_description
from preserve.description.workbook import write_workbook
from preserve.description.writing import write_toml
from preserve.ingest.draft import draft


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case."""
    return make_case(tmp_path_factory.mktemp("case") / "星河剧场", small=True, today=date(2026, 5, 20))


def files(folder: Path) -> list[str]:
    """Paths inside the case."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_its_description_fits_its_files(case: Path) -> None:
    described, findings = read_description("case.json", (case / "case.json").read_bytes())
    assert described is not None and findings == []
    assert match_files(described, files(case), "case.json") == []


def test_a_draft_knows_stages_kinds_times_and_device(case: Path) -> None:
    content, _ = draft(case)
    made = {one["file"].rpartition("/")[2]: one for one in content["objects"]}
    assert sorted(one["file"] for one in content["objects"]) == [name for name in files(case) if name != "case.json"]
    assert (made["立案审批表.pdf"]["stage"], made["立案审批表.pdf"]["kind"]) == ("initiation", "立案审批表")
    assert made["现场检查笔录.pdf"]["stage"] == "investigation"
    video = next(one for name, one in made.items() if name.endswith("_0001.mp4"))
    assert (video["kind"], video["device"]) == ("现场录像", "DSJ-A20031")
    assert video["recording_start"] == "2026-03-23T19:30:00"
    photo = next(one for name, one in made.items() if name.endswith(".jpg"))
    assert (photo["kind"], photo["date"]) == ("现场照片", "2026-03-23")


def test_a_draft_can_be_read_once_its_blanks_are_filled(case: Path, tmp_path: Path) -> None:
    content, _ = draft(case)
    blank = read_description("case.toml", write_toml(content).encode())
    assert blank[0] is None
    content |= {"case_number": "一号", "cause": "案由", "producer": {"name": "局"}}
    write_workbook(tmp_path / "案卷.xlsx", content)
    from_workbook = read_description("案卷.xlsx", (tmp_path / "案卷.xlsx").read_bytes())
    from_toml = read_description("case.toml", write_toml(content).encode())
    assert from_workbook == from_toml == check_content(content, {}, "case.toml")
    assert from_toml[0] is not None and match_files(from_toml[0], files(case), "case.json") == []
