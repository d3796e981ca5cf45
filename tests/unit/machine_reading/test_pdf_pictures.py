"""How a picture lies on its page and how large that is; what cannot go over as it is; what is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageOps

from preserve.machine_reading.pdf_pictures import count_pages, read_picture
from preserve.machine_reading.searchable import NothingToWrite
from tests.support.searchables import check_by_qpdf, coded, drawn, page, rows, searchable


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_shown_as_its_exif_says(orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.new("RGB", (300, 400), "white")
    picture.paste("red", (0, 0, 150, 100))
    picture.paste("blue", (0, 300, 50, 400))
    picture.save(path, quality=95, exif=exif, dpi=(100, 100))
    output, made = searchable(path, rows())
    assert made.kept == {"copied": 1} and coded(output)[0] == path.read_bytes()
    with Image.open(path) as source:
        wanted = ImageOps.exif_transpose(source)
    shown = drawn(output, scale=100 / 72).resize(wanted.size)
    difference = ImageChops.difference(shown, wanted).convert("L").resize((12, 16))
    assert difference.getextrema()[1] < 60


@pytest.mark.parametrize("mode", ["CMYK", "RGBA", "LA", "I;16"])
def test_what_pdfa_cannot_show_as_it_is_is_drawn_anew_and_said(mode: str, tmp_path: Path) -> None:
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    page().convert("L" if mode == "I;16" else mode).convert(mode).save(path)
    output, made = searchable(path, rows())
    check_by_qpdf(output)
    assert made.kept == {"redrawn": 1} and made.verdict.passed, made.verdict.words()
    assert sum(drawn(output).resize((1, 1)).getpixel((0, 0))) > 600  # type: ignore[arg-type]  # a white page, not a black one


def test_a_tiff_has_all_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    first, *others = [page([f"第{number}页"]).convert("1") for number in (1, 2, 3)]
    first.save(path, compression="group4", strip_size=1 << 24, save_all=True, append_images=others)
    assert count_pages(path) == 3
    _, made = searchable(path, rows())
    assert (made.pages, made.kept) == (3, {"copied": 3})


def test_paper_has_the_size_that_the_scan_says_and_else_that_of_a_page(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    for dpi, wanted in (
        ((100, 100), (595, 842)),
        ((72, 72), (595, 842)),
        ((204, 98), (292, 859)),
        ((1, 1), (595, 842)),
    ):
        page().convert("L").save(path, dpi=dpi)
        _, paper = read_picture(path)
        assert (round(paper.width), round(paper.height)) == pytest.approx(wanted, abs=1)


def test_a_page_of_forty_thousand_pixels_fits(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("1", (40_000, 200), 1).save(path, compression="group4", strip_size=1 << 24, dpi=(100, 100))
    output, made = searchable(path, rows())
    check_by_qpdf(output)
    assert made.verdict.passed and made.kept == {"copied": 1}
    assert max(float(side) for side in drawn(output, scale=0.05).size) <= 14_400 * 0.05 + 1


@pytest.mark.parametrize("cut", [0, 10, 3000])
@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp"])
def test_what_is_cut_off_is_told_and_nothing_is_written(name: str, cut: int, tmp_path: Path) -> None:
    path = tmp_path / name
    Image.effect_noise((400, 400), 40).save(path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(NothingToWrite) as told:
        searchable(path, rows())
    assert [one.file for one in told.value.left_out] == [name]
    assert sorted(one.name for one in tmp_path.iterdir()) == [name]
