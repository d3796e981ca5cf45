"""Searchable copies: of one file and of many, what they say of themselves, and what happens with what is damaged."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from preserve.machine_reading.searchable import NoRoom, NothingToWrite, ScannedFile, write_searchable, writing
from preserve.typesetting.judging import judge
from tests.support.pdfa import against_pdfa
from tests.support.redacting import redacted
from tests.support.searchables import (
    TEXTS,
    WORDS,
    by_pdfium,
    by_poppler,
    check_by_qpdf,
    drawn,
    page,
    read,
    rows,
    scanned_pdf,
    searchable,
)


def test_the_copy_says_that_a_machine_read_it_and_nobody_checked(tmp_path: Path) -> None:
    page().save(tmp_path / "a.jpg")
    output, made = searchable(tmp_path / "a.jpg", rows())
    assert against_pdfa(output) == []
    assert made.verdict == judge(output) and made.verdict.words().endswith(": pass")
    with pikepdf.open(output) as pdf, pdf.open_metadata() as xmp:
        assert xmp.pdfa_status == "2B"
        assert "机读，未核对" in xmp["dc:description"] and "not checked" in xmp["dc:description"]
        assert xmp["dc:source"] == WORDS.source and xmp["dc:title"] == WORDS.title
        assert set(pdf.Root.keys()) == {"/Type", "/Pages", "/Metadata", "/OutputIntents"}
    assert output.read_bytes().count("机读".encode()) >= 1  # found without a reader of PDF


def test_the_text_is_not_seen(tmp_path: Path) -> None:
    page().save(tmp_path / "a.png")
    with_text, _ = searchable(tmp_path / "a.png", rows())
    seen = drawn(with_text)
    without, made = searchable(tmp_path / "a.png", [])
    assert made.lines == 0 and by_poppler(without).strip() == ""
    assert drawn(without).tobytes() == seen.tobytes()
    assert subprocess.run(["pdffonts", without], capture_output=True, text=True, check=True).stdout.count("\n") == 2


def test_the_same_gives_the_same_bytes(tmp_path: Path) -> None:
    page().save(tmp_path / "a.png")
    first = searchable(tmp_path / "a.png", rows())[0].read_bytes()
    assert searchable(tmp_path / "a.png", rows())[0].read_bytes() == first


def test_many_files_are_one_document_with_a_bookmark_each(tmp_path: Path) -> None:
    page().save(tmp_path / "照片.jpg")
    scanned_pdf(tmp_path / "笔录.pdf", [page([f"第{number}页"]) for number in range(1, 71)])
    texts = {number: read("笔录.pdf", rows([f"第{number}页"]), number) for number in range(1, 71) if number != 5}
    files = [
        ScannedFile(tmp_path / "照片.jpg", "照片.jpg", {1: read("照片.jpg", rows())}),
        ScannedFile(tmp_path / "笔录.pdf", "02/笔录.pdf", texts),
    ]
    output = tmp_path / "copy.pdf"
    made = write_searchable(files, output, WORDS)
    check_by_qpdf(output)
    assert made.verdict.passed, made.verdict.words()
    assert (made.pages, made.lines) == (71, 3 + 69)
    assert by_pdfium(output, 1).split("\n") == list(TEXTS)
    assert by_pdfium(output, 18) == "第17页" and by_pdfium(output, 6) == ""
    with pikepdf.open(output) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["照片.jpg", "02/笔录.pdf"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy.pdf", "照片.jpg", "笔录.pdf"]


def test_names_and_titles_that_nobody_can_print_are_made_visible(tmp_path: Path) -> None:
    page().save(tmp_path / "a.png")
    odd = "a\ud800\x1b[2J\x00\ufffe.png"
    words = replace(WORDS, title=odd, mark=odd, source=odd)
    files = [ScannedFile(tmp_path / "a.png", name, {}) for name in (odd, "b.png")]
    made = write_searchable(files, tmp_path / "copy.pdf", words)
    assert made.verdict.passed and against_pdfa(tmp_path / "copy.pdf") == []
    with pikepdf.open(tmp_path / "copy.pdf") as pdf, pdf.open_outline() as outline:
        assert "U+001B" in outline.root[0].title and len(outline.root) == 2


def test_a_disk_that_is_full_is_nobodys_fault(tmp_path: Path) -> None:
    page().save(tmp_path / "a.jpg")
    with Path("/dev/full").open("wb") as full, pytest.raises(NoRoom):
        list(writing([ScannedFile(tmp_path / "a.jpg", "a.jpg", {})], Path(f"/dev/fd/{full.fileno()}"), WORDS, tmp_path))
    assert [one.name for one in tmp_path.iterdir()] == ["a.jpg"]


def test_damaged_and_empty_files_are_told_and_the_others_are_there(tmp_path: Path) -> None:
    page().save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:500])
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    (tmp_path / "d.jpg").write_bytes(b"")
    files = [ScannedFile(tmp_path / name, name, {}) for name in ("b.png", "a.png", "c.pdf", "d.jpg")]
    made = write_searchable(files, tmp_path / "copy.pdf", WORDS)
    assert {one.file for one in made.left_out} == {"b.png", "c.pdf", "d.jpg"} and made.kept["copied"] == 1
    with pytest.raises(NothingToWrite) as told:
        write_searchable([files[2]], tmp_path / "none.pdf", WORDS)
    assert told.value.left_out[0].file == "c.pdf" and not (tmp_path / "none.pdf").exists()


def test_a_page_that_cannot_be_decoded_is_an_empty_one_in_its_place(tmp_path: Path) -> None:
    first, second, third = (page([f"第{number}页"]) for number in (1, 2, 3))
    path = tmp_path / "a.tif"
    first.save(path, compression="tiff_deflate", save_all=True, append_images=[second, third])
    data = bytearray(path.read_bytes())
    streams = [match.start() for match in re.finditer(rb"\x78\x9c|\x78\xda|\x78\x5e", bytes(data))]
    middle = min(streams, key=lambda place: abs(place - len(data) / 2))
    data[middle : middle + 200] = b"\x00" * 200
    path.write_bytes(data)
    texts = {number: read("a.tif", rows([f"第{number}页"]), number) for number in (1, 2, 3)}
    made = write_searchable([ScannedFile(path, "a.tif", texts)], tmp_path / "copy.pdf", WORDS)
    assert [(one.file, one.page) for one in made.left_out] == [("a.tif", 2)]
    assert made.pages == 3 and made.kept["lost"] == 1 and made.verdict.passed
    assert [by_pdfium(tmp_path / "copy.pdf", number) for number in (1, 2, 3)] == ["第1页", "", "第3页"]


def test_a_locked_pdf_is_told(tmp_path: Path) -> None:
    scanned_pdf(tmp_path / "open.pdf", [page()])
    with pikepdf.open(tmp_path / "open.pdf") as pdf:
        pdf.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(owner="x", user="y"))
    with pytest.raises(NothingToWrite):
        searchable(tmp_path / "a.pdf", rows())


def test_a_redacted_copy_of_it_has_no_text(tmp_path: Path) -> None:
    page().save(tmp_path / "a.jpg", dpi=(100, 100))
    output, _ = searchable(tmp_path / "a.jpg", rows())
    result = redacted(output, [])
    assert by_poppler(result).strip() == "" and judge(result).passed
    with pikepdf.open(result) as pdf:
        assert "机读" not in bytes(pdf.Root.Metadata.read_bytes()).decode()


def test_a_page_that_broke_a_process_is_left_alone(tmp_path: Path) -> None:
    scanned_pdf(tmp_path / "a.pdf", [page([f"第{number}页"]) for number in (1, 2, 3)])
    page().save(tmp_path / "b.png")
    texts = {number: read("a.pdf", rows([f"第{number}页"]), number) for number in (1, 2, 3)}
    files = [
        ScannedFile(tmp_path / "a.pdf", "a.pdf", texts, {2: "reading.crashed"}),
        ScannedFile(tmp_path / "b.png", "b.png", {}, {0: "reading.too-long"}),
    ]
    made = write_searchable(files, tmp_path / "copy.pdf", WORDS)
    assert [(one.file, one.page) for one in made.left_out] == [("a.pdf", 2), ("b.png", 0)]
    assert [by_pdfium(tmp_path / "copy.pdf", number) for number in (1, 2, 3)] == ["第1页", "", "第3页"]
    told = list(writing(files, tmp_path / "copy.pdf", WORDS, tmp_path))
    assert told == [("a.pdf", 0), ("a.pdf", 1), ("a.pdf", 2), ("a.pdf", 3), ("b.png", 0), ("", 0)]
