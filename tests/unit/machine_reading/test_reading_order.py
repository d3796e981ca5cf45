"""Lines are put in the order in which a person reads them."""

from __future__ import annotations

from math import cos, radians, sin
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from preserve.machine_reading.reading_order import reading_order

Box = tuple[float, float, float, float]


def corners(box: Box, degrees: float = 0.0) -> list[float]:
    """Of left, top, width, height; the page turned by some degrees about its corner."""
    left, top, width, height = box
    turn, lift = cos(radians(degrees)), sin(radians(degrees))
    points = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    return [value for x, y in points for value in (x * turn - y * lift, x * lift + y * turn)]


def read(boxes: list[Box], degrees: float = 0.0) -> list[int]:
    """What comes out when the boxes were found in any order, as places in the order given."""
    found = list(range(len(boxes)))
    Random(5).shuffle(found)
    return [found[at] for at in reading_order([corners(boxes[at], degrees) for at in found])]


def test_rows_are_read_from_the_top_and_from_the_left_also_on_a_page_set_askew() -> None:
    rows = [(100.0 + 300 * column, 100.0 + 50 * row, 150.0, 30.0) for row in range(8) for column in range(3)]
    for degrees in (-3.0, -1.0, 0.0, 2.0, 4.0):
        assert read(rows, degrees) == list(range(len(rows)))


def test_columns_of_running_text_are_read_one_after_the_other_with_the_heading_before_and_the_footer_after() -> None:
    heading = [(300.0, 40.0, 500.0, 40.0)]
    left = [(80.0, 120.0 + 45 * row, 420.0 if row < 9 else 200.0, 30.0) for row in range(10)]
    right = [(580.0, 120.0 + 45 * row, 420.0, 30.0) for row in range(10)]
    footer = [(80.0, 640.0, 900.0, 30.0)]
    boxes = heading + left + right + footer
    assert read(boxes) == list(range(len(boxes)))
    assert read(boxes, 1.5) == list(range(len(boxes)))


def test_three_columns() -> None:
    boxes = [(50.0 + 400 * column, 100.0 + 40 * row, 340.0, 26.0) for column in range(3) for row in range(6)]
    assert read(boxes) == list(range(len(boxes)))


def test_a_form_and_a_table_are_read_by_rows() -> None:
    form = [box for row in range(8) for box in ((80.0, 60.0 * row, 120.0, 30.0), (260.0, 60.0 * row, 500.0, 30.0))]
    assert read(form) == list(range(len(form)))
    cells = [
        (80.0 + 250 * column, 60.0 * row, 90.0 + 40 * ((row + column) % 3), 30.0)
        for row in range(9)
        for column in range(4)
    ]
    assert read(cells) == list(range(len(cells)))


def test_vertical_writing_is_read_from_the_right_with_its_heading_first() -> None:
    columns = [(800.0 - 90 * column, 150.0, 40.0, 600.0 - 80 * (column % 2)) for column in range(7)]
    assert read(columns) == list(range(7))
    assert read([(300.0, 40.0, 400.0, 50.0), *columns, (300.0, 800.0, 200.0, 40.0)]) == list(range(9))


def test_a_tall_stamp_beside_lines_does_not_join_them_into_one_row() -> None:
    boxes = [(80.0, 60.0 * row, 500.0, 30.0) for row in range(4)]
    boxes.insert(2, (700.0, 110.0, 50.0, 400.0))
    assert read(boxes) == [0, 1, 2, 3, 4]


sides = st.floats(0, 2000, allow_nan=False)


@given(st.lists(st.tuples(sides, sides, st.floats(0.1, 900), st.floats(0.1, 900)), max_size=40), st.floats(-10, 10))
def test_every_line_is_read_once_wherever_they_lie(boxes: list[Box], degrees: float) -> None:
    assert sorted(reading_order([corners(box, degrees) for box in boxes])) == list(range(len(boxes)))
