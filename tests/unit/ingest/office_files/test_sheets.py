"""Workbooks: results as they were saved, and what a print leaves out."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from preserve.ingest.office_files.holding import hold
from tests.support.office_samples import S, rows, words, xlsx


def _sheet(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def test_formulas_become_their_saved_results(tmp_path: Path) -> None:
    inside = rows(
        '<c r="A1"><f>TODAY()</f><v>43532</v></c><c r="B1" t="str"><f>TEXT(NOW(),"yyyy")</f><v>2019</v></c>',
        '<c r="A2"><f t="shared" ref="A2:A3" si="0">A1+15</f><v>43547</v></c>',
        '<c r="A3"><f t="shared" si="0"/><v>43548</v></c>',
    )
    remarks = hold(xlsx(tmp_path / "a.xlsx", {"表": inside}), tmp_path / "b.xlsx")
    assert remarks.places == {"formula-frozen": ["表!A1 TODAY", "表!B1 NOW"]}
    assert "<f" not in _sheet(tmp_path / "b.xlsx")
    assert all(f"<v>{value}</v>" in _sheet(tmp_path / "b.xlsx") for value in (43532, 2019, 43547, 43548))


def test_a_formula_without_a_result_stays_with_those_that_need_it_and_is_told(tmp_path: Path) -> None:
    inside = rows(
        '<c r="A1"><f>RAND()</f></c>',
        '<c r="A2"><f t="shared" ref="A2:A3" si="0">A1+15</f><v>4</v></c><c r="B2"><f>1+1</f><v>2</v></c>',
        '<c r="A3"><f t="shared" si="0"/></c>',
    )
    remarks = hold(xlsx(tmp_path / "a.xlsx", {"表": inside}), tmp_path / "b.xlsx")
    assert remarks.places == {"formula-live": ["表!A1 RAND", "表!A3"]}
    assert _sheet(tmp_path / "b.xlsx").count("<f") == 3


def test_what_takes_values_from_other_files_is_told(tmp_path: Path) -> None:
    inside = rows('<c r="A1"><f>[1]总表!A1</f><v>3</v></c>')
    assert hold(xlsx(tmp_path / "a.xlsx", {"表": inside}), tmp_path / "b.xlsx").places == {"link": ["表!A1"]}


def test_hidden_sheets_rows_and_columns_are_named_where_something_is_in_them(tmp_path: Path) -> None:
    inside = (
        '<cols><col min="2" max="3" hidden="1"/><col min="5" max="5" width="0"/></cols><sheetData>'
        f'<row r="1">{words("A1", "看得见")}{words("B1", "藏着的列")}</row>'
        f'<row r="2" hidden="1">{words("A2", "藏着的行")}</row><row r="3" ht="0">{words("A3", "没有高度")}</row>'
        '<row r="9" hidden="1"/></sheetData>'
    )
    book = xlsx(tmp_path / "a.xlsx", {"公开": inside, "*测算": rows(words("A1", "藏着的表"))})
    remarks = hold(book, tmp_path / "b.xlsx")
    assert remarks.places == {"hidden-sheet": ["测算"], "hidden-rows": ["公开 2-3"], "hidden-columns": ["公开 B"]}


def test_cells_outside_of_the_print_range_are_named(tmp_path: Path) -> None:
    name = '<definedName name="_xlnm.Print_Area" localSheetId="0">\'公开\'!$A$1:$B$2,公开!$D:$D</definedName>'
    inside = rows(
        words("A1", "在内") + words("C1", "在外") + words("D1", "在内"), words("B2", "在内"), words("A3", "在外")
    )
    remarks = hold(xlsx(tmp_path / "a.xlsx", {"公开": inside}, name), tmp_path / "b.xlsx")
    assert remarks.places == {"outside-print-range": ["公开!C1", "公开!A3"]}


def test_cells_formatted_to_show_nothing_are_named(tmp_path: Path) -> None:
    styles = (
        f'<styleSheet xmlns="{S}"><numFmts><numFmt numFmtId="170" formatCode=";;;"/></numFmts>'
        '<fonts><font/><font><color rgb="FFFFFFFF"/></font></fonts>'
        '<fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="solid"/></fill></fills>'
        '<cellXfs><xf fontId="0" fillId="0"/><xf numFmtId="170" fontId="0" fillId="0"/>'
        '<xf fontId="1" fillId="0"/><xf fontId="1" fillId="1"/></cellXfs></styleSheet>'
    )
    inside = rows("".join(f'<c r="{letter}1" s="{style}"><v>1</v></c>' for style, letter in enumerate("ABCD")))
    remarks = hold(xlsx(tmp_path / "a.xlsx", {"表": inside}, styles=styles), tmp_path / "b.xlsx")
    assert remarks.places == {"hidden-text": ["表!B1", "表!C1"]}


@pytest.mark.parametrize(
    ("header", "held", "codes"),
    [
        ("&amp;L&amp;D&amp;R&amp;P", "&amp;L&amp;&amp;D&amp;R&amp;P", "&D"),
        ("&amp;F &amp;T", "&amp;&amp;F &amp;&amp;T", "&F &T"),
        ("甲&amp;&amp;D乙", "甲&amp;&amp;D乙", ""),
    ],
    ids=["day", "file and time", "a plain sign"],
)
def test_days_in_headers_are_shown_as_their_codes(tmp_path: Path, header: str, held: str, codes: str) -> None:
    inside = rows(words("A1", "甲")) + f"<headerFooter><oddHeader>{header}</oddHeader></headerFooter>"
    remarks = hold(xlsx(tmp_path / "a.xlsx", {"表": inside}), tmp_path / "b.xlsx")
    assert f"<oddHeader>{held}</oddHeader>" in _sheet(tmp_path / "b.xlsx")
    assert remarks.places == ({"field-empty": [f"表 oddHeader {codes}"]} if codes else {})
