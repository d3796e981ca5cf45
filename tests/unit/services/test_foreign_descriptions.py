"""Descriptions of the cases of a package and of an export, written for a person to complete; never over a file."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from preserve.description.sheets import read_workbook
from preserve.errors import Conflict, NotFound, Refused, UsageError
from preserve.ingest.assess import preview
from preserve.ingest.handed import Handed
from preserve.progress import Silent
from preserve.services.foreign_descriptions import describe_cases, describe_export
from preserve.services.session import Session, begin, of_this_process
from tests.support.handover_folders import dat93
from tests.support.small_case import small_archive


def nowhere() -> Session:
    return begin(None, of_this_process(), "zh", "nothing")


def test_each_case_of_a_package_is_taken_in_with_its_own_description(tmp_path: Path) -> None:
    package = dat93(tmp_path / "package", cases=2)
    archive = small_archive(tmp_path / "home")
    with pytest.raises(Refused, match=r"foreign\.several-cases"):
        preview(archive.home, package, Silent())
    drafted = describe_cases(nowhere(), package, tmp_path / "out", place=archive.home.path)
    assert [case.number for case in drafted.cases] == ["J001-ZY·ZF·2026·D30-001", "J001-ZY·ZF·2026·D30-002"]
    content = read_workbook(drafted.cases[1].path.read_bytes()).content
    assert [row["file"].rpartition("/")[2] for row in content["objects"]] == ["文书1.txt", "文书2.txt"]
    content |= {"case_number": "文罚字〔2026〕2号", "case_type": "inspection", "cause": "测试", "title": "乙案"}
    content["acceptances"] = [{"finding": "document-missing", "where": "", "person": "李局长", "reason": "旧案"}]
    beside = Handed(package, json.dumps(content, ensure_ascii=False).encode())
    assessed, _ = preview(archive.home, beside, Silent())
    assert [stream.read() for _, stream in assessed.deposit.source.stream(lambda entry: True)] == [b"2-1", b"2-2"]
    kept = {name for name, _ in assessed.submission()}
    assert not any("D30-001-" in name for name in kept), "papers of the other case stay outside"
    with pytest.raises(Conflict):
        describe_cases(nowhere(), package, tmp_path / "out", place=archive.home.path)
    other = Handed(package, json.dumps({**content, "archival_number": "别的", "case_number": "别的"}).encode())
    with pytest.raises(Refused, match=r"foreign\.case-not-there"):
        preview(archive.home, other, Silent())
    archive.close()


def test_what_is_no_package_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match=r"foreign\.no-package"):
        describe_cases(nowhere(), tmp_path, tmp_path / "out")


def test_an_export_is_described_by_the_mapping_that_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["案件名称", "案号", "立案日期", "文书名称", "文件名"],
        ["甲案", "文罚〔2026〕1号", "2026年1月5日", "立案审批表", "a.pdf"],
    ):
        book.active.append(row)
    book.save(tmp_path / "导出.xlsx")
    read = describe_export(nowhere(), tmp_path / "导出.xlsx", "chinese-columns", tmp_path / "c.toml")
    assert (read.system, read.files) == ("chinese-columns", ("a.pdf",))
    assert "甲案" in (tmp_path / "c.toml").read_text(encoding="utf-8")
    beside = describe_export(nowhere(), tmp_path / "导出.xlsx", "chinese-columns")
    assert beside.path.name == "导出.xlsx.案卷.xlsx"
    with pytest.raises(NotFound, match=r"foreign\.no-mapping"):
        describe_export(nowhere(), tmp_path / "导出.xlsx", "nobody's", tmp_path / "d.toml")
    with pytest.raises(Refused, match=r"foreign\.not-of-system"):
        describe_export(nowhere(), tmp_path / "导出.xlsx", "pinyin", tmp_path / "d.toml")
    assert not (tmp_path / "d.toml").exists()
