"""Pages and photographs as pictures with the reader's name over them, drawn in a process of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from preserve.access.viewing.page_pictures import PagePictures
from preserve.pictures.helper import PictureFailed
from preserve.pictures.showing import LONGEST, count_pages, show_page
from preserve.typesetting.fonts import face


def pdf(path: Path, *pages: str) -> Path:
    first, *others = (Image.new("RGB", (400, 600), colour) for colour in pages)
    first.save(path, "PDF", save_all=True, append_images=others)
    return path


def drawn(folder: Path, source: Path, number: int, mark: str) -> Image.Image:
    font, place = face()
    show_page(source, number, folder / f"kept-{number}.jpg", folder / "shown.jpg", mark, (str(font), place))
    return Image.open(folder / "shown.jpg").convert("RGB")


def test_each_page_is_drawn_and_bears_the_mark(tmp_path: Path) -> None:
    source = pdf(tmp_path / "a.pdf", "white", "white", "white")
    assert count_pages(source) == 3
    bare, marked = drawn(tmp_path, source, 1, ""), drawn(tmp_path, source, 1, "王审核 wang 2026-11-30 03:42")
    assert max(bare.size) == LONGEST and bare.size == marked.size
    assert bare.getcolors(1) is not None
    assert sum(marked.convert("L").histogram()[:245]) > 5000
    thirds = [marked.crop((0, top, marked.width, top + 600)) for top in (0, 600, 1200)]
    assert all(any(part.convert("L").histogram()[:240]) for part in thirds), "no part can be cut out without it"


def test_a_photograph_is_a_page(tmp_path: Path) -> None:
    Image.new("RGB", (3000, 2000), "green").save(tmp_path / "a.jpg")
    assert max(drawn(tmp_path, tmp_path / "a.jpg", 1, "wang").size) == LONGEST


def test_pictures_come_from_another_process_and_are_kept(tmp_path: Path) -> None:
    source, pages = pdf(tmp_path / "a.pdf", "white", "red"), PagePictures(tmp_path / "viewing", "0" * 64)
    assert pages.count(source) == 2
    first = pages.page(source, 2, "wang")
    assert first[:3] == b"\xff\xd8\xff"
    source.unlink()
    assert pages.count(source) == 2
    assert pages.page(source, 2, "another") != first, "the bare page was kept, the mark is of each reader"
    assert not list((tmp_path / "viewing").rglob("*.shown"))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4\n", b"\x00" * 1000, b"<html><script>alert(1)</script>"])
def test_what_is_no_document_fails_with_its_reason(tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "a.pdf"
    source.write_bytes(data)
    pages = PagePictures(tmp_path / "viewing", "1" * 64)
    with pytest.raises(PictureFailed):
        pages.count(source)
    with pytest.raises(PictureFailed):
        pages.page(source, 1, "wang")


def test_a_page_that_is_not_there_is_not_drawn(tmp_path: Path) -> None:
    source, pages = pdf(tmp_path / "a.pdf", "white"), PagePictures(tmp_path / "viewing", "2" * 64)
    for number in (0, 2, -1):
        with pytest.raises(PictureFailed):
            pages.page(source, number, "wang")
