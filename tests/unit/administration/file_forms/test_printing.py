"""Forms on paper and as workbooks: long lists, long words, empty lines, and nothing that becomes a formula."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pypdfium2

from preserve.administration.file_forms.printing import Sheet, Workbook, as_pdf, in_parts
from preserve.administration.file_forms.profile import read_forms
from preserve.messages import speaking
from tests.support.pdfa import against_pdfa

MOMENT = datetime(2026, 11, 30, tzinfo=UTC)
COVER, CONTENTS, NOTE = (read_forms(None).about("case", (name,))[0] for name in ("cover", "contents", "note"))
WORD = "A" * 90


def row(number: int, title: str = "笔录") -> tuple[str, ...]:
    """A row of the list of papers."""
    return (str(number), "检5号", "支队", title, "20260302", str(number), "")


def words_of(path: Path) -> list[str]:
    """The words of each page, without ends of lines."""
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "") for page in document]


def test_a_long_list_is_set_apart_with_its_heads_on_every_page(tmp_path: Path) -> None:
    with speaking("zh"):
        sheet = Sheet(CONTENTS, (("title", "测试案"),), tuple(row(number) for number in range(1, 602)))
        (tmp_path / "a.pdf").write_bytes(as_pdf([sheet], sheet.title, "某局", MOMENT))
    pages = words_of(tmp_path / "a.pdf")
    assert len(pages) > 10 and all("责任者" in page for page in pages)
    assert "601" in pages[-1] and against_pdfa(tmp_path / "a.pdf") == []


def test_each_form_has_its_own_sheet_and_long_words_stay_in_their_columns(tmp_path: Path) -> None:
    facts = (("fonds-name", "某局"), ("title", "很长的题名" * 400), ("archival-number", ""))
    with speaking("en"):
        sheets = [Sheet(COVER, facts), Sheet(CONTENTS, (), (row(1, WORD),)), Sheet(NOTE, (("situation", ""),))]
        (tmp_path / "a.pdf").write_bytes(as_pdf(sheets, "Forms", "某局", MOMENT))
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as document:
        sizes = [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in document]
    assert sizes == [(220, 310), (210, 297), (210, 297)]
    pages = words_of(tmp_path / "a.pdf")
    assert WORD in pages[1] and "Checked by" in pages[2] and against_pdfa(tmp_path / "a.pdf") == []


def test_the_same_form_gives_the_same_bytes() -> None:
    with speaking("zh"):
        first, second = (as_pdf([Sheet(NOTE, (("situation", "一"),))], "备考表", "某局", MOMENT) for _ in range(2))
    assert first == second


def test_parts_hold_so_many_rows_and_no_row_is_one_part() -> None:
    with speaking("zh"):
        parts = list(in_parts(Sheet(CONTENTS, (), (row(number) for number in range(45))), 20))
        assert [len(tuple(part.rows)) for part in parts] == [20, 20, 5]
        assert [part.under for part in parts] == ["", "第 2 册", "第 3 册"]
        assert [tuple(part.rows) for part in in_parts(Sheet(CONTENTS), 20)] == [()]


def test_a_workbook_holds_what_was_written_and_no_formula(tmp_path: Path) -> None:
    with speaking("zh"):
        book = Workbook(tmp_path / "a.xlsx", Sheet(CONTENTS, (("title", "=1+1"),)), MOMENT)
        book.add(row(1, '=HYPERLINK("http://x")'))
        book.add(row(2, "长" * 40_000))
        book.close()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][1] == "=1+1" and sheet["B2"].data_type == "s"
    assert rows[3][3] == '=HYPERLINK("http://x")' and sheet["D4"].data_type == "s"
    assert len(str(rows[4][3])) == 32_000
