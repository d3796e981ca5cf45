"""Pieces cover a page, signs of a column are told apart, and places are those of the page as it came."""

from __future__ import annotations

import numpy as np

from preserve.machine_reading.line_places import ReadLine, cells, ordered, size_of, tiles, turned, without_doubles


def test_pieces_cover_a_page_of_any_size() -> None:
    for height, width in ((2601, 100), (40_000, 1000), (6622, 4681), (1, 2_000_000)):
        pieces = tiles(height, width)
        assert len(pieces) <= 40
        assert min(tile[0] for tile in pieces) == 0 and max(tile[1] for tile in pieces) == height
        assert min(tile[2] for tile in pieces) == 0 and max(tile[3] for tile in pieces) == width


def test_signs_of_a_column_are_told_apart() -> None:
    ink = np.zeros(200, bool)
    for top, bottom in ((10, 14), (24, 40), (50, 80), (90, 160)):
        ink[top:bottom] = True
    assert cells(ink, 32) == [(10, 40), (50, 80), (90, 125), (125, 160)]


def test_of_lines_that_two_pieces_saw_the_longer_stays() -> None:
    def box(left: float, top: float, width: float, height: float) -> np.ndarray:
        right, bottom = left + width, top + height
        return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)

    whole, part, other = box(10, 10, 300, 30), box(12, 11, 180, 28), box(10, 60, 300, 30)
    assert [size_of(one) for one in without_doubles([part, whole, other])] == [(300, 30), (300, 30)]
    assert without_doubles([]) == []


def test_places_of_a_turned_page_are_those_of_the_page_as_it_came() -> None:
    page = np.zeros((100, 200), np.uint8)
    page[80:90, 20:60] = 1  # ten to thirty per cent from the left, eighty to ninety from the top
    for turn in (0, 90, 180, 270):
        ys, xs = np.nonzero(turned(page, turn))
        left, right, top, bottom = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)
        height, width = turned(page, turn).shape
        (line,) = ordered([ReadLine(corners, "a", 1.0)], width, height, turn)  # type: ignore[arg-type]
        assert (min(line.box[::2]), max(line.box[::2])) == (100, 300), turn
        assert (min(line.box[1::2]), max(line.box[1::2])) == (800, 900), turn
