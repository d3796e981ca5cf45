"""Paint on pixels: boxes that nothing shines through, a mark that can be read on light and dark, words on white."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops

from preserve.access.redaction.painting import Mark, blacken, bright_layer, layer, stamp, tile, words_on_white
from tests.support.redacting import MARK


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_box_is_black_to_its_edge_and_no_further(mode: str) -> None:
    picture = Image.new(mode, (40, 30), "white")
    blacken(picture, [(5, 6, 15, 16), (35, 25, 40, 30)])
    seen = picture.convert("L")
    assert seen.crop((5, 6, 15, 16)).getextrema() == (0, 0)
    assert [seen.getpixel(at) for at in ((4, 6), (5, 5), (15, 10), (10, 16), (39, 29), (34, 29))] == [
        255,
        255,
        255,
        255,
        0,
        255,
    ]
    assert seen.histogram()[0] == 10 * 10 + 5 * 5


@pytest.mark.parametrize("width", [60, 300, 2000])
@pytest.mark.parametrize("words", ["甲", MARK.words, "申请号 2026-0001　" * 8])
def test_the_whole_of_the_words_fits_on_what_they_are_put_on(words: str, width: int) -> None:
    once = tile(Mark(words), width)
    inside = once.getbbox()
    assert inside is not None
    # Nothing touches the tile's edge, so nothing of the words was cut off; where they can be read, they fit.
    assert inside[0] > 0 and inside[1] > 0 and inside[2] < once.width and inside[3] < once.height
    if width >= 300 and len(words) < 40:
        assert inside[2] - inside[0] <= width


@pytest.mark.parametrize(("ground", "lighter"), [(0, True), (255, False)])
def test_a_mark_shows_on_dark_and_on_light_and_everywhere(ground: int, lighter: bool) -> None:
    picture = Image.new("RGB", (400, 300), (ground,) * 3)
    stamp(picture, MARK)
    changed = ImageChops.difference(picture.convert("L"), Image.new("L", picture.size, ground))
    for left, top in ((0, 0), (200, 0), (0, 150), (200, 150)):
        assert changed.crop((left, top, left + 200, top + 150)).getextrema()[1] > 15
    low, high = picture.convert("L").getextrema()
    assert (low == 0 and high > 15) if lighter else (high == 255 and low < 240)


def test_layers_are_clear_but_for_the_words() -> None:
    clear = layer(MARK, 320, 240)
    bright = bright_layer(MARK, 320, 240)
    assert (clear.mode, bright.mode, clear.size, bright.size) == ("RGBA", "RGBA", (320, 240), (320, 240))
    faintest, strongest = clear.getchannel("A").getextrema()
    assert faintest == 0 and 40 < strongest < 80, "it must be seen, and what lies under it too"
    assert bright.getchannel("A").getextrema()[1] > 100
    assert clear.getchannel("A").histogram()[0] > 0.5 * 320 * 240
    for ground in ("black", "grey", "white"):
        under = Image.new("RGBA", bright.size, ground)
        seen = ImageChops.difference(under, Image.alpha_composite(under, bright)).convert("L")
        assert seen.getextrema()[1] > 25, f"it cannot be seen on {ground}"


def test_a_page_of_words_holds_all_of_them_within_its_width() -> None:
    line = "第三至第五页依法不予提供，" * 6
    page = words_on_white(1240, 1754, [line, "依据《规定》第二十条"])
    dark = ImageChops.invert(page).getbbox()
    assert dark is not None and page.mode == "L"
    assert dark[0] > 0 and dark[2] < 1240 and dark[1] >= 1754 // 3 - 10
    alone = ImageChops.invert(words_on_white(1240, 1754, [line])).getbbox()
    assert alone is not None and alone[3] < dark[3], "the second line is missing"
