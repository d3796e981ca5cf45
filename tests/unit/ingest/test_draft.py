"""A draft of a description from what a folder shows: guesses are said, and a completed draft can be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from PIL import Image

from preserve.description.reading import read_description
from preserve.description.vocabulary import read_vocabulary
from preserve.description.workbook import write_workbook
from preserve.ingest.draft import draft
from preserve.profiles import SHIPPED
from tests.support.material.corpus import make_media

RECORD = "现场检查笔录".encode()


def _folder(at: Path, *names: str) -> Path:
    for name in names:
        file = at / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(RECORD)
    return at


def _objects(content: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {item["file"]: (item["kind"], item["stage"]) for item in content["objects"]}


def test_names_tell_kind_and_stage_and_the_nearest_folder_goes_first(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "案", "1立案/决定/立案审批表.txt", "调查/x.txt", "送达回证.txt", "杂.txt")
    content, findings = draft(folder)
    assert _objects(content)["1立案/决定/立案审批表.txt"] == ("立案审批表", "decision")
    assert _objects(content)["调查/x.txt"][1] == "investigation"
    assert _objects(content)["送达回证.txt"] == ("送达回证", "service")
    assert _objects(content)["杂.txt"][1] == "investigation"
    guessed = {code: [f.where for f in findings if f.code == code] for code in ("case.draft-stage", "case.draft-kind")}
    assert guessed == {"case.draft-stage": ["杂.txt"], "case.draft-kind": ["杂.txt", "调查/x.txt"]}


def test_the_case_number_comes_from_the_folder_or_else_from_a_name(tmp_path: Path) -> None:
    by_folder = _folder(tmp_path / "临文综罚〔2026〕77号 测试案", "沪文罚〔2025〕1号决定书.txt")
    assert draft(by_folder)[0]["case_number"] == "临文综罚〔2026〕77号"
    by_file = _folder(tmp_path / "检查", "沪文检字[2025]第1号.txt")
    content, findings = draft(by_file)
    assert (content["case_number"], content["case_type"]) == ("沪文检字[2025]第1号", "inspection")
    assert "case.draft-no-number" not in {finding.code for finding in findings}
    content, findings = draft(_folder(tmp_path / "无", "a.txt"))
    assert content["case_number"] == ""
    assert {"case.draft-no-number", "case.draft-type"} <= {finding.code for finding in findings}


def test_a_recording_has_its_beginning_and_the_dates_of_the_case_are_guessed_by_it(tmp_path: Path) -> None:
    folder = tmp_path / "案"
    folder.mkdir()
    make_media(folder, "h264.mp4")
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = "2026:03:10 23:30:00"
    Image.new("RGB", (8, 8)).save(folder / "p.jpg", exif=exif)
    content, findings = draft(folder, zone=ZoneInfo("Asia/Shanghai"))
    objects = {item["file"]: item for item in content["objects"]}
    assert objects["h264.mp4"]["recording_start"] == "2026-03-12T09:30:15"
    assert "recording_start" not in objects["p.jpg"]
    assert (content["start"], content["closed"]) == ("2026-03-10", "2026-03-12")
    assert "case.draft-dates" in {finding.code for finding in findings}


def test_what_is_no_part_of_the_case_is_left_out_and_nothing_is_changed(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "案", "笔录.txt", "Thumbs.db", "下/.DS_Store", "case.json")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert list(_objects(draft(folder)[0])) == ["笔录.txt"]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_titles_stay_empty_and_scans_are_papers(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "案", "扫描0001.txt", "03调查终结报告.txt", "鉴定意见书（2）.txt", "送达回证 1.txt")
    Image.new("RGB", (8, 8)).save(folder / "扫描0002.jpg")
    Image.new("RGB", (8, 8)).save(folder / "IMG_0001.jpg")
    Image.new("RGB", (8, 8)).save(folder / "门头外景.jpg")
    Image.new("RGB", (8, 8)).save(folder / "营业执照复印件收据.jpg")
    content, findings = draft(folder, institution="临江市文化和旅游局")
    assert not any("title" in item for item in content["objects"])
    assert _objects(content) == {
        "03调查终结报告.txt": ("调查终结报告", "examination"),
        "IMG_0001.jpg": ("现场照片", "investigation"),
        "扫描0001.txt": ("文书扫描件", "investigation"),
        "扫描0002.jpg": ("文书扫描件", "investigation"),
        "营业执照复印件收据.jpg": ("营业执照复印件收据", "investigation"),
        "门头外景.jpg": ("现场照片", "investigation"),
        "送达回证 1.txt": ("送达回证", "service"),
        "鉴定意见书（2）.txt": ("鉴定意见书", "examination"),
    }
    assert content["producer"] == {"name": "临江市文化和旅游局"}
    assert "鉴定意见书（2）.txt" in [one.where for one in findings if one.code == "case.draft-kind"]


def test_a_draft_in_the_workbook_reads_as_people_write(tmp_path: Path) -> None:
    folder = tmp_path / "案"
    folder.mkdir()
    make_media(folder, "h264.mp4")
    content, _ = draft(folder)
    write_workbook(folder / "案卷.xlsx", content)
    book = openpyxl.load_workbook(folder / "案卷.xlsx")
    assert [cell.value for cell in book["录音录像"][2]][:2] == ["h264.mp4", "2026-03-12 09:30:15"]
    assert not book["文件"]["D2"].value


def test_a_draft_that_a_person_completed_is_a_description(tmp_path: Path) -> None:
    content, findings = draft(_folder(tmp_path / "临文综罚〔2026〕77号", "笔录.txt", "决定书.txt"))
    assert all(finding.severity == "note" for finding in findings)
    content |= {"cause": "测试", "producer": {"name": "局"}, "start": "2026-01-05", "closed": "2026-02-05"}
    description, mistakes = read_description("case.json", json.dumps(content).encode(), read_vocabulary(None))
    assert mistakes == []
    assert description is not None
    assert [item.file for item in description.objects] == ["决定书.txt", "笔录.txt"]


def test_a_draft_has_the_day_of_that_zone(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2026:03:11 20:30:00", 0x9011: "+00:00"})  # when it was taken, and its offset
    Image.new("RGB", (8, 8)).save(tmp_path / "scene.jpg", exif=exif)
    for zone, day in ((ZoneInfo("Asia/Urumqi"), "2026-03-12"), (ZoneInfo("UTC"), "2026-03-11")):
        content, _ = draft(tmp_path, None, zone)
        assert content["objects"][0]["date"] == day, zone


def test_lookalikes_are_not_drafted_as_what_they_look_like(tmp_path: Path) -> None:
    names = {
        "不予立案审批表.txt": "不予立案审批表",
        "行政处罚决定审批表.txt": "行政处罚决定审批表",
        "送达地址确认书.txt": "送达地址确认书",
        "听证通知书.txt": "听证通知书",
        "解除扣押决定书.txt": "解除查封、扣押决定书",
        "扣押物品清单.txt": "查封、扣押清单",
        "证据清单.txt": "证据清单",
    }
    content, _ = draft(_folder(tmp_path / "案", *names))
    assert {file: kind for file, (kind, _) in _objects(content).items()} == names


def test_where_files_are_divided_internal_papers_are_proposed(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "案", "立案审批表.txt", "集体讨论记录.txt", "举报信.txt", "行政处罚决定书.txt")
    assert not any("volume" in item for item in draft(folder)[0]["objects"])
    own = tmp_path / "profiles"
    own.mkdir()
    shipped = (SHIPPED / "drafting.toml").read_text(encoding="utf-8")
    (own / "drafting.toml").write_text(shipped.replace("divide = false", "divide = true"), encoding="utf-8")
    content, findings = draft(folder, own)
    inner = {item["file"] for item in content["objects"] if item.get("volume") == "inner"}
    assert inner == {"集体讨论记录.txt", "举报信.txt"}
    assert [one.values["count"] for one in findings if one.code == "case.draft-volume"] == [2]


def test_of_a_bag_the_payload_is_drafted_under_the_names_that_ingest_gives_it(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "临文综罚〔2026〕78号", "data/立案审批表.txt", "data/案件/case.json", "data/case.json")
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (folder / "manifest-sha256.txt").write_text("")
    content, _ = draft(folder)
    assert list(_objects(content)) == ["案件/case.json", "立案审批表.txt"]
    assert content["title"] == "临文综罚〔2026〕78号"


def test_a_name_that_would_steer_a_terminal_stops_no_draft(tmp_path: Path) -> None:
    content, _ = draft(_folder(tmp_path / "案", "红\x1b[31m.txt", "甲\n乙.txt"))
    assert sorted(_objects(content)) == ["甲[U+000A]乙.txt", "红[U+001B][31m.txt"]
