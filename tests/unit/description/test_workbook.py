"""The workbook: what is written comes back, mistakes are named by sheet and cell, hostile ones are refused."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from preserve.description.labels import (
    CASE,
    CASE_SHEET,
    CHOICES_SHEET,
    HELP_SHEET,
    OF_RECORDINGS,
    RECORDINGS_SHEET,
    SHEETS,
)
from preserve.description.reading import check_content, read_description
from preserve.description.schema import CaseDescription
from preserve.description.workbook import write_workbook

CONTENT: dict[str, Any] = {
    "case_number": "临文综罚〔2026〕12号",
    "archival_number": "LJ-0012",
    "case_type": "强制",
    "title": "=题名（一）",
    "cause": "案由",
    "producer": {"name": "局", "entrusted_by": "市局", "instrument": "委〔2026〕1号"},
    "start": "2026-01-05",
    "closed": "2026-03-12",
    "classification": "商业秘密",
    "access": ["甲", "乙"],
    "retention": "永久",
    "note": "备注\n第二行",
    "late_filing_reason": "等待复议",
    "parties": [{"name": "某公司", "identity": "007"}],
    "officers": [{"name": "陈立新", "number": "00123"}],
    "stages": [{"stage": "调查", "start": "2026-01-05", "end": "2026-02-01"}],
    "measures": [{"measure": "查封", "start": "2026-01-06T09:30:15", "end": "2026-01-06T10:00:00+08:00"}],
    "incidents": [{"incident": "阻碍", "when": "2026-01-06 09:40:00"}],
    "objects": [
        {
            "file": f"02调查/录像（{n}）.mp4",
            "kind": "现场录像",
            "stage": "调查",
            "evidence": n == 1,
            "proves": "经过",
            "recording_start": "2026-01-06T09:30:15",
            "device": "000123",
            "date": "2026-01-06",
        }
        for n in range(30)
    ],
}


def case() -> CaseDescription:
    """A description with every field in use."""
    described, findings = check_content(CONTENT, {}, "case")
    assert described is not None and not findings, findings
    return described


def written(tmp_path: Path, content: Any = None) -> Path:
    """A workbook."""
    write_workbook(tmp_path / "案卷.xlsx", content)
    return tmp_path / "案卷.xlsx"


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    assert read_description("案卷.xlsx", written(tmp_path, case()).read_bytes()) == (case(), [])


def test_the_template_has_every_heading_lists_and_instructions(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path))
    own = {CASE_SHEET, HELP_SHEET, CHOICES_SHEET, RECORDINGS_SHEET}
    assert own | {sheet for sheet, _ in SHEETS.values()} == set(book.sheetnames)
    assert [str(cell.value).rstrip(" *") for cell in book[CASE_SHEET]["A"][1:]] == list(CASE.values())
    files = SHEETS["objects"][1]
    sheets = {sheet: list(columns.values()) for sheet, columns in SHEETS.values()}
    sheets["文件"] = [label for name, label in files.items() if name not in (*OF_RECORDINGS, "volume")]
    sheets[RECORDINGS_SHEET] = [files["file"], *(files[name] for name in OF_RECORDINGS)]
    for sheet, labels in sheets.items():
        assert [str(cell.value).rstrip(" *") for cell in book[sheet][1]] == labels
        assert book[sheet].freeze_panes == "B2"
        assert book[sheet].print_title_rows == "$1:$1"
        assert book[sheet].page_setup.orientation == "landscape" and book[sheet].sheet_properties.pageSetUpPr.fitToPage
    starred = {str(cell.value) for sheet in book for cell in sheet[1] if str(cell.value).endswith("*")}
    assert [sheet for sheet in sheets if "设备编号 *" in [cell.value for cell in book[sheet][1]]] == ["设备时钟"], (
        starred
    )
    assert book[CHOICES_SHEET].sheet_state == "hidden"
    (measures,) = [rule.formula1 for rule in book["措施"].data_validations.dataValidation]
    assert [cell[0].value for cell in book[CHOICES_SHEET][measures.rpartition("!")[2].replace("$", "")]][:2] == [
        "查封",
        "解除查封",
    ]
    assert "开始和结束时间、现场环境" in str([cell.value for cell in book[HELP_SHEET]["B"]])
    lists = {rule.formula1 for rule in book["文件"].data_validations.dataValidation}
    assert '"启动,调查,审查,决定,送达,执行,归档"' in lists


@pytest.mark.parametrize("content", [None, "full"])
def test_every_cell_is_text_the_empty_ones_too(tmp_path: Path, content: str | None) -> None:
    book = openpyxl.load_workbook(written(tmp_path, case() if content else None))
    for sheet, columns in SHEETS.values():
        for row in book[sheet].iter_rows(min_row=2, max_row=250):
            assert {cell.number_format for cell in row} == {"@"}, (sheet, columns)
    assert {cell.number_format for cell in book[CASE_SHEET]["B"][1:]} == {"@"}


def test_problems_are_chosen_from_a_list_of_chinese_names(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path))
    (rule,) = book["问题说明"].data_validations.dataValidation
    names = [cell[0].value for cell in book[CHOICES_SHEET][rule.formula1.rpartition("!")[2].replace("$", "")]]
    assert {"缺少文书", "措施未完整录制"} <= set(names)
    assert "问题说明" in str([cell.value for cell in book[HELP_SHEET]["B"]])


def test_an_empty_template_says_what_to_fill_in(tmp_path: Path) -> None:
    described, findings = read_description("案卷.xlsx", written(tmp_path).read_bytes())
    assert described is None
    assert {"案号", "案件类型", "题名", "案由", "立案日期", "结案日期"} <= {one.values.get("field") for one in findings}


def changed(tmp_path: Path, sheet: str, cells: dict[str, Any]) -> bytes:
    """The full workbook with cells changed as a person would with a spreadsheet program."""
    book = openpyxl.load_workbook(written(tmp_path, case()))
    for cell, value in cells.items():
        book[sheet][cell] = value
        if isinstance(value, datetime):
            book[sheet][cell].number_format = "yyyy-mm-dd hh:mm:ss"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_real_dates_of_a_spreadsheet_are_understood(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 7, 9, 30, 17)
    described, findings = read_description("案卷.xlsx", changed(tmp_path, "措施", {"B2": moment, "C2": None}))
    assert described is not None, findings
    assert described.measures[0].start == moment


def test_a_mistake_is_named_by_sheet_cell_and_field(tmp_path: Path) -> None:
    described, findings = read_description("案卷.xlsx", changed(tmp_path, "文件", {"C5": "调察", "A7": None}))
    assert described is None
    assert [(one.code, one.where, one.values["field"]) for one in findings] == [
        ("case.field-choice", "案卷.xlsx 文件!C5", "文件 4 · 阶段"),
        ("case.field-missing", "案卷.xlsx 文件!A7", "文件 6 · 文件"),
    ]


def test_unknown_headings_are_named(tmp_path: Path) -> None:
    _, findings = read_description("案卷.xlsx", changed(tmp_path, "文件", {"A1": "文档"}))
    assert [(one.code, one.where, one.values["label"]) for one in findings] == [
        ("case.column-unknown", "文件!A1", "文档")
    ]


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return target.getvalue()


DOCTYPE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (DOCTYPE.encode(), "case.workbook-entities"),
        (b"<?xml version='1.0'?><!--" + b"<a>" * 100_000 + b"-->" + DOCTYPE.encode(), "case.workbook-entities"),
        (DOCTYPE.encode("utf-16"), "case.workbook-entities"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-', "case.workbook-damaged"),
        (b"not xml", "case.workbook-damaged"),
        (b" " * (300 << 20), "case.workbook-bomb"),
    ],
    ids=["entity", "behind a long comment", "utf-16", "utf-7", "not xml", "bomb"],
)
def test_hostile_workbooks_are_refused(tmp_path: Path, content: bytes, code: str) -> None:
    data = repacked(written(tmp_path).read_bytes(), "xl/workbook.xml", content)
    described, findings = read_description("案卷.xlsx", data)
    assert described is None
    assert [one.code for one in findings] == [code]


def test_a_claim_of_a_million_rows_costs_nothing(tmp_path: Path) -> None:
    data = changed(tmp_path, "文件", {"N1048576": "x"})
    described, findings = read_description("案卷.xlsx", data)
    assert described is not None and len(described.objects) == 30, findings


def _headings(path: Path) -> list[str]:
    book = openpyxl.load_workbook(path, read_only=True)
    return [str(cell.value).rstrip(" *") for cell in next(book[SHEETS["objects"][0]].iter_rows(max_row=1))]


def test_the_column_of_the_volume_is_there_where_files_are_divided_or_one_says_it(tmp_path: Path) -> None:
    write_workbook(tmp_path / "plain.xlsx")
    write_workbook(tmp_path / "divided.xlsx", volumes=True)
    assert "正卷或副卷" not in _headings(tmp_path / "plain.xlsx")
    assert "正卷或副卷" in _headings(tmp_path / "divided.xlsx")
    content = {**CONTENT, "objects": [{**CONTENT["objects"][0], "volume": "副卷"}, CONTENT["objects"][1]]}
    divided, findings = check_content(content, {}, "case")
    assert divided is not None and not findings
    write_workbook(tmp_path / "case.xlsx", divided)
    again, findings = read_description("case.xlsx", (tmp_path / "case.xlsx").read_bytes())
    assert again == divided and not findings
    assert [item.volume for item in divided.objects] == ["inner", None]


def test_the_outcome_and_the_reason_for_no_recording_come_back(tmp_path: Path) -> None:
    measures = [{**CONTENT["measures"][0], "unrecorded_reason": "当事人家中"}]
    told, findings = check_content({**CONTENT, "outcome": "撤案", "measures": measures}, {}, "case")
    assert told is not None and not findings
    assert (told.outcome, told.measures[0].unrecorded_reason) == ("withdrawn", "当事人家中")
    write_workbook(tmp_path / "case.xlsx", told)
    assert read_description("case.xlsx", (tmp_path / "case.xlsx").read_bytes()) == (told, [])
    none, findings = check_content({**CONTENT, "outcome": "赢了"}, {}, "case")
    assert none is None
    assert [one.code for one in findings] == ["case.name-unknown"]
