"""Pictures of a day and of the stages: bars in proportion, holes and overlaps in their colours, names as text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lxml import etree

from preserve.ingest.compliance.time_line import days_with_recordings, draw_day, draw_stages
from tests.support.views import recorded, video, view

DAY = "2026-01-06"
HOLE, TWICE, RECORDED, MEASURE = "#c62828", "#b26a00", "#2e7d32", "#7b8ba1"


def _bars(picture: str) -> list[tuple[str, float, float]]:
    rectangles = etree.fromstring(picture.encode()).iter("{*}rect")
    return [(bar.get("fill", ""), float(bar.get("x", "")), float(bar.get("width", ""))) for bar in rectangles]


def _words(picture: str) -> list[str]:
    return [text.text or "" for text in etree.fromstring(picture.encode()).iter("{*}text")]


def test_a_hole_is_drawn_between_its_recordings_in_proportion() -> None:
    files = {"a.mp4": video(0, 100), "b.mp4": video(200, 100)}
    picture = draw_day(view(files, *(recorded(file) for file in files)), DAY)
    assert _bars(picture) == [(RECORDED, 150.0, 200.0), (HOLE, 350.0, 200.0), (RECORDED, 550.0, 200.0)]
    assert _words(picture)[:1] == ["10:00:00"]
    assert "10:05:00" in _words(picture)


def test_an_overlap_is_drawn_over_what_was_recorded_twice() -> None:
    files = {"a.mp4": video(0, 200), "b.mp4": video(100, 200)}
    bars = _bars(draw_day(view(files, *(recorded(file) for file in files)), DAY))
    assert (TWICE, 350.0, 200.0) in bars
    assert HOLE not in [colour for colour, _, _ in bars]


def test_measures_stand_above_the_devices_of_their_day_only() -> None:
    measures: list[dict[str, Any]] = [
        {"measure": "检查", "start": "2026-01-06 10:00", "end": "2026-01-06 10:10"},
        {"measure": "询问", "start": "2026-01-07 10:00", "end": "2026-01-07 10:10"},
    ]
    picture = draw_day(view({"a.mp4": video(0, 600)}, recorded("a.mp4", "<执法&1>"), measures=measures), DAY)
    assert [colour for colour, _, _ in _bars(picture)] == [MEASURE, RECORDED]
    assert "<执法&1>" in _words(picture)


def test_days_are_local_in_order_and_a_dozen_at_most() -> None:
    night = timedelta(hours=15).total_seconds()  # one in the morning of the next day in China
    files = {f"{number}.mp4": video(night + number * 86400, 10) for number in reversed(range(14))}
    days = days_with_recordings(view(files, *(recorded(file) for file in files)))
    assert days == [f"2026-01-{day:02}" for day in range(7, 19)]


def test_stages_include_their_last_day_and_without_any_there_is_no_picture() -> None:
    assert draw_stages(view({})) == ""
    stages = [
        {"stage": "启动", "start": "2026-01-05", "end": "2026-01-05"},
        {"stage": "调查", "start": "2026-01-06", "end": "2026-01-08"},
    ]
    bars = _bars(draw_stages(view({}, stages=stages)))
    assert [(x, width) for _, x, width in bars] == [(150.0, 150.0), (300.0, 450.0)]
