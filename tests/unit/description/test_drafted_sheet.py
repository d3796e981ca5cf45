"""The sheet of what a machine read goes out in a workbook and comes back with a person's answers."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from PIL import Image

from preserve.description.drafted import Proposal
from preserve.description.drafted_sheet import SHEET, read_sheet
from preserve.description.reading import read_description
from preserve.description.workbook import write_workbook

NUMBER = "临文综罚〔2026〕12号"
CONTENT: dict[str, Any] = {
    "case_number": "",
    "case_type": "penalty",
    "title": "题名",
    "cause": "案由",
    "producer": {"name": "局"},
    "start": "2026-01-05",
    "closed": "2026-03-12",
    "objects": [{"file": "01/a.jpg", "kind": "文书", "stage": "investigation", "date": "2026-03-01"}],
}


def _proposal(sheet: str, field: str, value: str, row: str = "", before: str = "") -> Proposal:
    return Proposal(
        sheet=sheet, field=field, value=value, row=row, before=before, file="01/a.jpg", page=1, text="一行", score=0.97
    )


PROPOSALS = (
    _proposal("case", "case_number", NUMBER),
    _proposal("objects", "stage", "decision", "01/a.jpg", "investigation"),
    _proposal("objects", "date", "2026-03-02", "01/a.jpg", "2026-03-01"),
    _proposal("parties", "name", "张三", "张三"),
    _proposal("seen", "seal", "yes"),
)


def _line() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (600, 40), "white").save(out, "PNG")
    return out.getvalue()


def _written(at: Path, change: Callable[[Any], None]) -> bytes:
    write_workbook(at, CONTENT, proposals=PROPOSALS, pictures={0: _line()})
    book = openpyxl.load_workbook(at)
    change(book)
    book.save(at)
    return at.read_bytes()


def test_yellow_cells_hold_the_value_and_the_sheet_its_picture(tmp_path: Path) -> None:
    path = tmp_path / "案卷.xlsx"
    write_workbook(path, CONTENT, proposals=PROPOSALS, pictures={0: _line()})
    book = openpyxl.load_workbook(path)
    cell = book["案件"]["B2"]
    assert cell.value == NUMBER and cell.fill.fgColor.rgb == "FFFFF2CC" and "未核对" in cell.comment.text
    assert book["案件"]["B4"].fill.fgColor.rgb != "FFFFF2CC"
    assert book["文件"]["C2"].value == "决定" and book["当事人"]["A2"].value == "张三"
    sheet = book[SHEET]
    assert "机读，未核对" in sheet["A1"].value and len(sheet._images) == 1
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_col=9)]
    assert [row[1] for row in rows] == [NUMBER, "决定", "2026-03-02", "张三", "见"]
    assert rows[1][3:7] == ["文件", "阶段", "01/a.jpg", "调查"]


def test_an_untouched_workbook_says_nothing_that_a_machine_read(tmp_path: Path) -> None:
    case, findings = read_description("案卷.xlsx", _written(tmp_path / "a.xlsx", lambda book: None))
    assert case is None  # the number of the case is still asked for
    codes = [(one.code, one.severity) for one in findings]
    assert codes.count(("reading.draft-unconfirmed", "warning")) == 4
    assert [one.where for one in findings if one.severity == "refuse"] == ["案卷.xlsx 案件!B2"]


def test_what_was_taken_by_name_counts_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    def take(book: Any) -> None:
        sheet = book[SHEET]
        sheet["B2"] = "周建国"
        for number in (4, 6, 7):
            sheet.cell(number, 1).value = "是"
        sheet["A5"] = "否"

    case, findings = read_description("案卷.xlsx", _written(tmp_path / "a.xlsx", take))
    assert case is not None
    assert (case.case_number, case.parties[0].name) == (NUMBER, "张三")
    assert (case.objects[0].stage.value, str(case.objects[0].date)) == ("investigation", "2026-03-02")
    told = {one.code: one for one in findings}
    assert told["reading.draft-confirmed"].values == {"count": 3, "person": "周建国"}
    assert told["reading.draft-unconfirmed"].where == "案卷.xlsx 文件!C2"


def test_rows_may_be_sorted_and_columns_moved(tmp_path: Path) -> None:
    def turn_over(book: Any) -> None:
        sheet = book[SHEET]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_row=8, max_col=10)]
        head, body = rows[0], rows[1:]
        for number, row in enumerate([head, *reversed(body)], 3):
            for place, value in enumerate(reversed(row), 1):
                sheet.cell(number, place).value = value
        sheet["B2"] = "周建国"
        sheet["J8"] = "是"

    case, _ = read_description("案卷.xlsx", _written(tmp_path / "a.xlsx", turn_over))
    assert case is not None and case.case_number == NUMBER


def test_a_sheet_without_its_headings_answers_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["核对人", "周建国"])  # type: ignore[union-attr]
    answers = read_sheet(book.active)
    assert (answers.person, answers.rows) == ("周建国", [])


def test_a_workbook_without_proposals_has_no_such_sheet(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", CONTENT)
    assert SHEET not in openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
