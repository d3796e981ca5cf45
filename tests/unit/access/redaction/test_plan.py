"""The redaction plan: read whole, with every mistake at its line; boxes on pages."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.access.redaction.plan import Box, ranges, read_plan, seconds
from preserve.errors import Refused

GOOD = """
[[redaction]]
object = "02/笔录.pdf"
what = "box"
pages = "1, 3-4"
left = 20
top = 30.5
width = 80
height = 6
reason = "个人隐私"
article = "20"

[[redaction]]
object = "02/录像.mp4"
what = "blur-mute"
from = "0:01:10.5"
to = "1:20"
reason = "未成年人"
article = "20"
"""


def test_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    first, second = read_plan(path)
    assert (first.pages, first.box) == (((1, 1), (3, 4)), Box(20, 30.5, 80, 6, "mm"))
    assert (second.begin, second.end, second.what) == (70.5, 80.0, "blur-mute")
    assert second.place == "plan.toml:14"


def test_every_mistake_at_once_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        GOOD.replace('pages = "1, 3-4"', 'pages = "4-2"')
        .replace("width = 80", "width = -3")
        .replace('to = "1:20"', 'to = "0:50"')
        .replace('reason = "未成年人"\n', "")
        .replace('article = "20"\n\n', 'article = "20"\ncolour = "red"\n\n'),
        encoding="utf-8",
    )
    with pytest.raises(Refused) as caught:
        read_plan(path)
    found = [(one.code, one.where, one.values["key"]) for one in caught.value.findings]
    assert found == [
        ("redaction.key-unknown", "plan.toml:12", "colour"),
        ("redaction.value-wrong", "plan.toml:5", "pages"),
        ("redaction.value-wrong", "plan.toml:8", "width"),
        ("redaction.key-missing", "plan.toml:14", "reason"),
    ]


@pytest.mark.parametrize(
    "text", ["", "x = 1", "[[redaction]]\nwhat='erase'", "redaction = 3", "[[redaction]", "\x00", "redaction = [[1]]"]
)
def test_what_is_no_plan_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused):
        read_plan(path)
    with pytest.raises(Refused):
        read_plan(tmp_path / "none.toml")


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_times_are_read_as_they_are_written(hours: int, minutes: int, whole: int, part: int) -> None:
    wanted = hours * 3600 + minutes * 60 + whole + part / 1000
    assert math.isclose(seconds(f"{hours}:{minutes:02d}:{whole:02d}.{part:03d}"), wanted)
    assert math.isclose(seconds(f"{wanted:.3f}"), wanted)


@given(st.text(max_size=12))
def test_anything_else_is_no_time_and_no_range(text: str) -> None:
    for read in (seconds, ranges):
        try:
            found = read(text)
        except ValueError:
            continue
        assert any(character.isdigit() for character in text), found


@given(*[st.floats(-500, 500)] * 2, *[st.floats(0.01, 500)] * 2, st.integers(1, 4000), st.integers(1, 4000))
def test_a_box_never_leaves_its_page_and_never_shrinks(
    left: float, top: float, width: float, height: float, wide: int, high: int
) -> None:
    found = Box(left, top, width, height, "%").pixels(wide, high, 1)
    if found is None:
        assert left + width <= 0 or top + height <= 0 or left >= 100 or top >= 100
    else:
        assert 0 <= found[0] < found[2] <= wide and 0 <= found[1] < found[3] <= high
        assert found[0] <= max(left, 0) / 100 * wide and found[2] >= min(left + width, 100) / 100 * wide - 1e-6
