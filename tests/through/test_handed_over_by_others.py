"""What others hand over, through the command line: a folder of two cases, and papers with a case system's export."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from preserve.description.sheets import read_workbook
from tests.support.handover_folders import dat93
from tests.support.program import Archive, found
from tests.support.tiny_case import answers_for


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return found(tmp_path_factory.mktemp("handed-over") / "home")


def files_of(archive: Archive, objid: str, below: str) -> dict[str, bytes]:
    (root,) = (archive.home / "store" / "packages").glob(f"{objid}_v0001/data/{objid}/{below}")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_two_cases_of_one_folder_come_in_each_with_its_own(archive: Archive, tmp_path: Path) -> None:
    folder = dat93(tmp_path / "移交包", cases=2, papers=1)
    package = Path(shutil.make_archive(str(tmp_path / "移交包"), "zip", folder))
    for lang, words in (("zh", "信息包中有 2 个案卷"), ("en", "The package holds 2 cases")):
        refused = archive.run("ingest", str(package), lang=lang)
        assert refused.returncode == 3 and words in refused.stderr and "--split" in refused.stderr
    assert archive.leftovers() == []
    drafted = archive.json("describe", str(package), "--split", str(tmp_path / "著录"))
    for number, case in enumerate(drafted["cases"], 1):
        content = read_workbook(Path(case["path"]).read_bytes()).content
        content |= {
            "case_number": f"临文综罚〔2026〕{number}号",
            "cause": "测试",
            "title": "案",
            "case_type": "penalty",
        }
        content["acceptances"] = answers_for(content)
        description = tmp_path / f"{number}.json"
        description.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        (done,) = archive.json("ingest", str(package), "--description", str(description))["ingests"]
        originals = files_of(archive, done["objid"], "representations/original/data")
        assert list(originals.values()) == [f"{number}-1".encode()]
        kept = set(files_of(archive, done["objid"], "documentation/submission/package"))
        assert {"目录文件.XML", "说明文件.TXT"} < kept and len(kept) == 3, (
            "the catalogue, the statement, its own metadata"
        )


def test_papers_with_an_export_need_no_other_description(archive: Archive, tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "1.txt").write_text("现场检查笔录", encoding="utf-8")
    export = "案件名称,案由,案号,立案日期,结案日期,办案机构,文书名称,文件名,怪列\n甲案,测试,临文综检〔2026〕8号,2026年1月5日,2026.2.5,某支队,现场检查笔录,1.txt,值\n"
    (case / "导出.csv").write_bytes(export.encode("gb18030"))
    checked = archive.run("check", str(case))
    assert checked.returncode == 3 and "怪列" in checked.stderr, "what no field takes is named"
    drafted = archive.json(
        "describe", str(case / "导出.csv"), "--map", "chinese-columns", "--output", str(tmp_path / "c.json")
    )
    assert drafted["files"] == ["1.txt"]
    content = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    content["acceptances"] = answers_for(content)
    (tmp_path / "c.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (done,) = archive.json("ingest", str(case), "--description", str(tmp_path / "c.json"))["ingests"]
    originals = files_of(archive, done["objid"], "representations/original/data")
    assert originals["导出.csv"] == (case / "导出.csv").read_bytes()
