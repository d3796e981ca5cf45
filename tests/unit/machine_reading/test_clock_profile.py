"""How clocks are written, as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused
from preserve.machine_reading.clock_profile import clock_profile, read_shown
from preserve.profiles import SHIPPED

LAYOUTS = clock_profile(None).layouts


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("2026-03-14 09:30:05", "2026-03-14T09:30:05"),
        ("2026-03-1409:30:05", "2026-03-14T09:30:05"),
        ("A1234567 2026/03/14 星期六 09：30：05", "2026-03-14T09:30:05"),
        ("2026-03-14 Sat 09:30:05 警号012345", "2026-03-14T09:30:05"),
        ("2O26-O3-l4 09:30:05", "2026-03-14T09:30:05"),
        ("2026年3月14日 星期六 21:30:05", "2026-03-14T21:30:05"),
        ("2026年03月14日 下午 09时30分05秒", "2026-03-14T21:30:05"),
        ("03/14/2026 12:30:05 AM", "2026-03-14T00:30:05"),
        ("03-14-2026 12:30:05 PM", "2026-03-14T12:30:05"),
        ("14-03-2026 09:30:05", "2026-03-14T09:30:05"),
        ("20260314 093005", "2026-03-14T09:30:05"),
        ("CAM 09:30:05", "09:30:05"),
        ("2026-03-14", ""),
    ],
)
def test_layouts(text: str, shows: str) -> None:
    shown = read_shown(text, LAYOUTS)
    assert shown is not None
    assert shown.text == shows


@pytest.mark.parametrize("text", ["", "2026-02-30 09:30:05", "25:61:00", "文化市场综合执法", "第0930号", "1:2:3"])
def test_what_is_no_clock(text: str) -> None:
    assert read_shown(text, LAYOUTS) is None


def test_one_layout_alone_is_used_where_it_is_known() -> None:
    day_first = next(number for number, layout in enumerate(LAYOUTS) if layout.name.startswith("14-"))
    shown = read_shown("05-03-2026 09:30:05", LAYOUTS, day_first)
    assert shown is not None
    assert shown.text == "2026-03-05T09:30:05"


@pytest.mark.parametrize("pattern", ["(?P<hour>", "(?P<year>a)", "(?P<hour>a)(?P<minute>b)(?P<second>c)(?P<zone>d)"])
def test_a_pattern_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, pattern: str) -> None:
    text = (SHIPPED / "clocks.toml").read_text(encoding="utf-8")
    (tmp_path / "clocks.toml").write_text(f"{text}\n[[layouts]]\nname = 'x'\npattern = '{pattern}'\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        clock_profile(tmp_path)
    assert "pattern" in str(refused.value.findings[0].values["key"])
