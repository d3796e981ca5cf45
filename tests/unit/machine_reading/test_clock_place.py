"""Where the clock is in the picture, from lines of whole frames."""

from __future__ import annotations

from preserve.machine_reading.clock_place import Box, find_place
from preserve.machine_reading.clock_profile import clock_profile
from preserve.machine_reading.records import Line

LAYOUTS = clock_profile(None).layouts


def line(text: str, left: float, top: float, wide: float = 300.0, high: float = 40.0) -> Line:
    right, bottom = left + wide, top + high
    return Line(text=text, box=(left, top, right, top, right, bottom, left, bottom), score=0.9)


def frames(*others: Line, at: tuple[float, float] = (600.0, 20.0), count: int = 5) -> list[list[Line]]:
    """Frames with a clock that runs, and what else is in them."""
    return [[*others, line(f"2026-03-14 09:30:{2 * n:02}", *at)] for n in range(count)]


def test_the_clock_is_where_most_frames_show_one() -> None:
    place = find_place(frames(line("禁止吸烟", 100, 500)), LAYOUTS)
    assert place is not None
    assert place.whole == Box(600, 20, 900, 60)
    assert LAYOUTS[place.layout].name == "2026-03-14 09:30:05"


def test_a_sheet_with_a_time_on_it_is_no_clock() -> None:
    sheet = line("打印时间 2026-03-13 17:00:00", 300, 500)
    assert find_place([[sheet] for _ in range(5)], LAYOUTS) is None
    place = find_place(frames(sheet, count=3), LAYOUTS)
    assert place is not None
    assert place.whole.top == 20


def test_a_clock_that_stands_still_all_the_time_is_one_at_the_edge() -> None:
    place = find_place([[line("2026-03-13 17:00:00", 20, 930)] for _ in range(5)], LAYOUTS)
    assert place is not None
    assert place.whole.top == 930


def test_one_frame_of_many_is_not_enough() -> None:
    assert find_place([*frames(count=1), [], [], []], LAYOUTS) is None


def test_day_and_time_in_two_lines_are_one_clock() -> None:
    seen = [[line("2026-03-14", 20, 20, 200), line(f"09:30:{2 * n:02}", 20, 65, 160)] for n in range(4)]
    place = find_place(seen, LAYOUTS)
    assert place is not None
    assert [box.top for box in place.boxes] == [20, 65]
    assert place.whole == Box(20, 20, 220, 105)


def test_a_time_without_a_day_is_a_clock_too() -> None:
    place = find_place([[line(f"09:30:{2 * n:02}", 20, 65, 160)] for n in range(4)], LAYOUTS)
    assert place is not None
    assert len(place.boxes) == 1


def test_months_and_days_are_told_apart_by_most_frames() -> None:
    seen = [[line(f"{n + 11:02}-03-2026 09:30:{n:02}", 20, 20)] for n in range(6)]
    place = find_place(seen, LAYOUTS)
    assert place is not None
    assert LAYOUTS[place.layout].name.startswith("14-03")


def test_the_piece_that_is_read_stays_within_the_picture() -> None:
    assert Box(0, 0, 1000, 50).pixels(320, 180) == (0, 0, 320, 11)
