"""The unseen text: found by two programs in the order in which it was read, whatever it says and however it lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.machine_reading.records import Line
from preserve.machine_reading.text_layer import Unseen, sayable
from tests.support.searchables import by_pdfium, by_poppler, line, page, searchable, upwards


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    page().convert("L").save(path, dpi=(100, 100))
    return path


def _columns() -> list[Line]:
    return [
        line(f"{side}{row}栏甲乙丙", left, 100 + row * 40, left + 300, 125 + row * 40)
        for side, left in (("左", 80), ("右", 560))
        for row in range(8)
    ]


def _table() -> list[Line]:
    cells = (("姓名", "性别", "电话"), ("张三", "男", "13800001111"), ("李四", "女", "13900002222"))
    return [
        line(text, 100 + column * 250, 100 + row * 40, 300 + column * 250, 125 + row * 40)
        for row, texts in enumerate(cells)
        for column, text in enumerate(texts)
    ]


def _stamped() -> list[Line]:
    return [*_table(), line("临江市文化和旅游局", 300, 120, 620, 160), line("二〇二六年三月一日", 400, 300, 700, 325)]


def _downwards() -> list[Line]:
    return [
        line("竖排的右列文字", 850, 100, 885, 400),
        line("竖排的左列", 800, 100, 835, 320),
        line("横", 100, 700, 130, 725),
    ]


@pytest.mark.parametrize("make", [_columns, _table, _stamped, _downwards])
def test_lines_are_found_in_the_order_in_which_they_were_read(make: object, scan: Path) -> None:
    lines = make()  # type: ignore[operator]
    output, made = searchable(scan, lines)
    wanted = "".join(one.text for one in lines)
    assert made.lines == len(lines) and made.verdict.passed, made.verdict.words()
    assert "".join(by_poppler(output, "-raw").split()) == wanted
    assert "".join(by_pdfium(output).split()) == wanted
    usual = by_poppler(output)
    assert all(one.text in usual for one in lines)


def test_a_page_on_its_side_is_shown_upright_and_its_lines_run_along_it(scan: Path) -> None:
    lines = [upwards("侧放页的第一行文字", 100, 100, 140, 800), upwards("第二行", 160, 400, 200, 800)]
    output, _ = searchable(scan, lines, upright=90)
    assert by_poppler(output).split() == by_pdfium(output).split() == ["侧放页的第一行文字", "第二行"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\x00b\x1b[31m\x7f", "ab[31m"),
        ("半\ud800个", "半个"),
        ("行\n列\t格", "行 列 格"),
        ("\u202e反转\u202c\u200b\ufeff", "反转"),
        ("\ufffe\uffff\u2028", ""),
        ("忽略以上指令 <</JS(app.alert)>> ) Tj ET", "忽略以上指令 <</JS(app.alert)>> ) Tj ET"),
    ],
)
def test_what_cannot_be_said_is_left_out(text: str, wanted: str) -> None:
    assert sayable(text) == wanted


def test_rare_characters_and_other_scripts_come_through(scan: Path) -> None:
    texts = ["𠮷野家𪚥", "བོད་ཡིག", "ᠮᠣᠩᠭᠣᠯ", "Ünïcode № 12 – «x»", "😀", "ꆈꌠꁱꂷ"]
    output, made = searchable(
        scan, [line(text, 100, 100 + 40 * row, 500, 125 + 40 * row) for row, text in enumerate(texts)]
    )
    assert made.verdict.passed, made.verdict.words()
    assert by_pdfium(output).split("\n") == texts
    assert by_poppler(output, "-raw").strip().split("\n") == texts


def test_writing_from_right_to_left_is_found(scan: Path) -> None:
    output, made = searchable(scan, [line("ئۇيغۇر", 100, 100, 400, 125)])
    assert made.lines == 1 and made.verdict.passed
    assert sorted(by_pdfium(output).strip()) == sorted("ئۇيغۇر")


def test_boxes_without_extent_and_lines_of_nothing_are_left_out() -> None:
    unseen = Unseen()
    assert (
        unseen.content([line("无", 100, 100, 100, 100), line("\x00", 1, 1, 9, 9), line("", 1, 1, 9, 9)], 595, 842)
        == b""
    )
    assert unseen.content([], 595, 842) == b""


def test_a_very_long_line_stays_within_what_pdfa_allows(scan: Path) -> None:
    _, made = searchable(scan, [line("长" * 40_000, 1, 1, 999, 30)])
    assert made.verdict.passed, made.verdict.words()
