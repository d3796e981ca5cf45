"""Another bureau with a type of case, a measure and article numbers of its own, through the program, from files alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from preserve.profiles import SHIPPED
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("other-bureau")

CASE_TYPE = """case_type = "licence-inspection"
name = { zh = "行政许可检查", en = "inspection of licences" }
also = ["许可检查"]

[[document]]
name = { zh = "许可核查表", en = "licence sheet" }
stage = "investigation"
article = "31"
severity = "error"
words = ["核查表"]

[[document]]
name = { zh = "账号查封通知书", en = "notice of the blocked account" }
stage = "execution"
article = "32"
severity = "error"
words = ["账号查封"]
when = { measures = ["block-account"] }
"""
MEASURE = """
[[measure]]
name = "block-account"
label = { zh = "查封网络账号", en = "blocking an account" }
also = ["封号"]
"""


def _shipped(name: str, *changes: tuple[str, str]) -> str:
    text = (SHIPPED / name).read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive of a market regulator with its own words and rules."""
    archive = found(tmp_path_factory.mktemp("bureau") / "home")
    own = archive.home / "profiles"
    (own / "cases").mkdir(parents=True, exist_ok=True)
    (own / "cases" / "licence.toml").write_text(CASE_TYPE, encoding="utf-8")
    (own / "vocabulary.toml").write_text(_shipped("vocabulary.toml") + MEASURE, encoding="utf-8")
    rules = _shipped(
        "rules.toml",
        (
            'article = "9"\nseverity = "error"\nmeasures = ["seal",',
            'article = "41"\nseverity = "error"\nmeasures = ["block-account", "seal",',
        ),
        ('measures = ["seal", "seize",', 'measures = ["block-account", "seal", "seize",'),
    )
    (own / "rules.toml").write_text(rules, encoding="utf-8")
    return archive


def _fill(book: Path, sheet: str, rows: list[dict[str, Any]]) -> None:
    """Write rows into a sheet of the workbook as a person would, each value under its heading."""
    opened = openpyxl.load_workbook(book)
    page = opened[sheet]
    if sheet == "案件":
        places = {str(cell.value).rstrip(" *"): cell.row for cell in page["A"]}
        for label, value in rows[0].items():
            page.cell(places[label], 2, value)
    else:
        columns = {str(cell.value).rstrip(" *"): cell.column for cell in page[1]}
        for number, row in enumerate(rows, 2):
            for label, value in row.items():
                page.cell(number, columns[label], value)
    opened.save(book)


@pytest.fixture(scope="module")
def case(bureau: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case of the new type, its description filled into the program's own template."""
    folder = tmp_path_factory.mktemp("cases") / "许可检查案"
    folder.mkdir()
    (folder / "检查记录.txt").write_text("检查记录：网店未公示许可证。\n", encoding="utf-8")
    book = folder / "案卷.xlsx"
    assert bureau.run("describe", "--template", "--output", str(book)).returncode == 0
    opened = openpyxl.load_workbook(book)
    assert "行政许可检查" in [cell.value for cell in opened["选项"]["A"]]
    assert "查封网络账号" in [cell.value for cell in opened["选项"]["B"]]
    facts = {
        "案号": "江市监检〔2026〕3号",
        "案件类型": "行政许可检查",
        "题名": "网店许可检查",
        "案由": "未公示许可证",
        "形成单位": "江城市市场监督管理局",
        "立案日期": "2026-03-02",
        "结案日期": "2026-03-20",
        "逾期归档理由": "测试",
    }
    _fill(book, "案件", [facts])
    _fill(book, "措施", [{"措施": "查封网络账号", "开始时间": "2026-03-04 10:00", "结束时间": "2026-03-04 10:10"}])
    _fill(book, "文件", [{"文件": "检查记录.txt", "文书或录制种类": "检查记录", "阶段": "调查"}])
    return folder


def test_its_profiles_are_sound_and_shown(bureau: Archive) -> None:
    checked = bureau.run("profiles", "check")
    assert checked.returncode == 0, checked.stderr
    table = bureau.run("profiles", "show", "vocabulary", lang="zh").stdout
    (row,) = [line for line in table.splitlines() if "block-account" in line]
    assert "查封网络账号" in row and "封号" in row and "41" in row
    assert "licence-inspection" in table
    assert "许可核查表" in bureau.run("profiles", "show", "licence", lang="zh").stdout


def test_its_rules_are_applied_under_its_articles(bureau: Archive, case: Path, tmp_path: Path) -> None:
    told = bureau.run("--json", "check", str(case), "--report", str(tmp_path))
    assert told.returncode == 3
    found_ = {
        (one["code"], str(one["values"].get("article"))): one["message"] for one in json.loads(told.stdout)["findings"]
    }
    assert ("rule.document-missing", "31") in found_
    assert ("rule.document-missing", "32") in found_
    assert "blocking an account" in found_["rule.measure-not-recorded", "41"]
    report = json.loads((tmp_path / f"{case.name}.compliance.json").read_text(encoding="utf-8"))
    standing = {one["article"]: (one["title"], one["standing"]) for one in report["articles"]}
    assert standing["31"] == standing["32"] == ("written record", "failed")
    assert standing["41"] == ("measures that must be recorded", "failed")
    assert not {"7", "9"} & set(standing)
    pages = (tmp_path / f"{case.name}.compliance.html").read_text(encoding="utf-8")
    assert "inspection of licences" in pages


def test_a_case_of_the_new_type_is_taken_in_and_found(bureau: Archive, case: Path) -> None:
    answers = [
        {"问题名称": name, "涉及文件或文书": where, "说明人": "周建国", "理由": "线上检查，平台留存"}
        for name, where in (
            ("document-missing", "许可核查表"),
            ("document-missing", "账号查封通知书"),
            ("measure-not-recorded", "查封网络账号"),
        )
    ]
    _fill(case / "案卷.xlsx", "问题说明", answers)
    _fill(case / "案卷.xlsx", "文件", [{"密级与限制": "商业秘密"}])
    done = bureau.run("--json", "ingest", str(case))
    assert done.returncode == 0, done.stdout + done.stderr
    objid = json.loads(done.stdout)["ingests"][0]["objid"]
    (row,) = [one for one in bureau.json("list")["cases"] if one["objid"] == objid]
    assert (row["case_type"], row["long_term"]) == ("licence-inspection", True)
    # One object raises the whole case (Art. 20): in the catalogue, in PREMIS, in Dublin Core; and it is said.
    assert row["classification"] == "commercial-secret"
    assert "rule.classification-raised" in done.stdout
    assert "行政许可检查" in bureau.run("list", lang="zh").stdout
    assert "inspection of licences" in bureau.run("show", objid).stdout
    (package,) = bureau.packages()
    assert bureau.run("verify", str(package)).returncode == 0
    premis = (package / "data" / objid / "metadata" / "preservation" / "premis.xml").read_text(encoding="utf-8")
    assert "商业秘密: 未经行政执法机关负责人批准不得公开" in premis and ">commercial-secret<" in premis
    core = (package / "data" / objid / "metadata" / "descriptive" / "dc.xml").read_text(encoding="utf-8")
    assert "commercial secret" in core
    assert "inspection of licences" in core  # in the language that this archive was made with


def test_an_archive_without_these_rules_names_those_it_has(case: Path, tmp_path: Path) -> None:
    other = found(tmp_path / "home")
    told = other.run("check", str(case), lang="zh")
    assert told.returncode == 3
    assert "案卷.xlsx 案件!B4" in told.stderr and "行政强制、行政检查、行政处罚" in told.stderr
    assert "案卷.xlsx 措施!A2" in told.stderr and "查封网络账号" in told.stderr


def test_a_word_that_no_profile_has_is_a_mistake_with_its_line(bureau: Archive) -> None:
    file = bureau.home / "profiles" / "rules.toml"
    sound = file.read_text(encoding="utf-8")
    try:
        file.write_text(sound.replace('"unseal", ', '"unsael", ', 1), encoding="utf-8")
        told = bureau.run("profiles", "check", lang="zh")
        line = next(n for n, text in enumerate(sound.splitlines(), 1) if '"unseal", ' in text)
        assert told.returncode == 3
        (bureau.home / "profiles" / "vocabulary.toml").rename(bureau.home / "aside")
        (bureau.home / "profiles" / "vocabulary.toml").write_text("measure = 1\n", encoding="utf-8")
        assert bureau.run("list", lang="zh").returncode == 0  # what is held already can be found all the same
        (bureau.home / "aside").replace(bureau.home / "profiles" / "vocabulary.toml")
        assert f"rules.toml:{line}" in told.stderr and "unsael" in told.stderr and "block-account" in told.stderr
    finally:
        file.write_text(sound, encoding="utf-8")
