"""A deposit whose only description is an export comes in as it is; the export stays one of the case's files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from preserve.clock import CHINA
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.assess import preview
from preserve.ingest.case_systems.deposits import over_a_draft
from preserve.ingest.draft import draft
from preserve.progress import Silent
from preserve.settings import Settings


def home(folder: Path) -> Home:
    return Home(folder / "home", Settings(archive_id="01", institution="某局"))


def deposit(folder: Path, **changes: object) -> Path:
    """Two papers and what a case system says of them."""
    export = {
        "caseName": "某网吧案",
        "caseReason": "接纳未成年人",
        "caseNumber": "临文综罚〔2026〕1号",
        "filingTime": "2026-01-05 10:00:00",
        "closingTime": "2026-02-05 10:00:00",
        "mainVolumeList": [
            {"documentName": "现场检查笔录", "documentUrl": "https://x/f/1.txt"},
            {"documentName": "行政处罚决定书", "documentUrl": "文书/2.txt"},
        ],
        **changes,
    }
    (folder / "文书").mkdir(parents=True)
    (folder / "文书/1.txt").write_text("现场检查笔录", encoding="utf-8")
    (folder / "文书/2.txt").write_text("行政处罚决定书", encoding="utf-8")
    (folder / "案件.json").write_text(json.dumps(export, ensure_ascii=False), encoding="utf-8")
    return folder


def test_nothing_is_typed_again(tmp_path: Path) -> None:
    assessed, judged = preview(home(tmp_path), deposit(tmp_path / "case"), Silent())
    case = assessed.description
    assert (case.case_number, case.cause, case.producer.name) == ("临文综罚〔2026〕1号", "接纳未成年人", "某局")
    assert {item.file: item.kind for item in case.objects} == {
        "文书/1.txt": "现场检查笔录",
        "文书/2.txt": "行政处罚决定书",
        "案件.json": "业务系统导出数据",
    }
    assert {entry.path for entry in assessed.deposit.files} == {item.file for item in case.objects}
    assert "foreign.mapped" in {finding.code for finding in judged.findings}


def test_a_draft_has_what_the_export_says_above_what_the_files_show(tmp_path: Path) -> None:
    place = deposit(tmp_path / "case")
    (place / "文书/附图.txt").write_text("附图", encoding="utf-8")
    content, _ = draft(place)
    content, findings = over_a_draft(content, place, None, CHINA, "某局")
    assert (content["case_number"], content["start"]) == ("临文综罚〔2026〕1号", "2026-01-05")
    assert [row["file"] for row in content["objects"]] == ["文书/1.txt", "文书/2.txt", "文书/附图.txt", "案件.json"]
    assert content["objects"][1]["kind"] == "行政处罚决定书"
    assert "foreign.mapped" in {finding.code for finding in findings}
    (place / "又.json").write_bytes((place / "案件.json").read_bytes())
    assert [finding.code for finding in over_a_draft(content, place, None, CHINA, "")[1]] == ["sip.many-descriptions"]


def test_a_file_that_the_export_names_and_nobody_sent_is_refused(tmp_path: Path) -> None:
    place = deposit(tmp_path / "case")
    (place / "文书/2.txt").unlink()
    with pytest.raises(Refused) as refused:
        preview(home(tmp_path), place, Silent())
    assert any(
        "文书/2.txt" in (finding.where, *map(str, finding.values.values())) for finding in refused.value.findings
    )


def test_two_exports_are_refused_and_none_is_no_description(tmp_path: Path) -> None:
    place = deposit(tmp_path / "case")
    (place / "又.json").write_bytes((place / "案件.json").read_bytes())
    with pytest.raises(Refused, match=r"sip\.many-descriptions"):
        preview(home(tmp_path), place, Silent())
    for name in ("又.json", "案件.json"):
        (place / name).write_text("{}", encoding="utf-8")
    with pytest.raises(Refused, match=r"sip\.no-description"):
        preview(home(tmp_path), place, Silent())


def test_an_export_of_several_cases_is_refused(tmp_path: Path) -> None:
    place = deposit(tmp_path / "case")
    one = json.loads((place / "案件.json").read_text(encoding="utf-8"))
    (place / "案件.json").write_text(json.dumps({"data": [one, {**one, "caseNumber": "2"}]}), encoding="utf-8")
    with pytest.raises(Refused, match=r"foreign\.several-exported"):
        preview(home(tmp_path), place, Silent())
