"""Each kind of file gives its pages: pictures, PDF, OFD; what is none of them is told."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from preserve.machine_reading.pdf_sources import failures, open_source
from preserve.machine_reading.searchable import ScannedFile, write_searchable
from tests.support.scans import scanned_ofd
from tests.support.searchables import WORDS, by_pdfium, check_by_qpdf, coded, drawn, page, read, rows, scanned_pdf


def _jpeg(text: str) -> bytes:
    data = io.BytesIO()
    page([text], (630, 444)).save(data, "JPEG", quality=85)
    return data.getvalue()


def test_the_pictures_of_an_ofd_are_pages_with_their_own_data(tmp_path: Path) -> None:
    pictures = [_jpeg("第一页"), _jpeg("第二页")]
    path = scanned_ofd(tmp_path / "a.ofd", pictures)
    texts = {number: read("a.ofd", rows([text]), number) for number, text in ((1, "第一页"), (2, "第二页"))}
    output = tmp_path / "copy.pdf"
    made = write_searchable([ScannedFile(path, "a.ofd", texts)], output, WORDS)
    check_by_qpdf(output)
    assert made.kept == {"copied": 2} and made.verdict.passed, made.verdict.words()
    assert coded(output) == pictures
    assert [by_pdfium(output, number) for number in (1, 2)] == ["第一页", "第二页"]
    assert drawn(output).size == pytest.approx((595, 420), abs=1)


def test_a_picture_lies_where_its_ofd_puts_it(tmp_path: Path) -> None:
    path = scanned_ofd(tmp_path / "a.ofd", [_jpeg("第一页")], "105 74 105 74")
    output = tmp_path / "copy.pdf"
    write_searchable([ScannedFile(path, "a.ofd", {})], output, WORDS)
    shown = drawn(output).convert("L")
    assert shown.size == pytest.approx((595, 420), abs=2)
    dark = shown.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert dark is not None and dark[0] > 297 and dark[1] > 210


def test_a_page_of_an_ofd_that_is_no_scan_is_told(tmp_path: Path) -> None:
    path = scanned_ofd(
        tmp_path / "a.ofd", [_jpeg("第一页"), "这一页有自己的文字，共二十多个字，不是扫描件，也不能画出来"]
    )
    made = write_searchable([ScannedFile(path, "a.ofd", {})], tmp_path / "copy.pdf", WORDS)
    assert made.kept == {"copied": 1, "lost": 1} and [one.page for one in made.left_out] == [2]


def test_pages_are_counted(tmp_path: Path) -> None:
    scanned_pdf(tmp_path / "a.pdf", [page(), page()])
    page().save(tmp_path / "a.jpg")
    for name, count in (("a.pdf", 2), ("a.jpg", 1)):
        with open_source(tmp_path / name, drawn=False) as source:
            assert source.count == count


@pytest.mark.parametrize("data", [b"", b"words", b"PK\3\4", b"%PDF-", b"\xff\xd8\xff"])
def test_what_is_no_scan_fails_as_told(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(failures()), open_source(tmp_path / "a", drawn=False):
        pass
