"""Values are read as the parts have them, whatever the workbook says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.office_files.values import Workbook
from tests.support.office_samples import STRICT_S, S, rows, words, xlsx


def _all(path: Path) -> list[list[str]]:
    with Workbook(path) as book:
        return [[f"{value.cell}={value.shown}" for value in row] for sheet in book.sheets for row in book.rows(sheet)]


@pytest.mark.parametrize("extent", ['<dimension ref="A1"/>', '<dimension ref="A1:B1"/>', "", '<dimension ref=""/>'])
def test_the_extent_that_a_sheet_claims_does_not_matter(tmp_path: Path, extent: str) -> None:
    inside = extent + rows(words("A1", "序号"), words("B2", "第二行"), words("C3", "第三行"))
    assert _all(xlsx(tmp_path / "a.xlsx", {"表": inside})) == [["A1=序号"], ["B2=第二行"], ["C3=第三行"]]


@pytest.mark.parametrize("space", [S, STRICT_S], ids=["transitional", "strict"])
def test_every_kind_of_value_is_read(tmp_path: Path, space: str) -> None:
    strings = f'<sst xmlns="{space}"><si><r><t>涉案</t></r><r><t>书刊</t></r><rPh><t>かな</t></rPh></si></sst>'
    styles = (
        f'<styleSheet xmlns="{space}"><numFmts><numFmt numFmtId="180" formatCode="yyyy&quot;年&quot;m"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="180"/><xf numFmtId="31"/></cellXfs></styleSheet>'
    )
    inside = rows(
        '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>9</v></c><c r="C1" t="b"><v>1</v></c><c r="D1" t="e"><v>#N/A</v></c>',
        '<c r="A2" s="1"><v>43532</v></c><c s="2"><v>43532</v></c><c s="3"><v>43532.5</v></c><c><v>777</v></c>',
        '<c r="A3" t="str"><f>A1</f><v>公式</v></c><c r="B3"/><c r="C3" s="99"><v>5</v></c>',
    )
    path = xlsx(tmp_path / "a.xlsx", {"表": inside}, space=space, sharedStrings=strings, styles=styles)
    assert _all(path) == [
        ["A1=涉案书刊", "C1=TRUE", "D1=#N/A"],
        ["A2=2019-03-08 00:00:00", "B2=2019-03-08 00:00:00", "C2=2019-03-08 12:00:00", "D2=777"],
        ["A3=公式", "C3=5"],
    ]


def test_hidden_cells_are_marked(tmp_path: Path) -> None:
    inside = f'<cols><col min="2" max="2" hidden="1"/></cols>{rows(words("A1", "甲") + words("B1", "乙"))}'
    with Workbook(xlsx(tmp_path / "a.xlsx", {"表": inside})) as book:
        assert [value.hidden for row in book.rows(book.sheets[0]) for value in row] == [False, True]
