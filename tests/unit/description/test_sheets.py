"""Cells that lost what was typed are refused, recordings join their files, rows left open are no answers."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from metadata.findings import Finding
from preserve.description.labels import OF_RECORDINGS, RECORDINGS_SHEET, SHEETS
from preserve.description.reading import check_content, read_description
from preserve.description.schema import CaseDescription
from preserve.description.workbook import write_workbook
from preserve.messages import say
from tests.unit.description.test_reading import GOOD

FILES = [
    {"file": "录像一.mp4", "kind": "现场录像", "stage": "调查", "shows": ["scene"], "stored": "2026-02-02 10:00"},
    {"file": "立案.pdf", "kind": "立案审批表", "stage": "启动", "doc_number": "文立〔2026〕3号", "pages": 2},
]


def book(tmp_path: Path) -> Any:
    """The workbook of a small case, as a spreadsheet program opens it."""
    content = {
        **GOOD,
        "parties": [{"name": "李某", "identity": "11010519491231002X"}],
        "measures": [{"measure": "inspection", "start": "2026-02-01 19:30"}],
        "objects": FILES,
    }
    case, findings = check_content(content, {}, "case")
    assert case is not None, findings
    write_workbook(tmp_path / "案卷.xlsx", case)
    return openpyxl.load_workbook(tmp_path / "案卷.xlsx")


def read(workbook: Any) -> tuple[CaseDescription | None, list[Finding]]:
    """What is read once it was saved."""
    target = io.BytesIO()
    workbook.save(target)
    return read_description("案卷.xlsx", target.getvalue())


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"),
    [
        ("当事人", "C2", 420101198001010017, "case.cell-number"),
        ("当事人", "C2", 4.2010119800101e17, "case.cell-number"),
        ("当事人", "C2", 91420100123456789, "case.cell-number"),
        ("当事人", "C2", "4.20101E+17", "case.cell-number"),
        ("案件", "B2", 2026031200000001, "case.cell-number"),
        ("案件", "B2", datetime(2026, 3, 1), "case.cell-date"),
        ("案件", "B2", date(2026, 3, 1), "case.cell-date"),
        ("录音录像", "C2", time(3, 4), "case.cell-date"),
        ("文件", "D2", "#N/A", "case.cell-error"),
    ],
    ids=["identity", "scientific", "credit code", "typed", "case number", "moment", "day", "device", "formula"],
)
def test_a_cell_that_lost_what_was_typed_is_refused(
    tmp_path: Path, sheet: str, cell: str, value: Any, code: str
) -> None:
    workbook = book(tmp_path)
    workbook[sheet][cell] = value
    case, findings = read(workbook)
    assert case is None
    assert [(one.code, one.where) for one in findings] == [(code, f"案卷.xlsx {sheet}!{cell}")]


def test_the_refusal_tells_a_person_to_write_text(tmp_path: Path) -> None:
    workbook = book(tmp_path)
    workbook["当事人"]["C2"] = 420101198001010017
    workbook["文件"]["C3"] = "调察"
    _, findings = read(workbook)
    assert [one.code for one in findings] == ["case.cell-number", "case.field-choice"]  # and the others at once
    assert "证件号码”请按文本填写，末几位可能已丢失" in say(findings[0].code, **findings[0].values)


def test_a_number_that_is_whole_is_taken_and_zeros_that_are_shown_count(tmp_path: Path) -> None:
    workbook = book(tmp_path)
    sheet = workbook["执法人员"]
    sheet["A2"], sheet["B2"] = "陈立新", 31107
    sheet["B2"].number_format = "0000000"
    sheet["A3"], sheet["B3"] = "王晓梅", 110101
    case, findings = read(workbook)
    assert case is not None, findings
    assert [officer.number for officer in case.officers] == ["0031107", "110101"]


def test_a_wrong_check_digit_is_a_warning(tmp_path: Path) -> None:
    workbook = book(tmp_path)
    workbook["当事人"]["C2"] = "110105194912310021"
    case, findings = read(workbook)
    assert case is not None
    assert [(one.code, one.severity) for one in findings] == [("case.identity-doubtful", "warning")]
    assert "110105194912310021" not in say(findings[0].code, **findings[0].values)  # findings are read by others


def test_dates_and_times_as_a_spreadsheet_keeps_them(tmp_path: Path) -> None:
    workbook = book(tmp_path)
    workbook["措施"]["B2"] = 46054.8125  # a moment in a cell that shows numbers
    workbook["措施"]["C2"] = time(20, 12)
    workbook["录音录像"]["J2"] = time(0, 3)  # 0:03 typed: three seconds, which the program keeps as minutes
    workbook["录音录像"]["J2"].number_format = "h:mm"
    case, findings = read(workbook)
    assert case is not None, findings
    assert str(case.measures[0].start) == "2026-02-01 19:30:00"
    assert str(case.measures[0].end) == "2026-02-01 20:12:00"
    assert case.objects[0].spoken_explanation == "0:03"


def test_the_sheet_of_recordings_adds_to_its_files(tmp_path: Path) -> None:
    workbook = book(tmp_path)
    assert [row[0].value for row in workbook[RECORDINGS_SHEET].iter_rows(min_row=2, max_row=3)] == ["录像一.mp4", None]
    workbook[RECORDINGS_SHEET]["C2"] = "DSJ-1"
    case, findings = read(workbook)
    assert case is not None, findings
    assert (case.objects[0].device, case.objects[0].shows) == ("DSJ-1", ("scene",))
    assert (case.objects[1].doc_number, case.objects[1].pages) == ("文立〔2026〕3号", 2)


def test_a_recording_that_no_file_is_listed_for_is_refused(tmp_path: Path) -> None:
    workbook = book(tmp_path)
    workbook[RECORDINGS_SHEET]["A2"] = "录像二.mp4"
    _, findings = read(workbook)
    assert [(one.code, one.where) for one in findings] == [("case.recording-unlisted", "案卷.xlsx 录音录像!A2")]


def test_what_both_sheets_say_must_be_the_same(tmp_path: Path) -> None:
    workbook = book(tmp_path)
    sheet = workbook["文件"]
    column = sheet.max_column + 1
    sheet.cell(1, column, "设备编号")
    sheet.cell(2, column, "DSJ-1")
    workbook[RECORDINGS_SHEET]["C2"] = "DSJ-2"
    _, findings = read(workbook)
    assert [(one.code, one.where) for one in findings] == [("case.written-twice", "案卷.xlsx 录音录像!C2")]


def test_a_workbook_of_an_earlier_release_is_read(tmp_path: Path) -> None:
    workbook = book(tmp_path)
    del workbook[RECORDINGS_SHEET], workbook["文件"]
    sheet = workbook.create_sheet("文件")
    later = ("doc_number", "responsible", "pages")
    columns = {name: label for name, label in SHEETS["objects"][1].items() if name not in later}
    sheet.append(
        [label + " *" if name in ("file", "kind", "stage", "device") else label for name, label in columns.items()]
    )
    row = {"file": "录像一.mp4", "kind": "现场录像", "stage": "调查", "shows": "现场环境；现场人员", "device": "DSJ-1"}
    sheet.append([row.get(name) for name in columns])
    case, findings = read(workbook)
    assert case is not None, findings
    assert (case.objects[0].device, case.objects[0].shows) == ("DSJ-1", ("scene", "persons"))
    assert set(OF_RECORDINGS) < set(columns)


def test_a_problem_that_nobody_answered_is_no_answer(tmp_path: Path) -> None:
    workbook = book(tmp_path)
    sheet = workbook["问题说明"]
    sheet["A2"], sheet["B2"] = "缺少文书", "送达回证"
    case, findings = read(workbook)
    assert case is not None and case.acceptances == (), findings
    sheet["D2"] = "当场送达"
    case, findings = read(workbook)
    assert case is None and [one.values["field"] for one in findings] == ["问题说明 1 · 说明人"]
