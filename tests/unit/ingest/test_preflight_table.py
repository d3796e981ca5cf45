"""The workbook of many cases: counts, marks, and names that stay names."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from metadata.findings import Finding
from preserve.errors import Conflict
from preserve.home import Home
from preserve.ingest.assess import preview
from preserve.ingest.preflight_table import Row, cells, heads, row_of, row_of_refused, write_table
from preserve.messages import say
from preserve.progress import Silent
from preserve.settings import Settings
from tests.support.tiny_case import write_case

ARTICLE = {"article": "8"}
FINDINGS = (
    Finding("format.empty", "a.pdf", "error", ARTICLE),
    Finding("format.empty", "b.pdf", "note", {**ARTICLE, "accepted_by": "周建国", "reason": "", "authority": ""}),
    Finding("format.empty", "c.pdf", "warning", ARTICLE),
    Finding("sip.no-scanner", "", "warning"),
)


def _home(folder: Path) -> Home:
    return Home(folder / "home", Settings(archive_id="01", institution="某局"))


def _row(number: str, *findings: Finding, due: str = "2026-05-01") -> Row:
    return Row(Path("/deposits/案"), number, "=1+1", "error", 0, 1, 1, 2, due, False, findings)


def test_the_row_of_a_case_counts_what_is_open(tmp_path: Path) -> None:
    case = write_case(tmp_path / "案")
    row = row_of(case, *preview(_home(tmp_path), case, Silent()))
    assert (row.case_number, row.title, row.refusals, row.errors) == ("临文综罚〔2026〕77号", "测试案", 0, 0)
    assert row.verdict == "explained"
    assert row.explained >= 1
    assert row.due == "2026-05-18", "Qingming and Labour Day were off, and on Saturday 9 May people worked"


def test_a_case_that_could_not_be_read_is_refused_whatever_was_found(tmp_path: Path) -> None:
    row = row_of_refused(tmp_path / "坏", FINDINGS)
    assert (row.verdict, row.refusals, row.errors, row.explained, row.warnings) == ("refuse", 0, 1, 1, 2)
    shown = cells(row)
    assert len(shown) == len(heads())
    assert (shown[0], shown[1], shown[7], shown[8]) == ("—", "—", "—", "坏")


def test_an_uncertain_day_is_said_to_be_so() -> None:
    assert cells(_row("一号"))[7] == "2026-05-01" + say("compliance.uncertain")


def test_names_never_become_formulas_and_counts_are_numbers(tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    write_table(target, [_row("=HYPERLINK()", *FINDINGS)], _home(tmp_path))
    sheet = openpyxl.load_workbook(target).worksheets[0]
    number, title, verdict, refusals, errors, *_ = sheet[2]
    assert (number.value, number.data_type) == ("=HYPERLINK()", "s")
    assert (title.value, title.data_type) == ("=1+1", "s")
    assert (refusals.value, errors.value, errors.data_type) == (0, 1, "n")
    assert verdict.font.bold


def test_only_what_the_department_can_mend_is_sent_back(tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    write_table(target, [_row("一号", *FINDINGS), _row("", Finding("sip.empty", "", "refuse"))], _home(tmp_path))
    problems = openpyxl.load_workbook(target).worksheets[1]
    rows = list(problems.iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[3]) for row in rows] == [("一号", "a.pdf"), ("一号", "c.pdf"), ("案", "—")]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    target.write_bytes(b"earlier")
    with pytest.raises(Conflict):
        write_table(target, [], _home(tmp_path))
    assert target.read_bytes() == b"earlier"
