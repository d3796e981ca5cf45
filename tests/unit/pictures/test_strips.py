"""Lines cut out of a page, and the ink on it: seals by colour and size, signatures by how dark a strip is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from preserve.machine_reading.signed import INKED
from preserve.pictures.helper import POOL, PictureFailed
from preserve.pictures.strips import seals
from tests.support.page_scans import FORM, HIGH, WIDE, draw_page, write_scan


def _box(left: float, top: float, right: float, bottom: float) -> list[float]:
    return [left, top, right, top, right, bottom, left, bottom]


def _cut(path: Path, folder: Path, *boxes: list[float], turn: int = 0) -> dict[str, Any]:
    return POOL.ask("strips", path=str(path), number=1, turn=turn, boxes=boxes, stem=str(folder / "s"))


HAND = _box(250, 798, 460, 818)


@pytest.mark.parametrize("name", ["a.jpg", "a.pdf"])
def test_a_line_is_cut_out_and_a_signature_is_darker_than_paper(tmp_path: Path, name: str) -> None:
    answer = _cut(write_scan(tmp_path / name, draw_page()), tmp_path, _box(120, 195, 800, 220), HAND)
    with Image.open(tmp_path / "s-0.png") as strip:
        assert strip.width > 6 * strip.height and strip.width <= 900
    assert all(share > INKED for share in answer["dark"])
    (seal,) = answer["seals"]
    assert 550 < seal[0] < 680 and 590 < seal[1] < 680 and 760 < seal[2] < 870 and 730 < seal[3] < 820
    empty = _cut(write_scan(tmp_path / f"b{name}", draw_page(seal=False, signature=False)), tmp_path, HAND)
    assert empty["dark"][0] < INKED / 3 and empty["seals"] == []


def test_a_strip_of_a_page_on_its_side_is_turned_so_that_one_can_read_it(tmp_path: Path) -> None:
    write_scan(tmp_path / "a.jpg", draw_page().rotate(90, expand=True))
    _cut(tmp_path / "a.jpg", tmp_path, _box(200, 200, 215, 880), turn=90)
    with Image.open(tmp_path / "s-0.png") as strip:
        assert strip.width > 5 * strip.height


def test_red_that_is_no_seal_is_none() -> None:
    page = draw_page(FORM, seal=False)
    pen = ImageDraw.Draw(page)
    pen.rectangle((100, 260, WIDE - 100, 266), fill=(210, 20, 30))  # the line of a red heading
    pen.text((900, 400), "0012345", fill=(210, 20, 30))
    assert list(seals(page)) == []
    pen.rectangle((0, 0, WIDE, HIGH // 2), fill=(200, 30, 30))  # a red cover
    assert list(seals(page)) == []
    assert list(seals(Image.new("RGB", (1, 1), "red"))) == []


def test_boxes_beyond_the_page_and_without_size_cut_something_small(tmp_path: Path) -> None:
    page = write_scan(tmp_path / "a.jpg", draw_page())
    _cut(page, tmp_path, _box(0, 0, 0, 0), _box(1000, 1000, 1000, 1000), _box(900, 990, 5000, 5000))
    assert all((tmp_path / f"s-{at}.png").stat().st_size for at in range(3))


def test_what_is_no_picture_fails_and_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(PictureFailed):
        _cut(tmp_path / "a.jpg", tmp_path, HAND)
