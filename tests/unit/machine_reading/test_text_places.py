"""Where in a line's box its digits stand: held against where a typeface really puts them."""

from __future__ import annotations

import itertools

import pytest
from PIL import ImageFont

from preserve.machine_reading.records import Line
from preserve.machine_reading.text_places import TextLine, TextPlace, places_in
from preserve.typesetting.fonts import font_files

NUMBER = "11010119900307803X"
LINES = (
    f"身份证号码：{NUMBER}",
    f"答：我叫李某某，身份证号码是{NUMBER}，住在江滨路。",
    f"{NUMBER}",
    f"No. 7 (ID) {NUMBER} ok",
    f"《询问笔录》，“说明”：{NUMBER}、《通知书》。",
)
HAN = next(path for path in font_files() if "CJK-Regular" in path.name)


def on_page(line: str, left: float = 100.0, top: float = 300.0, size: float = 60.0) -> tuple[TextLine, float, float]:
    """A line as it is read by machine, in a page 2000 wide and 2828 high; and where the number truly begins and ends."""
    font = ImageFont.truetype(str(HAN), int(size), index=2)
    begin, end = (left + font.getlength(line[:at]) for at in (line.index(NUMBER), line.index(NUMBER) + len(NUMBER)))
    right, bottom = left + font.getlength(line), top + size
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    box = tuple(round(value, 1) for x, y in corners for value in (x / 2, y / 2.828))
    return TextLine.read(Line(text=line, box=box, score=0.98)), begin / 2, end / 2  # type: ignore[arg-type]


def numbers_on(*lines: TextLine) -> list[TextPlace]:
    return [one for one in places_in([(1, lines)]) if one.what == "identity-number"]


@pytest.mark.parametrize(("line", "size"), list(itertools.product(LINES, (30.0, 60.0))))
def test_the_box_covers_the_number_and_not_the_line(line: str, size: float) -> None:
    read, begin, end = on_page(line, size=size)
    (place,) = numbers_on(read)
    assert place.sure and place.page == 1
    assert place.left <= begin + 0.1 and place.right >= end - 0.1
    width = end - begin
    assert place.right - place.left <= width * 1.9, "a draft that blackens half the line helps nobody"


def test_digits_as_wide_as_other_characters_are_covered_though_they_are_read_as_narrow_ones() -> None:
    line = f"号码{NUMBER}是的"
    place, left, right = 22.0, 100 + 2 * 22.0, 100 + 20 * 22.0
    end = 100 + place * len(line)
    (found,) = numbers_on(TextLine(line, (100, 300, end, 300, end, 318, 100, 318)))
    assert found.left <= left and found.right >= right


def test_a_line_on_its_side_or_head_is_covered_where_it_is_read() -> None:
    line = f"号码{NUMBER}好的好的好的"
    down = TextLine(line, (500, 100, 500, 700, 470, 700, 470, 100))
    (place,) = numbers_on(down)
    assert (place.left, place.right) == (470, 500) and 100 <= place.top < 250 and place.bottom < 600
    back = TextLine(line, (900, 500, 100, 500, 100, 480, 900, 480))
    (place,) = numbers_on(back)
    assert place.right < 900 and place.left > 100 and place.left < 400


def test_a_column_of_upright_characters_is_covered_as_a_whole() -> None:
    (place,) = numbers_on(TextLine(f"号码{NUMBER}", (100, 100, 120, 100, 120, 800, 100, 800)))
    assert (place.left, place.top, place.right, place.bottom) == (100, 100, 120, 800)


def test_edges_of_characters_are_taken_as_they_are() -> None:
    text = f"号{NUMBER}"
    edges = tuple(value for at in range(19) for value in (100.0 + 10 * at, 110.0 + 10 * at))
    (place,) = numbers_on(TextLine(text, (100, 50, 290, 50, 290, 60, 100, 60), 1.0, edges))
    assert (place.left, place.right) == (110.0, 290.0)


def test_what_goes_on_in_the_next_line_is_found_there() -> None:
    broken = places_in(
        [
            (
                3,
                [
                    TextLine(f"家庭住址：江滨路，身份证号{NUMBER[:7]}", (50, 10, 950, 10, 950, 30, 50, 30)),
                    TextLine(f"{NUMBER[7:]}，无业。", (50, 40, 500, 40, 500, 60, 50, 60)),
                    TextLine("现住址：临江市江滨路与人民路交叉口东北角江滨", (50, 70, 940, 70, 940, 90, 50, 90)),
                    TextLine("花园12幢", (50, 100, 300, 100, 300, 120, 50, 120)),
                ],
            )
        ]
    )
    found = [(one.what, one.top, one.sure) for one in broken]
    assert ("identity-number", 10, True) in found and ("identity-number", 40, True) in found
    assert ("address", 70, False) in found and ("address", 100, False) in found


def test_a_name_with_a_label_is_covered_on_every_page() -> None:
    line = (100, 100, 500, 100, 500, 120, 100, 120)
    pages = [(1, [TextLine("证人：王小明", line)]), (2, [TextLine("王小明说：没有。", line)])]
    assert {(one.what, one.page) for one in places_in(pages)} == {("name", 1), ("name", 2)}


def test_boxes_of_no_extent_and_text_without_end() -> None:
    flat = TextLine(NUMBER, (100, 100, 100, 100, 100, 100, 100, 100))
    assert len(numbers_on(flat)) == 1
    assert list(places_in([(1, [TextLine("", (0, 0, 1, 0, 1, 1, 0, 1))])])) == []
