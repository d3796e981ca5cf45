"""The text of a PDF with the places of its characters, as one sees the page: turned, cropped, without end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest

from preserve.pictures.helper import POOL, PictureFailed
from preserve.pictures.texts import answer_text


def written(path: Path, *lines: str, rotate: int = 0, crop: tuple[int, ...] = (), pages: int = 1) -> Path:
    """A page of 600 × 800 points with lines of Helvetica 20, the first 100 from the left and 100 from the top."""
    pdf = pikepdf.new()
    for _ in range(pages):
        page = pdf.add_blank_page(page_size=(600, 800))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=pdf.make_indirect(font)))
        shown = "".join(f"BT /F 20 Tf 100 {700 - 40 * at} Td ({line}) Tj ET\n" for at, line in enumerate(lines))
        page.Contents = pdf.make_stream(shown.encode())
        if rotate:
            page.Rotate = rotate
        if crop:
            page.CropBox = pikepdf.Array(crop)
    pdf.save(path)
    return path


def asked(path: Path, first: int = 1, last: int = 100) -> dict[str, Any]:
    return answer_text({"path": str(path), "first": first, "last": last})


def lines_of(path: Path) -> list[Any]:
    ((number, lines),) = asked(path)["pages"]
    assert number == 1
    return [line for line in lines if line[0].strip()]


def test_characters_stand_where_they_are_drawn(tmp_path: Path) -> None:
    first, second = lines_of(written(tmp_path / "a.pdf", "No 123456", "second"))
    text, edges, top, bottom = first
    assert (text, second[0]) == ("No 123456", "second")
    assert len(edges) == 2 * len(text)
    # Courier is 0.6 wide: 12 points a character, of a page of 600.
    for at in range(len(text)):
        if text[at] != " ":
            assert edges[2 * at] == pytest.approx((100 + 12 * at) / 0.6, abs=4)
            assert edges[2 * at + 1] == pytest.approx((112 + 12 * at) / 0.6, abs=4)
    assert top <= 100 / 0.8 <= bottom and bottom - top < 45
    assert second[2] > top


def test_a_page_that_is_shown_turned_or_cropped_is_measured_as_shown(tmp_path: Path) -> None:
    ((text, edges, top, bottom),) = lines_of(written(tmp_path / "a.pdf", "123456", rotate=90))
    assert text == "123456"
    assert top == pytest.approx(100 / 0.6, abs=4) and bottom == pytest.approx(172 / 0.6, abs=4)
    assert pytest.approx(max(edges) - 5, abs=25) == 1000 * 700 / 800
    ((_, edges, top, bottom),) = lines_of(written(tmp_path / "b.pdf", "123456", crop=(50, 0, 350, 800)))
    assert min(edges) == pytest.approx(50 / 0.3, abs=4)


def test_pages_come_in_pieces_and_none_is_left(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", *(["x" * 400] * 10), pages=30)
    first, got, rounds = 1, [], 0
    while first:
        told = asked(path, first)
        got += [number for number, _ in told["pages"]]
        first, rounds = told["next"], rounds + 1
    assert got == list(range(1, 31)) and rounds > 1
    assert asked(path, 3, 4)["next"] == 0


def test_a_page_with_more_text_than_is_told_says_so(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", *(["x" * 4000] * 17))
    told = asked(path)
    assert told["cut"] == [1] and told["next"] == 0
    assert sum(len(text) for text, *_ in told["pages"][0][1]) <= 60_000
    assert asked(written(tmp_path / "b.pdf", "x"))["cut"] == []


def test_no_pdf_is_told_by_the_process_that_decodes(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(PictureFailed):
        POOL.ask("text", path=str(tmp_path / "a.pdf"), first=1, last=9)
    path = written(tmp_path / "b.pdf", "110101")
    assert POOL.ask("text", path=str(path), first=1, last=9)["pages"][0][1][0][0] == "110101"
