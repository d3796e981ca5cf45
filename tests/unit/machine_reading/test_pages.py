"""Pages that are pictures are found and made small enough; others are passed over; bombs are not decoded."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from preserve.machine_reading.pages import Locked, Shown, pages_of, reading_size
from preserve.pictures.opening import HOSTILE, TooLarge
from tests.support.scans import bomb, jpeg, printed, scanned_ofd, scanned_pdf

TEXT = "This page has text of its own, and is passed over."


def shown(path: Path, first: int = 1) -> dict[int, Shown | None]:
    return {page.number: page.load() for page in pages_of(path, first)}


@pytest.mark.parametrize(
    ("size", "dpi", "wanted"),
    [
        ((1654, 2339), 200, (1654, 2339)),
        ((4960, 7016), 600, (1653, 2339)),
        ((4000, 3000), 0, (2400, 1800)),
        ((12000, 9000), 0, (4800, 3600)),
        ((1080, 40000), 0, (1039, 38490)),
        ((9362, 13244), 400, (4681, 6622)),
        ((2, 40000), 0, (2, 40000)),
        ((1, 1), 0, (1, 1)),
    ],
)
def test_a_page_is_read_at_a_size_that_keeps_its_letters(
    size: tuple[int, int], dpi: int, wanted: tuple[int, int]
) -> None:
    assert reading_size(size, dpi) == wanted
    assert wanted[0] * wanted[1] <= 40_100_000


def test_a_jpeg_is_shown_as_its_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "a.jpg").write_bytes(jpeg(printed(), exif=exif, dpi=(200, 200)))
    (page,) = shown(tmp_path / "a.jpg").values()
    assert page is not None and page.image.size == (560, 900) and page.dpi == 200


def test_a_pdf_gives_its_scans_and_passes_over_pages_with_text(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "a.pdf", [printed(), TEXT, printed(["第二页"]), "7"])
    found = shown(path)
    assert sorted(found) == [1, 2, 3, 4]
    assert found[2] is None and found[4] is None
    first = found[1]
    assert first is not None and first.dpi == 200 and first.image.size == (1200, 747)
    assert sorted(shown(path, first=3)) == [3, 4]


def test_each_page_of_a_tiff_and_only_one_of_an_animation(tmp_path: Path) -> None:
    pages = [printed(["一"]).convert("1"), printed(["二"]), printed(["三"]).convert("RGBA")]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    pages[1].save(tmp_path / "a.gif", save_all=True, append_images=[printed(["四"])])
    assert [page.image.mode for page in shown(tmp_path / "a.tif").values() if page] == ["L", "L", "RGB"]
    assert sorted(shown(tmp_path / "a.gif")) == [1]


def test_a_scan_in_an_ofd_with_its_place_on_the_page(tmp_path: Path) -> None:
    path = scanned_ofd(
        tmp_path / "a.ofd", [jpeg(printed()), "这一页自己有文字因此不必再用机器来读取它", "第3页"], "21 37 105 74"
    )
    found = shown(path)
    page = found[1]
    assert page is not None and page.image.size == (900, 560)
    assert page.part == (0.1, 0.25, 0.5, 0.5) and page.dpi == 218
    assert found[2] is None and found[3] is None


def test_what_cannot_be_opened_raises_and_asks_for_no_memory(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "cut.jpg").write_bytes(jpeg(printed())[:4000])
    (tmp_path / "zip.ofd").write_bytes(b"PK\3\4 and no more")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "no OFD")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7\nno more")
    for name in ("empty.jpg", "cut.jpg", "zip.ofd", "other.zip", "bad.pdf"):
        with pytest.raises(HOSTILE):
            shown(tmp_path / name)
    bomb(tmp_path / "large.png")
    with pytest.raises(TooLarge):
        shown(tmp_path / "large.png")


def test_a_pdf_with_a_password_and_one_whose_picture_is_a_bomb(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "a.pdf", [printed()])
    with pikepdf.open(path) as document:
        document.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
        document.pages[0].Resources.XObject.P.Width = 40_000
        document.pages[0].Resources.XObject.P.Height = 40_000
        document.save(tmp_path / "bomb.pdf")
    with pytest.raises(Locked):
        shown(tmp_path / "locked.pdf")
    with pytest.raises(TooLarge):
        shown(tmp_path / "bomb.pdf")
