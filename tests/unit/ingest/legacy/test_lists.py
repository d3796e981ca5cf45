"""Lists of old cases as bureaus keep them, each kind of the shipped profiles, with everything that people do to them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from preserve.errors import Refused
from preserve.ingest.legacy.lists import read_list
from preserve.ingest.legacy.records import Cell, ListedCase, ListedPlace


def book(folder: Path, rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), name: str = "list.xlsx") -> Path:
    """A workbook of one sheet."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "目录"
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    made.save(folder / name)
    return folder / name


def codes(found: Any) -> list[tuple[str, str]]:
    """What was told, and where."""
    return [(finding.code, finding.where) for finding in found.findings]


def test_a_catalogue_of_volumes_with_two_levels_of_headings_and_a_heading_on_every_page(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["某市文化市场综合行政执法支队案卷目录"],
        ["全宗号：J019", "", "目录号：3", "", "年度：2012"],
        ["案卷号", "题 名", "文号", "起止日期", "", "保管期限", "备注"],
        ["", "", "", "起", "止", "", ""],
        [1, "张某擅自经营案", "文罚字〔2012〕1号", "2012.3.5", date(2012, 6, 1), "长期", ""],
        ["2", "李某擅自经营案", "文罚字(2012)第02号", "20120305", "2012年7月", "30", ""],
        ["案卷号", "题名", "文号", "起", "止", "保管期限", "备注"],
        ["3", "王某擅自经营案", "文罚字[2012]３号", "不详", "２０１２年８月１日", "永久", "缺页"],
        ["小计", 3],
        ["4", "赵某擅自经营案", "", "坏", "", "短期", ""],
        ["填表人：某某", "", "审核人："],
    ]
    found = read_list(book(tmp_path, rows, ("A1:G1", "D3:E3", *(f"{one}3:{one}4" for one in "ABCFG"))))
    assert found.profile == "volumes"
    assert [case.key for case in found.cases] == ["文罚字[2012]1", "文罚字[2012]2", "文罚字[2012]3", "J019-3-4"]
    first, second, third, fourth = found.cases
    assert first.number == "文罚字〔2012〕1号"
    assert first.cells == (Cell("目录", 5),)
    assert (first.facts["start"], first.facts["closed"]) == ("2012-03-05", "2012-06-01")
    assert (second.facts["legacy.closed"], second.facts["retention"]) == ("2012-07", "30-years")
    assert "start" not in third.facts
    assert (third.facts["closed"], third.facts["note"]) == ("2012-08-01", "缺页")
    assert (fourth.number_is, fourth.archival_number, fourth.facts["legacy.closed"]) == (
        "archival_number",
        "J019-3-4",
        "2012",
    )
    assert codes(found) == [("legacy.cell-day", "目录!D10")]
    assert fourth.rest == {"起止日期 起": "坏"}


KINDS: dict[str, tuple[list[list[Any]], dict[str, str], dict[str, Any]]] = {
    "cases": (
        [
            ["序号", "案号", "当事人", "案由", "立案日期", "结案日期", "承办人"],
            [1, "文罚字（2019）7号", "张某", "擅自从事互联网上网服务", "2019-3-5", 43600, "甲、乙"],
        ],
        {
            "parties": "张某",
            "officers": "甲、乙",
            "cause": "擅自从事互联网上网服务",
            "start": "2019-03-05",
            "closed": "2019-05-15",
        },
        {"key": "文罚字[2019]7"},
    ),
    "items-2015": (
        [
            ["序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注"],
            [1, "J019-ZY•ZF•2019－D30-0001", "文罚字〔2019〕8号", "某局", "处罚决定书", "20190405", "内部", 4, ""],
        ],
        {"title": "处罚决定书", "closed": "2019-04-05", "producer.name": "某局", "classification": "internal"},
        {"key": "文罚字[2019]8", "archival_number": "J019-ZY•ZF•2019－D30-0001", "rest": {"序号": "1", "页数": "4"}},
    ),
    "items-2000": (
        [
            ["件号", "责任者", "文号", "题名", "日期", "页数", "备注"],
            ["1", "某局", "文罚字〔2005〕9号", "处罚决定书", "2005年4月", "3", ""],
        ],
        {"title": "处罚决定书", "legacy.closed": "2005-04"},
        {"key": "文罚字[2005]9"},
    ),
    "hand-over": (
        [
            ["档案名称", "卷号", "册数", "起止年度", "档案编号", "应保管期限", "已保管期限"],
            ["处罚案卷", "12", 1, "2008-2009", "J019-3-12", "永久", "5年"],
        ],
        {"title": "处罚案卷", "legacy.start": "2008", "legacy.closed": "2009", "retention": "permanent"},
        {"key": "J019-3-12", "number_is": "archival_number"},
    ),
    "carriers": (
        [
            ["光盘编号", "内容", "案号", "刻录日期", "刻录人", "备注"],
            ["CD-003", "执法录像", "文罚字〔2010〕3号", "2010-5-1", "丙", ""],
        ],
        {"title": "执法录像"},
        {"key": "文罚字[2010]3", "located": (ListedPlace(disc="CD-003"),), "places": ("CD-003",)},
    ),
    "recordings": (
        [
            ["序号", "文件名", "路径", "案号", "当事人", "拍摄时间", "时长"],
            [1, "a.mp4", "D:\\2010\\", "文罚字〔2010〕3号", "张某", "2010-5-1 9:00", "0:30"],
            [2, "b.mp4", "D:\\2010\\", "文罚字(2010)03号", "张某", "2010-5-1 9:30", "0:30"],
        ],
        {"parties": "张某"},
        {
            "key": "文罚字[2010]3",
            "cells": (Cell("目录", 2), Cell("目录", 3)),
            "located": (ListedPlace(path="D:\\2010\\", file="a.mp4"), ListedPlace(path="D:\\2010\\", file="b.mp4")),
        },
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_known_by_its_headings(tmp_path: Path, kind: str) -> None:
    rows, facts, rest = KINDS[kind]
    found = read_list(book(tmp_path, rows))
    assert found.profile == kind
    assert not found.findings
    (case,) = found.cases
    assert facts.items() <= case.facts.items()
    assert {name: getattr(case, name) for name in rest} == rest


def test_totals_and_signatures_are_no_cases_and_parties_that_look_like_them_are(tmp_path: Path) -> None:
    rows = [
        ["当事人", "案号", "案由"],
        ["小计划文化公司", "文罚字〔2010〕1号", "擅自"],
        ["负责人才公司", "文罚字〔2010〕2号", "擅自"],
        ["本页小计：2件", "", ""],
        ["合计", "2", ""],
        ["制表人：甲", "", "2010年5月"],
        ["合计", "", "3"],
    ]
    found = read_list(book(tmp_path, rows))
    assert [case.facts["parties"] for case in found.cases] == ["小计划文化公司", "负责人才公司"]


def test_merged_cells_are_said_of_every_row_and_others_are_not(tmp_path: Path) -> None:
    rows = [["文件名", "案号", "当事人"], ["a.mp4", "文罚字〔2010〕1号", "张某"], ["b.mp4", "", ""], ["c.mp4", "", ""]]
    found = read_list(book(tmp_path, rows, ("B2:B3", "C2:C3")))
    assert [case.places for case in found.cases] == [("a.mp4", "b.mp4")]
    assert codes(found) == [("legacy.row-no-case", "目录!A4")]


def test_a_month_that_the_spreadsheet_made_a_day_stays_a_month(tmp_path: Path) -> None:
    path = book(tmp_path, [["案号", "当事人", "结案日期"], ["文罚字〔2010〕1号", "张某", date(2010, 3, 1)]])
    made = openpyxl.load_workbook(path)
    made["目录"]["C2"].number_format = 'yyyy"年"m"月"'
    made.save(path)
    assert read_list(path).cases[0].facts["legacy.closed"] == "2010-03"


def test_rows_of_one_case_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    rows = [
        ["案号", "当事人", "结案日期"],
        ["文罚字〔2010〕1号", "张某", "2010-3-1"],
        ["文罚字(2010)1号", "张某", "2010-3-2"],
    ]
    found = read_list(book(tmp_path, rows))
    assert [case.facts["closed"] for case in found.cases] == ["2010-03-01"]
    assert codes(found) == [("legacy.rows-differ", "目录!3")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_between_commas_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    rows = [
        ["案号", "当事人", "案由"],
        ["文罚字〔2010〕1号", "张某", "擅自，经营"],
        ["文罚字〔2010〕2号", "李某", "多\n行"],
    ]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path = tmp_path / "list.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    assert [case.facts["parties"] for case in read_list(path).cases] == ["张某", "李某"]


def test_what_fits_several_kinds_is_asked_and_a_name_decides(tmp_path: Path) -> None:
    own = tmp_path / "profiles"
    own.mkdir()
    (own / "legacy_lists.toml").write_text(
        "".join(
            f'[[list]]\nname = "{name}"\nlabel = {{ zh = "{name}", en = "{name}" }}\nneeds = [["case_number"]]\n'
            f'[list.columns]\ncase_number = ["号"]\n{field} = ["人"]\n'
            for name, field in (("one", "party"), ("two", "officer"))
        ),
        encoding="utf-8",
    )
    path = book(tmp_path, [["号", "人"], ["文罚字〔2010〕1号", "张某"]])
    with pytest.raises(Refused) as told:
        read_list(path, own=own)
    assert told.value.code == "legacy.list-ambiguous"
    assert read_list(path, "two", own).cases[0].facts == {"officers": "张某"}
    with pytest.raises(Refused) as told:
        read_list(path, "three", own)
    assert told.value.code == "legacy.list-profile-unknown"


HOSTILE = {
    "no-headings.xlsx": b"",
    "list.csv": "甲,乙\n1,2\n".encode(),
    "nul.csv": b"\x00\x01,\x02\n",
    "latin.csv": b"\xff\x80\x81,\n",
    "list.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "broken.xlsx": b"PK\x03\x04 and nothing more",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_list_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    with pytest.raises(Refused) as told:
        read_list(path)
    assert told.value.code.startswith("legacy.list-")


def test_a_formula_that_failed_and_a_number_that_was_rounded_are_told(tmp_path: Path) -> None:
    path = book(tmp_path, [["案号", "当事人", "案由"], ["文罚字〔2010〕1号", "#REF!", 1.2e17]])
    made = openpyxl.load_workbook(path)
    made["目录"]["B2"].data_type = "e"
    made.save(path)
    found = read_list(path)
    assert codes(found) == [("legacy.cell-error", "目录!B2"), ("legacy.cell-number", "目录!C2")]
    assert isinstance(found.cases[0], ListedCase)
